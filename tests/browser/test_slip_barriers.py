"""
Slips at the portal, and patients' own pages, keep nobody out.

They need something that was released, so Chromium asks the application itself, on moto.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from chalicelib.access.model import Role
from chalicelib.kernel import clock
from chalicelib.patient_charts.slips import access_store, number_alone
from chalicelib.patient_charts.slips import service as slips
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.access_store import PatientAccess
from tests.browser.test_billing_barriers import opened
from tests.network.scene import elsewhere, found
from tests.patient_charts.slip_scene import (
    WRONG,
    Handed,
    at_door,
    at_link,
    handed,
    inside,
    issue,
    release,
    staff,
)
from tests.patient_charts.test_patient_pages import amended, withdrawn
from tests.patient_charts.test_slip_pages import form, path_of
from tests.support.canary import CANARY
from tests.support.chromium import SCREENSHOTS, keeps_nobody_out
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

Show = Callable[[World, str], Visitor]
PAGES: dict[str, Show] = {}


def shown(show: Show) -> Show:
    PAGES[show.__name__] = show
    return show


def with_phone(world: World) -> Handed:
    access_store.put(world.facility_id, PatientAccess(phone="03-0000-0000"))
    held = handed(world, description="上部消化管内視鏡検査")
    release(world, held.examination_id, "ja")
    return held


def at_portal(world: World, language: str, path: str, role: Role = Role.DOCTOR) -> Visitor:
    visitor = signed_in(role, world.facility_id)
    visitor.language = language
    visitor.get(path)
    return visitor


# --- patients ----------------------------------------------------------------------------------


@shown
def asked_for_number_and_code(world: World, language: str) -> Visitor:  # noqa: ARG001
    return at_door(language=language)


@shown
def asked_for_the_code(world: World, language: str) -> Visitor:
    return at_link(with_phone(world), language=language)


@shown
def nothing_opened(world: World, language: str) -> Visitor:
    visitor = at_link(with_phone(world), language=language)
    visitor.submit("/p", patient_id="10", code=WRONG)
    return visitor


@shown
def time_is_over(world: World, language: str) -> Visitor:  # noqa: ARG001
    visitor = Visitor(language=language)
    visitor.get("/p?why=ended")
    return visitor


@shown
def all_results(world: World, language: str) -> Visitor:
    there = elsewhere(world)
    access_store.put(there.world.facility_id, PatientAccess(phone="03-0000-0000"))
    held = handed(there.world, "E-7", patient=CANARY)
    release(there.world, held.examination_id, "ja")
    there.agrees()
    found(world, there)
    visitor = inside(held, language=language)
    visitor.get(f"/p/charts/{held.document}")
    visitor.get("/p/charts")
    return visitor


@shown
def one_document(world: World, language: str) -> Visitor:
    held = with_phone(world)
    visitor = inside(held, language=language)
    visitor.get(f"/p/charts/{held.document}")
    return visitor


@shown
def a_corrected_one(world: World, language: str) -> Visitor:
    held = with_phone(world)
    amended(held)
    visitor = inside(held, language=language)
    visitor.get(f"/p/charts/{held.document}")
    return visitor


@shown
def a_withdrawn_one(world: World, language: str) -> Visitor:
    held = with_phone(world)
    withdrawn(held)
    visitor = inside(held, language=language)
    visitor.get(f"/p/charts/{held.document}")
    return visitor


@shown
def no_such_document(world: World, language: str) -> Visitor:
    visitor = inside(with_phone(world), language=language)
    visitor.get("/p/charts/none")
    return visitor


# --- staff -------------------------------------------------------------------------------------


@shown
def slips_of_every_kind(world: World, language: str) -> Visitor:
    held = with_phone(world)
    inside(held)
    used_up = issue(world, held.place, held.examination_id)
    way = slip_store.way_by_link(used_up.link_id)
    for _ in range(10):
        slip_store.count_try(way, clock.now())
    old = issue(world, held.place, held.examination_id)
    slips.reissue(staff(world), held.place, old.slip.slip_id, "form-9")
    return at_portal(world, language, path_of(held.place))


@shown
def a_wrong_slip(world: World, language: str) -> Visitor:
    held = with_phone(world)
    visitor = at_portal(world, language, path_of(held.place))
    visitor.submit(path_of(held.place), **form(held.examination_id, days="200"))
    return visitor


@shown
def the_slip(world: World, language: str) -> Visitor:
    held = with_phone(world)
    visitor = at_portal(world, language, path_of(held.place))
    visitor.submit(path_of(held.place), **form(held.examination_id, language=language))
    return visitor


@shown
def how_patients_come_in(world: World, language: str) -> Visitor:
    return at_portal(world, language, "/portal/patient-access", Role.FACILITY_ADMIN)


@shown
def warned_of_numbers_alone(world: World, language: str) -> Visitor:
    visitor = how_patients_come_in(world, language)
    visitor.submit("/portal/patient-access/number-alone", step="ask")
    return visitor


@shown
def numbers_alone_are_on(world: World, language: str) -> Visitor:
    number_alone.switch(staff(world), is_on=True)
    return how_patients_come_in(world, language)


@shown
def asked_for_a_number_alone(world: World, language: str) -> Visitor:
    visitor = Visitor(language=language)
    visitor.get(f"/p/number/{world.facility_id}")
    return visitor


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_about_slips_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    visitor = PAGES[name](world, language)
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, visitor)
    keeps_nobody_out(page, f"slips-{name}-{language}")
    context.close()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_slip_is_one_sheet_of_paper(browser: Browser, world: World, language: str) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, the_slip(world, language))
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    (SCREENSHOTS / f"slip-{language}.pdf").write_bytes(printed)
    assert printed.count(b"/Type /Page\n") == 1
    context.close()
