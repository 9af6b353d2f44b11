"""
Two facilities ask, three departments answer: the whole circuit on the packaged stack.

In a browser, by the interface, and by an agent with a desktop; with what nobody may see on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib.kernel import clock
from infra.local import nights
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, founded
from tests.journeys.inquiry_scene import (
    DONE,
    FEES,
    NOT_FOUND,
    NOT_YOURS,
    PATIENCE,
    RECORDS,
    SUPPORT,
    Asker,
    Provider,
    asker_of,
    at_portal,
    fetched,
    send,
    status,
)
from tests.support.chromium import chromium

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
ANSWER_FILE = b"%PDF-1.7 how to clean a lens"
SHOWS = '#!/bin/sh\nprintf "%s|" "$@" >> "$(dirname "$0")/shown"\n'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


@pytest.fixture(scope="module")
def facilities(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> list[Facility]:
    return [founded(stack, tmp_path_factory.mktemp("agents"), None) for _ in range(2)]


@pytest.fixture(scope="module")
def provider(facilities: list[Facility]) -> Provider:
    """The provider with departments whose rules are those that hold."""
    found = Provider(facilities[0].stack, facilities[0].operator)
    for each in (SUPPORT, FEES, RECORDS):
        found.open(each)
    found.rule()
    return found


@pytest.fixture(scope="module")
def askers(facilities: list[Facility]) -> list[Asker]:
    return [asker_of(each) for each in facilities]


def is_told(page: Page, text: str) -> None:
    """See that a page says *text*, once a function that was cold has answered."""
    expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)


def file_in_browser(page: Page, stack: LocalStack, picture: Path) -> str:
    """File a fault with a picture, which goes from the browser to where it is stored."""
    page.goto(f"{stack.portal_url}/inquiries/new")
    page.check("input[name=kind][value=fault]")
    page.fill("#subject", "Pictures of room 2 are dark")
    page.fill("#text", "Since Monday. 内視鏡の画像が暗い。")
    page.set_input_files("#attachment", str(picture))
    expect(page.locator(".sent li")).to_contain_text("Ready", timeout=PATIENCE)
    page.click("button[value=file]")
    is_told(page, "It is filed.")
    return page.url.partition("?")[0].rpartition("/")[2]


def collect_by_schedule(stack: LocalStack, asker: Asker) -> None:
    """Let a period go by, and the minute's schedule do what is due."""
    now = nights.service_time(asker.doctor)
    nights.move_to(stack, now + timedelta(minutes=16))
    nights.tick(stack)


def heard_on_a_desktop(facility: Facility, bin_: Path) -> str:
    """Let the facility's agent run once before a desktop; return what that showed."""
    program = bin_ / "tell-the-ward"
    program.write_text(SHOWS)
    program.chmod(0o755)
    assert facility.agent.run("answers", "on", "--program", str(program)).code == 0
    assert facility.agent.run("run", "--once", "--quiet").code == 0
    shown = bin_ / "shown"
    return shown.read_text() if shown.exists() else ""


def talk_in_browser(desk: Page, doctor: Page, stack: LocalStack, inquiry_id: str) -> None:
    """Have a department ask back, and the asker reply."""
    desk.goto(f"{stack.portal_url}/desk")
    desk.click("text=Pictures of room 2 are dark")
    desk.fill("#text", "Which lamp is it?")
    desk.click("text=Ask this back")
    is_told(desk, "Which lamp is it?")

    doctor.goto(f"{stack.portal_url}/inquiries/{inquiry_id}")
    is_told(doctor, "Which lamp is it?")
    doctor.fill("#text", "The one of 2024.")
    doctor.click("button[value=send]")
    is_told(doctor, "It is sent.")


def answer_together(provider: Provider, inquiry_id: str) -> str:
    """Support passes it to records, which asks for support's part and answers; return the file."""
    departments, clerk = provider.departments, provider.clerks[RECORDS]
    provider.do(
        SUPPORT, inquiry_id, "pass", department_id=departments[RECORDS], reason="Not our lamp."
    )
    assert status(provider.clerks[SUPPORT], "GET", f"/desk/inquiries/{inquiry_id}") == NOT_FOUND
    provider.do(RECORDS, inquiry_id, "take")
    provider.do(RECORDS, inquiry_id, "shares", department_id=departments[SUPPORT])
    provider.do(SUPPORT, inquiry_id, "parts", text="The lamp comes tomorrow.")
    file_id = send(clerk, "/desk-files", "lens.pdf", ANSWER_FILE)
    provider.do(RECORDS, inquiry_id, "answers", text="Clean the lens.", file_ids=[file_id])
    return file_id


def pick_up_in_browser(page: Page, stack: LocalStack, inquiry_id: str) -> None:
    """Read the answer and what goes along with it, and close what is settled."""
    page.goto(f"{stack.portal_url}/inquiries/{inquiry_id}")
    for each in ("Clean the lens.", "The lamp comes tomorrow.", "lens.pdf"):
        is_told(page, each)
    expect(page.get_by_text("Not our lamp.")).to_have_count(0)
    page.click("text=That settles it")
    is_told(page, "It is closed.")


@pytest.mark.usefixtures("real_time_afterwards")
def test_what_two_facilities_ask_goes_the_whole_way_and_nobody_else_sees_it(
    stack: LocalStack,
    browser: Browser,
    provider: Provider,
    askers: list[Asker],
    tmp_path: Path,
) -> None:
    here, there = askers
    picture = tmp_path / "room-2-yamada.png"
    picture.write_bytes(PICTURE)
    doctor = at_portal(browser, here.doctor, stack)
    dark = file_in_browser(doctor, stack, picture)
    letter = send(there.doctor, "/inquiry-files", "yamada.pdf", ANSWER_FILE)
    wrong = {"kind": "fault", "subject": "The invoice of May is wrong", "file_ids": [letter]}
    bill = there.ask(delivery="direct", **wrong)
    withdrawn = there.ask()
    there.doctor.post(f"/inquiries/{withdrawn}/withdraw")
    assert seen_by_provider(provider, [dark, bill, withdrawn]) == set()

    collect_by_schedule(stack, here)
    assert provider.inbox(SUPPORT) == [dark, bill]
    assert seen_by_provider(provider, [dark, bill, withdrawn]) == {dark, bill}
    correct = {"department_id": provider.departments[FEES]}
    provider.operator.post(f"/inquiry-box/{bill}/route", correct)
    assert (provider.inbox(SUPPORT), provider.inbox(FEES)) == ([dark], [bill])
    doctor = at_portal(browser, here.doctor, stack)  # a session ends after 15 idle minutes
    talk_in_browser(at_portal(browser, provider.clerks[SUPPORT], stack), doctor, stack, dark)
    file_id = answer_together(provider, dark)
    assert here.state(dark) == "answered"
    assert kept_from(provider, askers, dark) == []

    pick_up_in_browser(doctor, stack, dark)
    body, headers = fetched(here.doctor, f"/inquiries/{dark}/files/{file_id}")
    assert body == ANSWER_FILE
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Type"] == "application/octet-stream"
    passed = [each["state"] for each in here.read(dark)["inquiry"]["steps"]]
    assert passed == [
        "filed", "collected", "routed", "routed", "answered", "picked-up", "closed"
    ]  # fmt: skip
    provider.do(FEES, bill, "answers", text="You are right: a new one comes.")
    assert heard_on_a_desktop(here.facility, tmp_path) == ""
    notice = heard_on_a_desktop(there.facility, tmp_path)
    assert f"/portal/inquiries/{bill}" in notice
    assert "invoice" not in notice
    assert there.state(bill) == "delivered"
    moments = [clock.parse(each["at"]) for each in there.read(bill)["inquiry"]["steps"]]
    assert moments == sorted(moments)
    assert there.state(bill) == "picked-up"


def seen_by_provider(provider: Provider, inquiry_ids: list[str]) -> set[str]:
    """Return which of them the box or a desk shows."""
    listed = provider.operator.get("/inquiry-box")["items"]
    shown = {each["inquiry_id"] for each in listed}
    shown |= {each for name in provider.departments for each in provider.inbox(name)}
    return shown & set(inquiry_ids)


def kept_from(provider: Provider, askers: list[Asker], inquiry_id: str) -> list[str]:
    """Return who may do what they may not; the inquiry is the first facility's, with records."""
    here, there = askers
    fees, support = provider.clerks[FEES], provider.clerks[SUPPORT]
    own, desk, box = (
        f"{each}/{inquiry_id}" for each in ("/inquiries", "/desk/inquiries", "/inquiry-box")
    )
    refusals = [
        (here.colleague, "GET", own, NOT_FOUND),
        (here.facility.admin, "GET", own, NOT_FOUND),
        (there.doctor, "GET", own, NOT_FOUND),
        (there.doctor, "POST", f"{own}/replies", NOT_FOUND),
        (fees, "GET", desk, NOT_FOUND),
        (fees, "POST", f"{desk}/answers", NOT_FOUND),
        (support, "POST", f"{desk}/answers", NOT_YOURS),
        (provider.operator, "GET", desk, NOT_FOUND),
        (provider.operator, "GET", own, NOT_YOURS),
        *((each, "GET", box, NOT_YOURS) for each in (here.doctor, here.facility.admin, fees)),
        *((each, "GET", "/inquiry-box", NOT_YOURS) for each in (there.doctor, support)),
        *((each, "GET", desk, NOT_YOURS) for each in (here.doctor, there.facility.admin)),
        (fees, "GET", "/departments", NOT_YOURS),
        (fees, "GET", "/inquiries", NOT_YOURS),
    ]
    assert status(support, "GET", desk) == DONE  # who gave a part may read on
    return [
        f"{somebody.email} {method} {path}: {found}"
        for somebody, method, path, wanted in refusals
        if (found := status(somebody, method, path)) != wanted
    ]
