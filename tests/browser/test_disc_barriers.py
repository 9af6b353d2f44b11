"""
Pages about discs keep nobody out, and labels and notes come out of a printer on A4.

As in test_chart_barriers.py, Chromium asks the application itself, on moto.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.browser.test_billing_barriers import opened
from tests.discs.page_scene import DISCS, WORK, Discs, admin_of, operator_at
from tests.support.canary import found_in
from tests.support.chromium import SCREENSHOTS, barriers, hidden_width
from tests.support.visitor import Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

MILLIMETRES = 72 / 25.4  # points

Show = Callable[[Visitor, Discs], object]


def of_a_patient(discs: Discs) -> str:
    """Have discs made of the canary patient alone, whom nothing that is printed may name."""
    return discs.made(scope="patient", subject=discs.patient_key)


OF_FACILITY: dict[str, Show] = {
    "list": lambda v, _: v.get(DISCS),
    "targets": lambda v, _: v.get(f"{DISCS}/new"),
    "what": lambda v, d: v.get(d.new()),
    "unknown": lambda v, d: (v.get(d.new()), v.submit(d.new("/patients"), patient_id="nobody")),
    "patient": lambda v, d: v.get(d.new(f"/patients/{d.patient_key}")),
    "how": lambda v, d: v.get(d.new("/how?scope=target")),
    "building": lambda v, d: v.get(f"{DISCS}/orders/{d.ordered()}"),
    "made": lambda v, d: v.get(f"{DISCS}/orders/{d.made()}"),
    "handed_over": lambda v, d: v.get(f"{DISCS}/orders/{d.handed_over()}"),
    "called_off": lambda v, d: v.get(f"{DISCS}/orders/{d.called_off()}"),
    "asks_passphrase": lambda v, d: v.get(f"{DISCS}/orders/{d.made()}/passphrase"),
    "passphrase": lambda v, d: d.passphrase(v),
}
OF_PROVIDER: dict[str, Show] = {
    "work": lambda v, d: (d.made(), v.get(f"{WORK}?state=built")),
    "no_work": lambda v, _: v.get(WORK),
    "work_building": lambda v, d: v.get(f"{WORK}/{d.ordered()}"),
    "work_made": lambda v, d: v.get(f"{WORK}/{d.made()}"),
    "work_refused": lambda v, d: d.handed_to_nobody(v),
    "work_handed_over": lambda v, d: v.get(f"{WORK}/{d.handed_over()}"),
    "note": lambda v, d: v.get(f"{WORK}/{of_a_patient(d)}/note"),
    "labels": lambda v, d: v.get(f"{WORK}/{of_a_patient(d)}/labels"),
}


def shown(page: Page, world: World, name: str, language: str) -> None:
    visitor = operator_at() if name in OF_PROVIDER else admin_of(world)
    visitor.language = language
    (OF_FACILITY | OF_PROVIDER)[name](visitor, Discs(world))
    opened(page, visitor)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", [*OF_FACILITY, *OF_PROVIDER])
def test_a_page_about_discs_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    shown(page, world, name, language)
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"discs-{name}-{language}-{width}.png", full_page=True)
        assert barriers(page) == [], (name, width)
        if name != "labels":  # a sheet of them is as wide as paper, and scrolls by itself
            assert hidden_width(page) <= 0, (name, width)
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == [], (name, "dark")
    context.close()


@pytest.mark.parametrize("name", ["note", "labels"])
def test_what_goes_along_with_discs_is_printed_on_one_sheet_of_a4(
    browser: Browser, world: World, name: str
) -> None:
    context = browser.new_context(java_script_enabled=True, bypass_csp=True)
    page = context.new_page()
    shown(page, world, name, "ja")
    pdf = page.pdf(prefer_css_page_size=True)
    (SCREENSHOTS / f"discs-{name}.pdf").write_bytes(pdf)
    context.close()
    (sheet,) = PdfReader(io.BytesIO(pdf)).pages
    width, height = (float(each) / MILLIMETRES for each in sheet.mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    printed = sheet.extract_text()
    assert "Kawabe Clinic" in printed
    assert "戻る" not in printed
    assert found_in(printed) == []
