"""
The album keeps nobody out, and keys, fingers and a closer look work where there is a script.

Pictures are made by another capability, so here each is a drawing; Chromium asks the application
itself, on moto, as for pages about money.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import boto3
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from chalicelib.access.model import Role
from chalicelib.album import shown
from chalicelib.pictures import service
from chalicelib.pictures.model import Picture, Rendition, Shown, State
from chalicelib.settings import settings
from tests.album.scene import an_examination, open_as_case, open_film, use_up, with_tool
from tests.pictures.scene import a_dicom
from tests.support.chromium import keeps_nobody_out
from tests.support.visitor import HOST, Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

ALBUM = "/portal/album"
RESTORE = "/portal/restores/new"
ALL = "scope=target&when=now"
WIDTH = "each => each.clientWidth"
TARO = {"id": "P-2", "name": "YAMADA^TARO=山田^太郎=やまだ^たろう"}
DRAWN = Shown(
    Picture(sha256="0" * 64, state=State.MADE),
    {each: f"https://{HOST}/drawn/{each}" for each in Rendition},
)


class Clinic:
    """A facility with a display tool: one case open, another examination beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.contract_id = with_tool(world)
        self.other = an_examination(world, 1, day="2026-03-30", kind="CT", **TARO)
        an_examination(world, 2, day="2026-04-01T09:30:00")
        self.case = open_as_case(world, "E-2")

    def film(self) -> str:
        """Open a film of three frames, the last of which is cut off; return its picture's path."""
        whole = a_dicom(bytes(range(256)) * 192, frames=b"3 ", rows=128, columns=128)
        return open_film(self.world, whole[: -(2**13)])

    def full(self, visitor: Visitor) -> None:
        use_up(self.world, 99)
        visitor.get(ALBUM)
        visitor.submit(f"{self.other}/open")

    def found(self, visitor: Visitor) -> None:
        visitor.get(ALBUM)
        visitor.submit(f"{ALBUM}/find", patient="やまだ")


Show = Callable[[Visitor, Clinic], object]
PAGES: dict[str, Show] = {
    "album": lambda v, _: v.get(ALBUM),
    "album_of_a_kind": lambda v, _: v.get(f"{ALBUM}?kind=CT&month=2026-03"),
    "album_of_no_day": lambda v, _: v.get(f"{ALBUM}?day=2026-02-30"),
    "album_of_a_day": lambda v, _: v.get(f"{ALBUM}?day=2026-04-01"),
    "found": lambda v, c: c.found(v),
    "cases": lambda v, _: v.get(f"{ALBUM}/cases?done=closed"),
    "case": lambda v, c: v.get(f"{c.case}?choose=two"),
    "picture": lambda v, c: v.get(f"{c.case}/pictures/2"),
    "frame": lambda v, c: v.get(f"{c.film()}/frames/2"),
    "frame_cut_off": lambda v, c: v.get(f"{c.film()}/frames/3"),
    "film": lambda v, c: v.get(c.film()),
    "compare": lambda v, c: v.get(f"{c.case}/compare?picture-1=1&picture-3=3"),
    "closed": lambda v, c: v.get(c.other),
    "full": lambda v, c: c.full(v),
    "more_cases": lambda v, c: v.get(f"/portal/contracts/{c.contract_id}/cases"),
    "contract": lambda v, c: v.get(f"/portal/contracts/{c.contract_id}?done=cases-added"),
    "restore": lambda v, c: v.get(f"{RESTORE}/{c.world.target_id}/how?scope=target"),
    "restore_as_album": lambda v, c: v.get(f"{RESTORE}/{c.world.target_id}/check?by=album&{ALL}"),
    "targets": lambda v, _: v.get("/portal/targets"),
    "home": lambda v, _: v.get("/portal"),
}


@pytest.fixture
def clinic(world: World, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    def drawn(target_id: str, digests: list[str]) -> dict[str, Shown]:  # noqa: ARG001
        return dict.fromkeys(digests, DRAWN)

    monkeypatch.setattr(service, "shown", drawn)
    monkeypatch.setattr(shown, "origin", lambda: f"https://{HOST}")
    return Clinic(world)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def a_drawing() -> bytes:
    into = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(into, "PNG")
    return into.getvalue()


def made(path: str) -> bytes:
    """Return what lies at *path* in the derived bucket."""
    key = path[path.index("/f/") + 1 :]
    found = boto3.client("s3").get_object(Bucket=settings().derived_bucket, Key=key)
    return bytes(found["Body"].read())


def surfing(page: Page, visitor: Visitor) -> None:
    """Let the browser be *visitor*: each page it asks for is the application's answer."""
    drawing = a_drawing()

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        path = f"{asked.path}?{asked.query}" if asked.query else asked.path
        if path.startswith("/drawn/"):
            route.fulfill(status=200, content_type="image/png", body=drawing)
            return
        if asked.netloc != HOST:  # a frame, made by us and fetched from the bucket
            route.fulfill(status=200, content_type="image/jpeg", body=made(asked.path))
            return
        found = visitor.page if path == "/shown" else visitor.get(path)
        assert found is not None
        route.fulfill(status=found.status, headers=found.headers, body=found.text)

    page.route("**/*", answer)


def staff(clinic: Clinic, language: str = "en") -> Visitor:
    found = signed_in(Role.FACILITY_ADMIN, clinic.world.facility_id)
    found.language = language
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_album_has_no_barrier(
    page: Page, clinic: Clinic, name: str, language: str
) -> None:
    visitor = staff(clinic, language)
    PAGES[name](visitor, clinic)
    assert visitor.page is not None
    assert visitor.page.status < 500
    surfing(page, visitor)
    page.goto(f"https://{HOST}/shown")
    keeps_nobody_out(page, f"album-{name}-{language}")


def test_arrows_lead_from_picture_to_picture(page: Page, clinic: Clinic) -> None:
    surfing(page, staff(clinic))
    page.goto(f"https://{HOST}{clinic.case}/pictures/1")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/pictures/2")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/pictures/1")


def test_arrows_lead_from_frame_to_frame(page: Page, clinic: Clinic) -> None:
    surfing(page, staff(clinic))
    page.goto(f"https://{HOST}{clinic.film()}/frames/1")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/frames/2")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/frames/1")


def test_arrows_move_from_card_to_card(page: Page, clinic: Clinic) -> None:
    surfing(page, staff(clinic))
    page.goto(f"https://{HOST}{ALBUM}")
    places = page.locator(".card > a, .card > button")
    places.first.focus()
    page.keyboard.press("ArrowRight")
    assert places.nth(1).evaluate("each => each === document.activeElement")


def test_a_click_looks_closer_and_another_one_back(page: Page, clinic: Clinic) -> None:
    surfing(page, staff(clinic))
    page.goto(f"https://{HOST}{clinic.case}/pictures/1")
    picture = page.locator(".stage img").first
    before = picture.evaluate(WIDTH)
    picture.click()
    assert picture.evaluate(WIDTH) > 1.5 * before
    picture.click()
    assert picture.evaluate(WIDTH) == before


def test_a_swipe_leads_on(browser: Browser, clinic: Clinic) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 360, "height": 640})
    page = context.new_page()
    surfing(page, staff(clinic))
    page.goto(f"https://{HOST}{clinic.case}/pictures/1")
    page.locator(".stage").first.evaluate(
        """stage => {
          const touch = x => [new Touch({ identifier: 1, target: stage, clientX: x, clientY: 9 })];
          stage.dispatchEvent(new TouchEvent("touchstart", { touches: touch(300) }));
          stage.dispatchEvent(new TouchEvent("touchend", { changedTouches: touch(100) }));
        }"""
    )
    page.wait_for_url("**/pictures/2")
    context.close()


def test_all_of_it_works_without_a_script(browser: Browser, clinic: Clinic) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    surfing(page, staff(clinic))
    page.goto(f"https://{HOST}{ALBUM}")
    page.click("text=Look")
    page.locator(".card a").first.click()
    page.click("a[rel=next]")
    assert page.inner_text("h1") == "Picture 2 of 3"
    page.click(".intro a")
    page.check("input[name='picture-1']")
    page.check("input[name='picture-3']")
    page.click("text=Compare the two")
    assert page.locator("figure img:not(.strip)").count() == 2
    context.close()
