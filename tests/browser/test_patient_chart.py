"""
The page a patient reads: on a phone, on a large screen, in the dark, in large print, on paper.

Chromium opens the file to take along from the disc, without a network, as anybody would; and the
page on the web as the application answers it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route

from chalicelib.charts.model import Certainty, Chart, Finding, Kind, Site
from chalicelib.patient_charts.page.document import file_html, values, with_pictures
from chalicelib.patient_charts.page.sheet import Identity, Sheet
from chalicelib.web import files, pages
from chalicelib.web.pages import Reader
from tests.patient_charts.releases import SAMPLES, a_sheet_of, sheet_of
from tests.pictures.stills import a_still
from tests.support.chromium import COLOURS, SCREENSHOTS, barriers, hidden_width
from tests.support.patient_charts import DOT

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

WIDTHS = (360, 1440)
SEVEN_TO_ONE = {"type": "rule", "values": ["color-contrast-enhanced"]}
MOST_PAGES = 2
LOOKS: tuple[tuple[Literal["light", "dark"], str], ...] = (
    ("light", ""),
    ("light", "large"),
    ("dark", ""),
)


@pytest.fixture(scope="module")
def still() -> str:
    """A picture as an endoscope takes it, small, as a file brings it along."""
    import io
    from base64 import b64encode

    from PIL import Image

    small = Image.open(io.BytesIO(a_still(1)))
    small.thumbnail((256, 256))
    body = io.BytesIO()
    small.save(body, "WEBP", quality=60)
    return f"data:image/webp;base64,{b64encode(body.getvalue()).decode()}"


def with_logo_and_stills(sheet: Sheet, still: str) -> Sheet:
    provider = msgspec.structs.replace(sheet.provider, logo=DOT)
    pictures = tuple(msgspec.structs.replace(each, address=still) for each in sheet.pictures)
    return msgspec.structs.replace(sheet, provider=provider, pictures=pictures)


@contextmanager
def opened(browser: Browser, folder: Path, sheet: Sheet, *, script: bool = False) -> Iterator[Page]:
    """Have the file of *sheet* open, from the disc and without a network."""
    path = folder / "chart.html"
    path.write_text(file_html(sheet, sheet.release.language))
    context = browser.new_context(java_script_enabled=script, offline=True)
    page = context.new_page()
    page.goto(f"file://{path}")
    yield page
    context.close()


def printed(page: Page, path: Path) -> list[str]:
    """Return what each page of the print says."""
    page.pdf(path=path, prefer_css_page_size=True)
    told = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return [" ".join(each.split()) for each in told.stdout.decode().split("\f")[:-1]]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_keeps_nobody_out(browser: Browser, tmp_path: Path, still: str, name: str) -> None:
    found = {}
    sheet = with_logo_and_stills(a_sheet_of(name), still)
    with opened(browser, tmp_path, sheet, script=True) as page:
        for width in WIDTHS:
            for colours, size in LOOKS:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=colours)
                page.set_checked("#large-print", bool(size))
                shot = f"patient-chart-{name}-{width}-{colours}{size}.png"
                page.screenshot(path=SCREENSHOTS / shot, full_page=True)
                where = (width, colours, size)
                assert hidden_width(page) <= 0, where
                found[where] = barriers(page) + barriers(page, SEVEN_TO_ONE)
    assert {where: each for where, each in found.items() if each} == {}


def test_words_without_an_end_do_not_widen_the_page(browser: Browser, tmp_path: Path) -> None:
    endless = "x" * 200
    finding = Finding(certainty=Certainty.PRESENT, text=endless, site=Site(organ=endless))
    chart = Chart(kind=Kind.UPPER_GI, findings=(finding,), narrative=endless)
    names = {"facility": endless, "patient_name": endless, "patient_id": endless}
    sheet = sheet_of(chart, "en", provider=Identity(name=endless, contact=endless), **names)
    with opened(browser, tmp_path, sheet, script=True) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert hidden_width(page) <= 0


def test_large_print_is_a_half_larger_and_needs_no_script(browser: Browser, tmp_path: Path) -> None:
    size = "getComputedStyle(document.querySelector('.says')).fontSize"
    with opened(browser, tmp_path, a_sheet_of("colon-en"), script=True) as page:
        assert page.evaluate(size) == "18px"
    with opened(browser, tmp_path, a_sheet_of("colon-en")) as page:
        before = page.locator(".says").first.bounding_box()
        page.check("#large-print")
        after = page.locator(".says").first.bounding_box()
    assert before
    assert after
    assert after["height"] >= 1.4 * before["height"]


def test_what_can_be_pressed_is_large_enough_for_a_thumb(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, a_sheet_of("colon-en")) as page:
        box = page.locator("label").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44


@pytest.mark.parametrize("name", SAMPLES)
def test_headings_go_down_one_step_at_a_time(browser: Browser, tmp_path: Path, name: str) -> None:
    with opened(browser, tmp_path, a_sheet_of(name), script=True) as page:
        tree = page.locator("body").aria_snapshot()
    levels = [int(each) for each in re.findall(r"heading .*\[level=(\d)\]", tree)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_who_hears_the_page_finds_its_parts_by_name(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, a_sheet_of("colon-en"), script=True) as page:
        tree = page.locator("body").aria_snapshot()
    assert re.findall(r'- region "([^"]*)"', tree) == [
        "The result in short",
        "Looked for, and not found",
        "Found, or may be there",
        "What to do",
        "Where it is",
        "Pictures of your examination",
        "Also in the record",
        "What your doctor recorded",
        "Words explained",
        "Questions you may want to ask",
    ]
    assert 'img "Large bowel ' in tree  # and what is marked on it
    assert "- banner" in tree
    assert "- main" in tree


def test_a_narrow_table_is_still_a_table_for_who_hears_it(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, a_sheet_of("colon-en"), script=True) as page:
        page.set_viewport_size({"width": 360, "height": 900})
        tree = page.locator("table").aria_snapshot()
    assert re.search(r'row ".*Sessile polyp Sigmoid colon 6.mm Present"', tree)
    assert 'columnheader "Where"' in tree


# --- on paper -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_a_usual_chart_is_printed_on_two_pages(
    browser: Browser, tmp_path: Path, still: str, name: str
) -> None:
    sheet = with_logo_and_stills(a_sheet_of(name), still)
    with opened(browser, tmp_path, sheet) as page:
        assert len(printed(page, SCREENSHOTS / f"patient-chart-{name}.pdf")) <= MOST_PAGES


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_printed_page_says_whose_it_is(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    sheet = long_one(language)
    with opened(browser, tmp_path, sheet) as page:
        told = printed(page, tmp_path / "chart.pdf")
    assert len(told) > MOST_PAGES
    for number, each in enumerate(told, start=1):
        head = each[:200]
        assert sheet.provider.name in head
        assert "00001234" in head
        assert sheet.release.document in head
        assert ("Version 1" if language == "en" else "第1版") in head
        assert re.search(rf"{number} ?/ ?{len(told)}$", each)


def long_one(language: str) -> Sheet:
    """Return a chart of more findings than fit on a page, each of some lines."""
    words = "a slightly raised pale area with a smooth edge and without any ulcer " * 5
    findings = tuple(
        Finding(
            certainty=Certainty.PRESENT,
            text=f"start{number:03} {words}end{number:03}",
            site=Site(organ="Colon", place=f"place{number:03}"),
        )
        for number in range(30)
    )
    chart = Chart(kind=Kind.LOWER_GI, findings=findings)
    return sheet_of(chart, "ja" if language == "ja" else "en")


def test_no_row_of_the_table_is_cut_at_the_end_of_a_page(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, long_one("en")) as page:
        told = printed(page, tmp_path / "chart.pdf")
    for number in range(30):
        starts = [each.count(f"start{number:03}") for each in told]
        ends = [each.count(f"end{number:03}") for each in told]
        assert starts == ends, number


def test_the_head_of_the_table_stands_on_each_page_it_goes_on_to(
    browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, tmp_path, long_one("en")) as page:
        told = printed(page, tmp_path / "chart.pdf")
    with_rows = [each for each in told if re.search(r"place\d\d\d", each) and "Present" in each]
    assert len(with_rows) > 1
    assert all("As recorded" in each for each in with_rows)


def test_hard_characters_are_printed_as_they_are(browser: Browser, tmp_path: Path) -> None:
    hard = "潰瘍 膵 糜爛 瘻 襞 靱 Ⅱc ≤5mm"
    chart = Chart(kind=Kind.UPPER_GI, findings=(Finding(certainty=Certainty.PRESENT, text=hard),))
    with opened(browser, tmp_path, sheet_of(chart, "ja")) as page:
        told = "".join(printed(page, tmp_path / "chart.pdf")).replace(" ", "")
    assert hard.replace(" ", "") in told


def test_large_print_is_large_on_paper_too(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, a_sheet_of("colon-en")) as page:
        usual = printed(page, tmp_path / "usual.pdf")
        page.check("#large-print")
        large = printed(page, tmp_path / "large.pdf")
    assert len(large) > len(usual)
    assert all("00001234" in each[:200] for each in large)


# --- on the web ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("aws")
def test_the_page_on_the_web_is_shown_with_its_style_and_its_logo(
    browser: Browser, tmp_path: Path
) -> None:
    sheet = a_sheet_of("colon-en", provider=Identity(name="Asahi", logo=DOT))
    reader = Reader("en", prefix="", here="/p/charts/x")
    answer = with_pictures(
        pages.page(reader, "patient_charts/chart.html", cookies=[], **values(sheet))
    )

    def answered(route: Route) -> None:
        path = urlsplit(route.request.url).path
        found = files.answer(path.removeprefix("/static/")) if "/static/" in path else answer
        headers = {name: str(each) for name, each in found.headers.items() if name != "Set-Cookie"}
        route.fulfill(status=found.status_code, headers=headers, body=str(found.body))

    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.route("**/*", answered)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("https://hokan.example/p/charts/x")
        page.screenshot(path=SCREENSHOTS / f"patient-chart-web-{width}.png", full_page=True)
        assert hidden_width(page) <= 0
        assert page.evaluate("document.querySelector('.brand img').naturalWidth") == 1
    assert [each for each in complaints if "Content Security Policy" in each] == []
    assert barriers(page) == []
    assert barriers(page, COLOURS) == []
    told = printed(page, tmp_path / "web.pdf")
    assert len(told) <= MOST_PAGES
    assert all("00001234" in each[:200] for each in told)
    context.close()
