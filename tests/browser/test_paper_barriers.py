"""
Pages about paper and shared documents keep nobody out, and print each patient apart.

As in test_chart_barriers.py, Chromium asks the application itself, on moto.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PageObject, PdfReader

from chalicelib.access.model import Caller, Role
from chalicelib.charts.model import Chart, Kind
from chalicelib.patient_charts.prints import service as printing_service
from chalicelib.patient_charts.prints.model import PrintJob, Stage
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.model import Life
from tests.browser.test_billing_barriers import opened
from tests.browser.test_chart_barriers import ALL_IN_SIGHT
from tests.charts.conftest import made
from tests.patient_charts.paper import a_released, owned_by, owned_of, queue, staff_of, withdrawn
from tests.patient_charts.slip_scene import handed, inside
from tests.patient_charts.slip_scene import release as released
from tests.patient_charts.test_print_pages import PRINTING, ask_of, asked, ticked
from tests.support.chromium import SCREENSHOTS, barriers, hidden_width
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

SLIP = Caller(Role.ANONYMOUS, "slip-1")
MILLIMETRES = 72 / 25.4  # points


SHORT = Chart(kind=Kind.UPPER_GI, narrative="No bleeding was seen.")  # one page


class Paper:
    """Three patient charts in the queue: of one page and of two, in Japanese and in English."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.released = [
            a_released(world, "E-1", "ja"),
            a_released(world, "E-2", "en", SHORT),
            a_released(world, "E-3", "ja", SHORT),
        ]
        made(world, self.released[0].examination_id)
        self.jobs = [queue(world, each) for each in self.released]

    def moved(self, stage: Stage) -> list[PrintJob]:
        ids = [each.job_id for each in self.jobs]
        return printing_service.mark(staff_of(self.world), ids, stage).done


Show = Callable[[Visitor, Paper], object]


def refused(visitor: Visitor, paper: Paper) -> None:
    released(paper.world, paper.released[0].examination_id, language="ja")
    withdrawn(paper.released[1])
    ticked(visitor, "printed", *paper.jobs)


def posted(visitor: Visitor, paper: Paper) -> None:
    paper.moved(Stage.PRINTED)
    paper.moved(Stage.POSTED)
    visitor.get(f"{PRINTING}?stage=posted")


def to_post(visitor: Visitor, paper: Paper) -> None:
    paper.moved(Stage.PRINTED)
    visitor.get(f"{PRINTING}?stage=printed")


def partly(visitor: Visitor, paper: Paper) -> None:
    withdrawn(paper.released[1])
    ticked(visitor, "print", *paper.jobs)


def shared(visitor: Visitor, paper: Paper) -> None:
    secret, _ = sharing.make(SLIP, owned_of(paper.released[0]), Life.WEEK)
    visitor.get(f"/s/{secret}")


def own(visitor: Visitor, paper: Paper) -> None:
    """What a patient sees, with a link that was opened and one that is over."""
    held = handed(paper.world, "E-9")
    secret, _ = sharing.make(SLIP, owned_by(held), Life.WEEK)
    sharing.opened(secret)
    _, over = sharing.make(SLIP, owned_by(held), Life.HOUR)
    sharing.end(SLIP, owned_by(held), over.share_id)
    patient = inside(held, language=visitor.language)
    patient.get(f"/p/charts/{held.document}/share")
    visitor.page = patient.page


def own_made(visitor: Visitor, paper: Paper) -> None:
    held = handed(paper.world, "E-9")
    patient = inside(held, language=visitor.language)
    patient.get(f"/p/charts/{held.document}/share")
    patient.submit(f"/p/charts/{held.document}/share", step="health-link", life="day")
    visitor.page = patient.page


PAGES: dict[str, Show] = {
    "own": own,
    "own_made": own_made,
    "ask": lambda v, p: v.get(ask_of(p.released[0])),
    "ask_wrong": lambda v, p: asked(v, p.released[0], postal_code="〒1", lines=""),
    "queue": lambda v, _: v.get(PRINTING),
    "nothing_ticked": lambda v, _: ticked(v, "printed"),
    "refused": refused,
    "to_post": to_post,
    "posted": posted,
    "none": lambda v, _: v.get(f"{PRINTING}?stage=cancelled"),
    "prints": lambda v, p: ticked(v, "print", *p.jobs),
    "prints_partly": partly,
    "labels": lambda v, p: ticked(v, "labels", *p.jobs),
    "shared": shared,
    "nothing_shared": lambda v, _: v.get(f"/s/{'x' * 43}"),
}


def shown(page: Page, world: World, name: str, language: str) -> None:
    visitor = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    visitor.language = language
    PAGES[name](visitor, Paper(world))
    opened(page, visitor)
    page.evaluate(ALL_IN_SIGHT)
    page.wait_for_function("[...document.images].every(each => each.complete)")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_about_paper_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    shown(page, world, name, language)
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"paper-{name}-{language}-{width}.png", full_page=True)
        assert barriers(page) == [], (name, width)
        if name != "labels":  # a sheet of them is as wide as paper, and scrolls by itself
            assert hidden_width(page) <= 0, (name, width)
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == [], (name, "dark")
    context.close()


def on_paper(browser: Browser, world: World, name: str) -> list[PageObject]:
    context = browser.new_context(java_script_enabled=True, bypass_csp=True)
    page = context.new_page()
    shown(page, world, name, "ja")
    pdf = page.pdf(prefer_css_page_size=True)
    (SCREENSHOTS / f"paper-{name}.pdf").write_bytes(pdf)
    context.close()
    return list(PdfReader(io.BytesIO(pdf)).pages)


def test_no_sheet_is_of_two_patients(browser: Browser, world: World) -> None:
    """Each says whose it is: its document's number stands at its head."""
    pages = [each.extract_text() for each in on_paper(browser, world, "prints")]
    documents = [set(re.findall(r"patient-chart-[0-9a-z]{20}", each)) for each in pages]
    assert [len(each) for each in documents] == [1] * len(pages)
    assert len({name for each in documents for name in each}) == 3
    assert len(pages) > 3  # one of them is longer than a sheet
    assert not any("印刷済み" in each for each in pages)


def test_labels_stand_where_the_sheet_has_them(browser: Browser, world: World) -> None:
    (sheet,) = on_paper(browser, world, "labels")
    width, height = (float(each) / MILLIMETRES for each in sheet.mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    places: list[tuple[float, float]] = []

    def note(text: str, _: object, at: list[float], *__: object) -> None:
        if "〒" in text:
            places.append((at[4] / MILLIMETRES, at[5] / MILLIMETRES))

    sheet.extract_text(visitor_text=note)
    assert len(places) >= 1
