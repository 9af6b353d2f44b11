"""
Pages of charts keep nobody out.

As in test_billing_barriers.py, Chromium asks the application itself, on moto: a chart in every
state takes no upload through a stack.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route

from chalicelib.access.model import Role
from chalicelib.charts.model import Chart, Image, Kind, Mark, Measurement, Site
from tests.album.scene import open_as_case, with_tool
from tests.browser.test_billing_barriers import opened
from tests.charts.conftest import made
from tests.charts.scene import A_BUNDLE, DIGEST, amending, examined, path_of, saved, signed
from tests.charts.test_pages import CHARTS, hand_in, page_of, typed
from tests.charts.test_pictures import another
from tests.pictures.making import deliver_all, digest, picture_at
from tests.pictures.stills import a_still
from tests.support.chromium import keeps_nobody_out
from tests.support.visitor import FROM_HERE, HOST, Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

ALL_IN_SIGHT = """() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  for (const each of document.images) each.loading = "eager";
}"""


class Charts:
    """A signed chart, one that is amended, one that nobody wrote, and values over three years."""

    def __init__(self, world: World) -> None:
        self.world = world
        for year, value in (("2023", "8.0"), ("2024", "6.5"), ("2025", "7.25")):
            measured = Measurement(value=value, unit="mm", text="ポリープ", site=Site(organ="大腸"))
            chart = Chart(kind=Kind.LOWER_GI, measurements=(measured,))
            signed(world, examined(world, year, examined_at=f"{year}-04-01T09:00:00"), chart)
        self.signed = examined(world, "E-1")
        signed(world, self.signed)
        self.amended = examined(world, "E-2")
        amending(world, self.amended, "左右が違っていた")
        self.empty = examined(world, "E-3")
        made(world, self.signed)
        made(world, self.amended)
        (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
        self.patient = f"{CHARTS}/{world.target_id}/patients/{patient['patient_key']}"

    def pictured(self, rest: str = "") -> str:
        """Return a page about a chart that marks pictures at their edges, and links no picture."""
        bodies = [a_still(1), a_still(2), b"no picture"]
        files = {f"E-4/内視鏡画像{number}.JPG": body for number, body in enumerate(bodies)}
        examination = another(self.world, files, "E-4")
        corners = ((1, 0, 0), (2, 1000, 1000), (123, 940, 60), (4, 500, 500))
        marks = tuple(Mark(number=number, x=x, y=y) for number, x, y in corners)
        images = (
            Image(sha256=digest(bodies[0]), note="幽門前庭部の小彎", marks=marks),
            Image(sha256=digest(bodies[1]), note="Angulus, seen from below"),
            Image(sha256=digest(bodies[2]), marks=(Mark(number=5),)),
        )
        saved(self.world, examination, Chart(kind=Kind.UPPER_GI, images=images))
        made(self.world, examination)
        if rest != "/edit":
            body = {"revision": 1}
            self.world.doctor.post(path_of(self.world, examination, "/sign"), body)
        return self.page(examination, rest)

    def in_album(self) -> str:
        """Return the page of a chart whose examination is open as a case."""
        with_tool(self.world)
        open_as_case(self.world, "E-1")
        return self.page(self.signed)

    def page(self, examination: str, rest: str = "") -> str:
        return page_of(self.world, examination, rest)


Show = Callable[[Visitor, Charts], object]


def wrong(visitor: Visitor, charts: Charts) -> None:
    row = {"findings__0__text": "潰瘍", "findings__0__size": "4,5"}
    typed(visitor, charts.page(charts.empty, "/edit"), **row)


def wrong_table(visitor: Visitor, charts: Charts) -> None:
    body = b"patient_id,exam,certainty\nP-1,E-1,maybe\nP-1,,absent"
    hand_in(visitor, f"{CHARTS}/{charts.world.target_id}/take", body)


def taken(visitor: Visitor, charts: Charts) -> None:
    entry = [*A_BUNDLE["entry"], {"resource": {"resourceType": "Encounter", "id": "e-1"}}]
    body = msgspec.json.encode(A_BUNDLE | {"entry": entry})
    hand_in(visitor, charts.page(charts.empty, "/take"), body, revision="0")


PAGES: dict[str, Show] = {
    "pictured": lambda v, c: v.get(c.pictured()),
    "large": lambda v, c: v.get(c.pictured("?picture=1")),
    "pictured_edit": lambda v, c: v.get(c.pictured("/edit")),
    "pictured_document": lambda v, c: v.get(c.pictured("/html")),
    "in_album": lambda v, c: v.get(c.in_album()),
    "list": lambda v, _: v.get(CHARTS),
    "patient": lambda v, c: v.get(c.patient),
    "signed": lambda v, c: v.get(c.page(c.signed)),
    "amended": lambda v, c: v.get(c.page(c.amended)),
    "none": lambda v, c: v.get(c.page(c.empty)),
    "edit": lambda v, c: v.get(c.page(c.amended, "/edit")),
    "wrong": wrong,
    "check": lambda v, c: v.get(c.page(c.amended, "/sign")),
    "take": lambda v, c: v.get(c.page(c.empty, "/take")),
    "taken": taken,
    "wrong_table": wrong_table,
    "versions": lambda v, c: v.get(c.page(c.signed, "/versions")),
    "version": lambda v, c: v.get(c.page(c.signed, "/versions/1")),
    "document": lambda v, c: v.get(c.page(c.signed, "/html")),
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_chart_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    charts = Charts(world)
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    visitor.language = language
    PAGES[name](visitor, charts)
    assert visitor.page is not None
    visitor.page.headers.pop("Content-Disposition", None)  # a document is looked at here, not kept
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, visitor)
    page.evaluate(ALL_IN_SIGHT)
    page.wait_for_function("[...document.images].every(each => each.complete)")
    keeps_nobody_out(page, f"chart-{name}-{language}")
    context.close()


def surfing(page: Page, visitor: Visitor) -> None:
    """Let the browser be *visitor*: each page it asks for, and each form it sends, is answered."""

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        path = f"{asked.path}?{asked.query}" if asked.query else asked.path
        if asked.netloc != HOST:
            route.fulfill(content_type="image/webp", body=picture_at(route.request.url))
            return
        kind = {"content_type": route.request.headers.get("content-type", "")}
        body = route.request.post_data_buffer or b""
        sent = visitor.ask(route.request.method, path, FROM_HERE | kind, body)
        found = visitor.follow(sent)
        route.fulfill(status=found.status, headers=found.headers, body=found.text)

    page.route("**/*", answer)


def test_a_chart_is_written_marked_and_signed_without_a_script(
    browser: Browser, world: World
) -> None:
    examined(world, "E-1")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    surfing(page, signed_in(Role.DOCTOR, world.facility_id))
    page.goto(f"https://{HOST}{CHARTS}")
    page.click("main .rows .links a >> nth=0")
    page.click("main a.button[href$='/edit']")
    page.fill("#findings-0-text", "Ulcer")
    page.select_option("#findings-0-certainty", "possible")
    page.select_option("#images-0-sha256", DIGEST)
    for column, value in (("number", "1"), ("x", "250"), ("y", "750")):
        page.fill(f"#images-0-{column}", value)
    page.click("button[value=check] >> nth=0")
    deliver_all(world)
    page.click("main form[action$='/sign'] button")
    assert "The chart is signed." in page.inner_text("main")
    page.click("a.marked")
    assert page.locator(".is-large a.marked svg text").text_content() == "1"
    page.click("text=All versions")
    assert page.inner_text("h1") == "Versions of a chart"
    context.close()
