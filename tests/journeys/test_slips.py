"""Patients' slips on the packaged stack: through the gateway, in a browser, and fifty at once."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.slips import codes, signing_in
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import Slip
from infra.local.stack import LocalStack
from tests.journeys.conftest import Founding
from tests.journeys.test_races import at_once
from tests.support.chromium import chromium

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

MEGABYTE = 1_000_000
NUMBER, WRONG = "00000010", "2222-2222-2222"


class Handed:
    """A slip in somebody's hand; nothing is released of the examination it names."""

    def __init__(self, facility_id: str, target_id: str) -> None:
        now = clock.now()
        self.code, self.link_id = codes.new_code(), codes.new_link_id()
        self.slip = Slip(
            slip_id=ids.new_id("slip", now),
            facility_id=facility_id,
            target_id=target_id,
            patient_key=ids.new_id("patient", now),
            examination_ids=("examination-none",),
            language="ja",
            issued_at=clock.text(now),
            issued_by="person-doctor",
            ends_at="2999-01-01T00:00:00.000000Z",
        )
        macs = signing_in.macs_of(self.link_id, NUMBER, self.code)
        assert slip_store.add(self.slip, self.link_id, macs)

    @property
    def tries(self) -> int:
        slip = self.slip
        return slip_store.standing(slip.facility_id, slip.patient_key, slip.slip_id).tries

    def come_in(self, code: str) -> str:
        """Try a code; return what came of it."""
        try:
            signing_in.by_link(self.link_id, code)
        except NotFound:
            return "refused"
        return "inside"


@pytest.mark.usefixtures("here")
def test_fifty_wrong_codes_at_once_count_ten_and_the_right_one_opens_nothing(
    found: Founding,
) -> None:
    facility = found(MEGABYTE)
    held = Handed(facility.facility_id, facility.target_id)
    told = at_once([partial(held.come_in, WRONG)] * 50)
    assert Counter(told) == {"refused": 50}
    assert held.tries == 10
    assert held.come_in(held.code) == "refused"
    assert held.tries == 10


@pytest.mark.usefixtures("here")
def test_right_codes_at_once_all_come_in_and_cost_nothing(found: Founding) -> None:
    facility = found(MEGABYTE)
    held = Handed(facility.facility_id, facility.target_id)
    told = at_once([partial(held.come_in, held.code)] * 5)
    assert Counter(told) == {"inside": 5}
    assert held.tries == 0


@pytest.mark.usefixtures("here")
def test_a_patient_comes_in_with_a_real_browser_that_tells_nobody_where_it_was(
    stack: LocalStack, found: Founding
) -> None:
    """Its forms are sent with ``Origin: null``; the functions have a role of their own."""
    facility = found(MEGABYTE)
    held = Handed(facility.facility_id, facility.target_id)
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=False, locale="en-GB").new_page()
        page.goto(f"{stack.api_url}/p/{held.link_id}")
        page.fill("#code", WRONG)
        page.click("main button")
        assert "This did not open anything" in page.inner_text("main")
        page.fill("#code", held.code.lower())
        page.click("main button")
        assert page.url.endswith("/p/charts")
        page.click("header button")
        assert page.url.endswith("/p?why=signed-out")
        page.fill("#patient_id", NUMBER)
        page.fill("#code", held.code)
        page.click("main button")
        assert page.url.endswith("/p/charts")
    assert held.tries == 1
