"""
Ten pictures go from a phone over a failing link; three are kept, and seven go by themselves.

A real phone page and a real doctor's page, on the packaged stack: through the gateway, and to where
the storage really is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from playwright.sync_api import TimeoutError as TimedOut

from infra.local import nights
from infra.local.people import Person
from infra.local.stack import LocalStack
from tests.browser.capture_scene import PATIENCE, a_photo, is_safe, take
from tests.journeys.conftest import MEGABYTE, Facility, founded
from tests.support.chromium import chromium

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True}
SLOW = {"offline": False, "latency": 50, "downloadThroughput": -1, "uploadThroughput": 200_000}
ARE_SAFE = "wanted => Number(document.getElementById('safe').textContent) >= wanted"
IS_UNDER_WAY = "() => document.querySelector('#list progress')?.value > 0.3"
LOADED = "each => each.decode().then(() => each.naturalWidth)"
PATIENT = "00120431"
RELOADS = 2
COLD = 180_000  # milliseconds until a cold function has answered, on a busy machine


@pytest.fixture
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Ward:
    """A doctor at a computer, and the phone that is paired with it."""

    def __init__(self, facility: Facility, browser: Browser) -> None:
        self.facility, self.stack = facility, facility.stack
        email = f"doctor-{secrets.token_hex(4)}@kawabe.example"
        self.doctor = Person(self.stack, email, "doctors", facility.facility_id)
        self.computer = browser.new_context(locale="en-GB").new_page()
        self.phones: BrowserContext = browser.new_context(locale="en-GB", **PHONE)
        for each in (self.computer.context, self.phones):
            each.set_default_navigation_timeout(COLD)
            each.set_default_timeout(PATIENCE)

    def sign_in(self) -> None:
        self.computer.goto(self.stack.portal_url)
        self.computer.fill("#account", self.doctor.email)
        self.computer.fill("#password", self.doctor.password)
        self.computer.click("main button")
        self.computer.goto(f"{self.stack.portal_url}/captures")

    def pair(self) -> Page:
        """Scan the code that the computer shows; return the phone's page."""
        self.computer.click("text=Pair a phone")
        code = self.computer.inner_text(".code-to-type")
        phone = self.phones.new_page()
        phone.goto(f"{self.stack.api_url}/capture#{code}", wait_until="commit")  # it goes on itself
        takes = phone.get_by_text("Take a picture")
        for _ in range(RELOADS):
            with suppress(TimedOut):
                takes.wait_for(timeout=PATIENCE)
                break
            phone.reload()  # a function that was cold kept the gateway waiting for a script
        expect(takes).to_be_visible(timeout=PATIENCE)
        return phone

    def again(self) -> Page:
        """Open the phone's page in a new tab."""
        phone = self.phones.new_page()
        phone.goto(f"{self.stack.api_url}/capture")
        return phone

    def cut(self) -> None:
        self.phones.set_offline(offline=True)

    def restore(self) -> None:
        self.phones.set_offline(offline=False)

    @property
    def pictures(self) -> Any:
        """Those that the computer shows."""
        return self.computer.locator("#captured li")

    def stored(self) -> list[str]:
        """Return what the buffer's bucket holds of the facility."""
        listed = self.stack.session.client("s3").list_objects_v2(
            Bucket=self.stack.outputs["MediaBucketName"],
            Prefix=f"captures/{self.facility.facility_id}/",
        )
        return [each["Key"] for each in listed.get("Contents", [])]


@pytest.fixture(scope="module")
def facility(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Facility:
    """One facility for all; each test has a doctor, and so a buffer, of its own."""
    return founded(stack, tmp_path_factory.mktemp("agents"), 10 * MEGABYTE)


@pytest.fixture
def ward(facility: Facility, browser: Browser) -> Ward:
    ward = Ward(facility, browser)
    ward.sign_in()
    return ward


def send_over_a_failing_link(ward: Ward, photos: list[bytes]) -> None:
    """Take some, lose the link, take the others, have it back, and lose the tab on the way."""
    phone = ward.pair()
    some, others = photos[: len(photos) // 2], photos[len(photos) // 2 :]
    take(phone, *some)
    are_safe(phone, 1)
    ward.cut()
    expect(phone.get_by_text("There is no network.")).to_be_visible(timeout=PATIENCE)
    take(phone, *others)
    expect(phone.locator("#list li")).to_have_count(len(photos), timeout=PATIENCE)
    ward.restore()
    are_safe(phone, len(some) + 1)
    phone.close()
    is_safe(ward.again(), len(photos))


def are_safe(phone: Page, at_least: int) -> None:
    phone.wait_for_function(ARE_SAFE, arg=at_least, timeout=PATIENCE)


@pytest.mark.usefixtures("real_time_afterwards")
def test_ten_are_sent_over_a_failing_link_three_are_kept_and_seven_are_gone(
    ward: Ward, facility: Facility, tmp_path: Path
) -> None:
    photos = [a_photo((800, 600)) for _ in range(10)]
    send_over_a_failing_link(ward, photos)
    expect(ward.pictures).to_have_count(10, timeout=PATIENCE)

    wanted = keep(ward, 3)
    expect(ward.pictures).to_have_count(7, timeout=PATIENCE)
    facility.grant()
    assert facility.agent.restore(tmp_path).code == 0
    restored = {each.read_bytes() for each in tmp_path.rglob("*.jpg")}
    assert len(restored) == 3
    assert restored <= set(photos)
    assert {hashlib.sha256(each).hexdigest() for each in restored} == set(wanted)
    (patient,) = facility.admin.get(f"{facility.target}/patients")["items"]
    assert patient["patient_id"] == PATIENT

    nights.move_to(facility.stack, datetime.now(UTC) + timedelta(hours=73))
    ward.sign_in()
    expect(ward.pictures).to_have_count(0, timeout=PATIENCE)
    nights.tick(facility.stack)
    assert ward.stored() == []


def keep(ward: Ward, count: int) -> list[str]:
    """Tick the first so many, and keep them for a new patient; return the digests in the target."""
    page = ward.computer
    for number in range(count):
        ward.pictures.nth(number).locator("input").check()
    page.click("text=Keep the ticked ones")
    page.fill("#patient", PATIENT)
    page.click("text=Find")
    page.fill("#new_id", PATIENT)
    page.fill("#description", "EGD")
    page.click(f"text=Keep {count} pictures")
    expect(page.get_by_text("They are kept")).to_be_visible(timeout=PATIENCE)
    prefix = f"t/{ward.facility.target_id}/"
    return [each.removeprefix(prefix) for each in ward.facility.stored_versions()]


def test_a_picture_is_on_the_doctors_page_within_seconds(ward: Ward) -> None:
    """Its page asks every 2.5 s: the first look that begins after it is safe shows it."""
    phone = ward.pair()
    ward.computer.evaluate("window.isThisVeryPage = true")
    take(phone, a_photo())
    is_safe(phone, 1)
    with ward.computer.expect_event("request", is_look, timeout=PATIENCE) as begun:
        pass
    begun.value.response()

    expect(ward.pictures).to_have_count(1)
    assert ward.computer.locator("#captured img").evaluate(LOADED) == 640
    assert ward.computer.evaluate("window.isThisVeryPage")
    expect(ward.computer.locator("#shown")).to_have_count(0)  # the code that was used is gone


def is_look(request: Request) -> bool:
    return "since=" in request.url


def test_what_was_taken_without_a_network_outlives_the_tab(ward: Ward) -> None:
    phone = ward.pair()
    ward.cut()
    take(phone, a_photo(), a_photo())
    expect(phone.get_by_text("There is no network.")).to_be_visible(timeout=PATIENCE)
    expect(phone.locator("#waiting")).to_have_text("2", timeout=PATIENCE)
    phone.close()
    ward.restore()

    is_safe(ward.again(), 2)
    expect(ward.pictures).to_have_count(2, timeout=PATIENCE)


def test_a_link_that_breaks_in_the_middle_of_a_picture_costs_nothing_but_time(ward: Ward) -> None:
    phone, before = ward.pair(), ward.stored()
    photo = a_photo((3000, 2400)) + secrets.token_bytes(600_000)
    devtools = ward.phones.new_cdp_session(phone)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW)
    take(phone, photo)
    phone.wait_for_function(IS_UNDER_WAY, timeout=PATIENCE)
    ward.cut()
    expect(phone.get_by_text("There is no network.")).to_be_visible(timeout=PATIENCE)
    ward.restore()

    is_safe(phone, 1)
    assert len(ward.stored()) == len(before) + 1
