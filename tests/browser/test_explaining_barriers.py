"""
The doctor's pages that explain a chart to a patient keep nobody out.

As in test_chart_barriers.py, Chromium asks the application itself, on moto.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from chalicelib.access.model import Role
from chalicelib.charts.model import Chart
from chalicelib.patient_charts.service import Place
from tests.browser.test_billing_barriers import opened
from tests.browser.test_chart_barriers import surfing
from tests.charts.scene import CHART
from tests.charts.test_pages import CHARTS
from tests.patient_charts.scene import a_signed, amended, released, withdrawn, worded
from tests.patient_charts.test_pages import BLEEDING, path, word
from tests.support.chromium import SCREENSHOTS, barriers, hidden_width
from tests.support.visitor import HOST, Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

Show = Callable[[Visitor, World, Place], object]


def hidden_one(visitor: Visitor, world: World, place: Place) -> None:
    """It was worded and released; then its chart was amended."""
    worded(world, place, "findings/2", WORDINGS[place[2]])
    released(world, place)
    amended(world, place, CHART)
    visitor.get(path(place))


def taken_back(visitor: Visitor, world: World, place: Place) -> None:
    released(world, place)
    withdrawn(world, place, "左右が違っていた")
    visitor.get(path(place))


def refused(visitor: Visitor, _: World, place: Place) -> None:
    word(visitor, place, "A sore of 9 mm on the left.", source="findings/0")


def listed(visitor: Visitor, world: World, place: Place) -> None:
    released(world, place)
    taken_back(visitor, world, place)
    visitor.get(path(place, "/releases"))


def one(visitor: Visitor, world: World, place: Place) -> None:
    released(world, place)
    visitor.get(path(place, "/releases/1"))


def on_the_chart(visitor: Visitor, world: World, place: Place) -> None:
    released(world, place)
    amended(world, place, Chart(kind=CHART.kind, narrative="No ulcer."))
    visitor.get(f"{CHARTS}/{place[0]}/examinations/{place[1]}")


WORDINGS = {
    "en": "In the food pipe I did not see varices.",
    "ja": "食道に、静脈のこぶはありませんでした。",
}
PAGES: dict[str, Show] = {
    "preview": lambda v, _, place: v.get(path(place)),
    "hidden": hidden_one,
    "taken_back": taken_back,
    "words": lambda v, _, place: v.get(path(place, "/words", source="findings/0")),
    "refused": refused,
    "release": lambda v, _, place: v.get(path(place, "/release")),
    "releases": listed,
    "one_release": one,
    "chart": on_the_chart,
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_explains_a_chart_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    place = a_signed(world, language)
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    visitor.language = language
    PAGES[name](visitor, world, place)
    assert visitor.page is not None
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, visitor)
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        shot = SCREENSHOTS / f"explaining-{name}-{language}-{width}.png"
        page.screenshot(path=shot, full_page=True)
        assert barriers(page) == [], (name, width)
        assert hidden_width(page) <= 0, (name, width)
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == [], (name, "dark")
    context.close()


def test_a_chart_is_explained_and_released_without_a_script(browser: Browser, world: World) -> None:
    place = a_signed(world)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    surfing(page, signed_in(Role.DOCTOR, world.facility_id))
    page.goto(f"https://{HOST}{CHARTS}/{place[0]}/examinations/{place[1]}")
    page.click("text=Explain to the patient")
    page.click(f"a[href*='{BLEEDING.replace(':', '%3A')}']")
    page.fill("#text", "I saw bleeding.")
    page.click("button[value=save]")
    assert "say otherwise than the record" in page.inner_text("main")
    page.fill("#text", "I saw no bleeding.")
    page.click("button[value=save]")
    page.click("text=Check and release")
    assert "I saw no bleeding." in page.inner_text("main")
    page.click("text=Release it to the patient")
    assert "Patients can read it now." in page.inner_text("main")
    context.close()
