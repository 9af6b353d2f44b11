"""The doctor's page: pictures come and go by themselves, within one look, and ticks stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.capture_scene import a_photo, surfing
from tests.buffer.scene import a_camera, doctor, send
from tests.buffer.visiting import CAPTURES, at_captures, code_on, phone_with
from tests.support.visitor import HOST, Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

A_LOOK = 2_500  # milliseconds of the page's own clock
HOUR = 3_600_000
CARDS = "#captured li"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose clock a test can move on."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


def opened(page: Page, visitor: Visitor, path: str = CAPTURES) -> None:
    surfing(page, visitor)
    page.goto(f"https://{HOST}{path}")
    page.evaluate("window.isThisVeryPage = true")


def came(world: World) -> str:
    return send(a_camera(doctor(world)), a_photo())


def test_a_picture_is_there_after_one_look_and_what_was_ticked_stays_so(
    page: Page, world: World
) -> None:
    first = came(world)
    opened(page, at_captures(world))
    page.check(f"#{first} input")
    second = came(world)
    page.clock.run_for(A_LOOK)

    expect(page.locator(CARDS)).to_have_count(2)
    shown = page.locator(CARDS).evaluate_all("found => found.map(each => each.id)")
    assert shown == [second, first]
    assert page.is_checked(f"#{first} input")
    assert not page.is_checked(f"#{second} input")
    assert page.evaluate("window.isThisVeryPage")


def test_a_picture_whose_address_has_grown_old_is_asked_for_anew(page: Page, world: World) -> None:
    came(world)
    surfing(page, at_captures(world))
    page.route("**/*X-Amz-Signature*", lambda route: route.fulfill(status=403), times=1)
    page.goto(f"https://{HOST}{CAPTURES}")

    expect(page.locator("#captured img")).to_have_js_property("naturalWidth", 640)


def test_what_has_expired_goes_without_a_reload(page: Page, world: World) -> None:
    came(world)
    opened(page, at_captures(world))
    expect(page.locator(CARDS)).to_have_count(1)
    page.clock.fast_forward(72 * HOUR + A_LOOK)

    expect(page.locator(CARDS)).to_have_count(0)
    expect(page.get_by_text("No picture is here now.")).to_be_visible()
    expect(page.get_by_text("Keep the ticked ones")).to_be_hidden()


def test_a_code_that_let_a_phone_in_goes_and_the_phone_is_shown(page: Page, world: World) -> None:
    visitor = at_captures(world)
    code = code_on(visitor.submit(f"{CAPTURES}/pair"))
    opened(page, visitor, "/shown")
    phone_with(code)
    page.clock.run_for(A_LOOK)

    expect(page.locator("#shown")).to_have_count(0)
    expect(page.get_by_text("Phone paired")).to_be_visible()


def test_it_says_so_while_new_pictures_do_not_appear(page: Page, world: World) -> None:
    opened(page, at_captures(world))
    page.route("**/*since=*", lambda route: route.abort())
    page.clock.run_for(A_LOOK)
    trouble = page.get_by_text("New pictures do not appear here at the moment.")
    expect(trouble).to_be_visible()

    page.unroute("**/*since=*")
    page.clock.run_for(A_LOOK)
    expect(trouble).to_be_hidden()


def test_it_rests_while_nobody_is_there_and_looks_again_at_a_touch(
    page: Page, world: World
) -> None:
    opened(page, at_captures(world))
    page.clock.fast_forward(HOUR)
    rests = page.get_by_text("so this page rests")
    expect(rests).to_be_visible()
    came(world)
    page.clock.run_for(2 * A_LOOK)
    expect(page.locator(CARDS)).to_have_count(0)

    page.keyboard.press("Shift")

    expect(page.locator(CARDS)).to_have_count(1)
    expect(rests).to_be_hidden()
