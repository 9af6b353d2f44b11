"""Files go with an inquiry from a real browser: straight to their store, or by the form."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib.inquiries import store
from tests.browser.capture_scene import surfing
from tests.inquiries.asked import FORM, NEW, at_inquiries, latest
from tests.inquiries.scene import PDF, kept
from tests.support.visitor import HOST
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

LARGE = PDF + bytes(2_000_000)  # no form takes it
LISTED = ".sent li"


def asking(browser: Browser, world: World, *, has_script: bool) -> Page:
    """Have the doctor type an inquiry and stop before its files."""
    page = browser.new_context(java_script_enabled=has_script, locale="en-GB").new_page()
    surfing(page, at_inquiries(world))
    page.goto(f"https://{HOST}{NEW}")
    page.check(f"[name=kind][value={FORM['kind']}]")
    page.fill("#subject", FORM["subject"])
    page.fill("#text", FORM["text"])
    if has_script:
        page.wait_for_selector("[data-ready]")
    return page


def choose(page: Page, **files: bytes) -> None:
    chosen: list[Any] = [
        {"name": f"{name}.pdf", "mimeType": "", "buffer": body} for name, body in files.items()
    ]
    page.set_input_files("#attachment", chosen)


def sent_with(world: World) -> list[bytes]:
    """Return the files that went with the doctor's inquiry."""
    first = store.messages(latest(world).inquiry_id)[0]
    return [kept(each.key) for each in first.files]


def test_a_large_file_goes_straight_to_where_it_is_stored(browser: Browser, world: World) -> None:
    page = asking(browser, world, has_script=True)
    choose(page, scan=LARGE, note=PDF)
    page.click("text=File it")  # before they are there: it waits for them
    expect(page.locator(".notice.is-good")).to_contain_text("It is filed.")
    assert sorted(sent_with(world)) == sorted([LARGE, PDF])


def test_a_file_is_left_out_again_or_was_refused(browser: Browser, world: World) -> None:
    page = asking(browser, world, has_script=True)
    choose(page, scan=PDF)
    expect(page.locator(LISTED)).to_contain_text("Ready")
    page.click("text=Remove")
    page.set_input_files("#attachment", {"name": "scan.dcm", "mimeType": "", "buffer": b"x"})
    expect(page.locator(f"{LISTED} .wrong")).to_contain_text("Ask about its examination instead")
    page.click("text=File it")
    expect(page.locator(".notice.is-good")).to_contain_text("It is filed.")
    assert sent_with(world) == []


def test_files_are_added_one_by_one_without_a_script(browser: Browser, world: World) -> None:
    page = asking(browser, world, has_script=False)
    choose(page, scan=PDF)
    page.click("button[value=add]")
    assert page.inner_text(LISTED).startswith("scan.pdf")
    choose(page, note=PDF + b"2")
    page.click("text=File it")
    assert page.locator(".notice.is-good").count() == 1
    assert sorted(sent_with(world)) == [PDF, PDF + b"2"]
