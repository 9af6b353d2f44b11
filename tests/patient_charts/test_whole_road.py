"""From a doctor's release to a patient who reads it, page by page, and to its withdrawal."""

from __future__ import annotations

import re

from chalicelib.access.model import Role
from tests.patient_charts.scene import a_signed
from tests.patient_charts.test_pages import hidden, path
from tests.patient_charts.test_slip_pages import code_on
from tests.support.canary import CANARY_ID
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World


def test_what_a_doctor_releases_a_patient_reads_until_it_is_withdrawn(world: World) -> None:
    place = a_signed(world)
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    page = doctor.get(path(place, "/release"))
    told = doctor.send(path(place, "/release"), **hidden(page, "/release"))
    slips = re.search(r'href="([^"]*/slips)"', told.text)
    assert slips

    listed = doctor.get(slips[1])
    chosen = re.search(r'name="examination-1" value="([^"]*)"', listed.text)
    assert chosen
    fields = {"examination-1": chosen[1], "days": "30", "language": "en"}
    slip = doctor.submit(slips[1], form_id="form-1", **fields)

    patient = Visitor()
    patient.get("/p")
    patient.submit("/p", patient_id=CANARY_ID, code=code_on(slip))
    results = patient.get("/p/charts")
    document = re.search(r'href="(/p/charts/[^"]*)"', results.text)
    assert document
    assert "gastric ulcer" in patient.get(document[1]).text

    page = doctor.get(path(place))
    withdrawing = hidden(page, "/withdraw") | {"reason": "The wrong side"}
    doctor.submit(path(place, "/withdraw"), **withdrawing)
    after = patient.get(document[1]).text
    assert "Your doctor took this page back" in after
    assert "gastric ulcer" not in after
