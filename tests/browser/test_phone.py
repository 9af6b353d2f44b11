"""What a phone does by itself: one picture at a time, what is refused, and what has to wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from chalicelib.buffer import pairing, sending, service
from chalicelib.buffer.kinds import MediaType
from chalicelib.buffer.model import CAP_BYTES, MOST_BYTES
from tests.browser.capture_scene import CAMERA, a_file, a_photo, is_safe, surfing, take
from tests.buffer.scene import a_camera, announced, colleague, doctor, in_buffer
from tests.buffer.visiting import CAPTURES, at_captures, code_on, paired
from tests.support.visitor import HOST, Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

PHONE = f"https://{HOST}/capture"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    yield context
    context.close()


def opened(context: BrowserContext, phone: Visitor) -> Page:
    """Open the page in a new tab."""
    page = context.new_page()
    surfing(page, phone)
    page.goto(PHONE)
    return page


def cut(route: Route) -> None:
    route.abort()


def says(page: Page, text: str) -> None:
    expect(page.get_by_text(text).filter(visible=True)).to_be_visible()


def a_full_buffer(world: World) -> str:
    """Fill the doctor's buffer with what is announced and never comes; return one of it."""
    camera, rest = a_camera(doctor(world), "pairing-full"), CAP_BYTES
    while rest:
        size = min(rest, MOST_BYTES)
        wanted = announced(b"", name=f"{rest}", size_bytes=size)
        told = sending.announce(camera, wanted)
        rest -= size
    return told.capture_id


def test_a_picture_from_the_camera_is_safe_and_whole(context: BrowserContext, world: World) -> None:
    page = opened(context, paired(at_captures(world)))
    page.set_input_files(CAMERA, [a_file(a_photo())])

    is_safe(page, 1)

    assert len(in_buffer(doctor(world))) == 1


def test_the_code_in_the_address_pairs_the_phone(context: BrowserContext, world: World) -> None:
    code = code_on(at_captures(world).submit(f"{CAPTURES}/pair"))
    page = context.new_page()
    surfing(page, Visitor())

    page.goto(f"{PHONE}#{code}")

    says(page, "Take a picture")
    assert code not in page.url


def test_what_is_no_picture_is_not_sent_and_holds_up_nothing(
    context: BrowserContext, world: World
) -> None:
    page = opened(context, paired(at_captures(world)))

    take(page, b"notes", a_photo())

    is_safe(page, 1)
    says(page, "No picture: not sent")
    expect(page.locator("#waiting")).to_have_text("0")


def test_the_tab_that_was_closed_is_opened_again_and_sends_what_waits(
    context: BrowserContext, world: World
) -> None:
    phone = paired(at_captures(world))
    page = opened(context, phone)
    page.route("**/capture/announce", lambda route: route.abort())
    take(page, a_photo(), a_photo())
    expect(page.locator("#waiting")).to_have_text("2")
    page.close()

    is_safe(opened(context, phone), 2)

    assert len(in_buffer(doctor(world))) == 2


def test_a_network_that_was_cut_is_said_and_once_it_is_back_sending_goes_on_by_itself(
    context: BrowserContext, world: World
) -> None:
    page = opened(context, paired(at_captures(world)))
    take(page, a_photo())
    is_safe(page, 1)
    page.route("**/*", cut)
    context.set_offline(offline=True)
    take(page, a_photo(), a_photo())
    says(page, "There is no network.")
    expect(page.locator("#waiting")).to_have_text("2")

    page.unroute("**/*", cut)
    context.set_offline(offline=False)

    is_safe(page, 3)
    assert len(in_buffer(doctor(world))) == 3


def test_what_an_iphone_takes_is_sent_and_whole(context: BrowserContext, world: World) -> None:
    page = opened(context, paired(at_captures(world)))
    heic = b"\0\0\0\x18ftypheic" + bytes(1_000)
    page.set_input_files(CAMERA, [a_file(heic)])

    is_safe(page, 1)

    (capture,) = service.captures(doctor(world))
    assert (capture.media_type, capture.size_bytes) == (MediaType.HEIC, len(heic))


def test_an_answer_that_was_lost_makes_no_second_picture(
    context: BrowserContext, world: World
) -> None:
    page = opened(context, paired(at_captures(world)))
    page.route("**/capture/arrived", lambda route: route.abort(), times=2)
    take(page, a_photo())

    is_safe(page, 1)
    assert len(in_buffer(doctor(world))) == 1


def test_a_full_buffer_is_said_and_what_waits_goes_on_when_there_is_room(
    context: BrowserContext, world: World
) -> None:
    page = opened(context, paired(at_captures(world)))
    filling = a_full_buffer(world)
    take(page, a_photo())
    says(page, "There is no room for more pictures now.")

    service.drop(doctor(world), [filling])
    page.click("[data-again]")

    is_safe(page, 1)


def test_a_pairing_that_ended_keeps_what_waits_and_another_one_sends_it(
    context: BrowserContext, world: World
) -> None:
    computer = at_captures(world)
    phone = paired(computer)
    page = opened(context, phone)
    (held,) = pairing.paired(doctor(world))
    pairing.unpair(doctor(world), held.pairing_id)
    take(page, a_photo())
    says(page, "The pairing has ended.")

    page.goto(f"{PHONE}#{code_on(computer.submit(f'{CAPTURES}/pair'))}")

    is_safe(page, 1)


def test_what_was_taken_for_one_doctor_is_not_sent_to_another(
    context: BrowserContext, world: World
) -> None:
    page = opened(context, paired(at_captures(world)))
    page.route("**/capture/announce", lambda route: route.abort())
    take(page, a_photo())
    expect(page.locator("#waiting")).to_have_text("1")
    page.close()

    colleagues = paired(at_captures(world, caller=colleague(world)))
    page = opened(context, colleagues)
    take(page, a_photo())

    is_safe(page, 1)
    says(page, "Taken for another computer")
    assert len(in_buffer(colleague(world))) == 1
    assert in_buffer(doctor(world)) == []


def test_pictures_go_one_at_a_time(context: BrowserContext, world: World) -> None:
    page = opened(context, paired(at_captures(world)))
    steps: list[str] = []

    def note(request: Request) -> None:
        if request.method == "PUT":
            steps.append("put")
        elif request.method == "POST":
            steps.append(request.url.rpartition("/")[2])

    page.on("request", note)
    take(page, a_photo(), a_photo(), a_photo())

    is_safe(page, 3)

    assert steps == ["announce", "put", "arrived"] * 3
