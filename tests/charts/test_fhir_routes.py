"""FHIR documents over HTTP, from one examination to another."""

from __future__ import annotations

import json

import msgspec

from chalicelib.charts.model import (
    Chart,
)
from tests.charts.documents import an_observation, sent
from tests.charts.scene import CHART, examined, path_of, signed
from tests.support.canary import CANARY_ID
from tests.support.world import World


def test_a_chart_goes_from_one_examination_to_another_as_fhir(world: World) -> None:
    first, second = examined(world, "E-1"), examined(world, "E-2")
    signed(world, first)
    answer = world.doctor.call("GET", path_of(world, first, "/fhir"))
    assert answer.headers["Content-Type"] == "application/fhir+json"
    raw = answer.body.decode()
    body = f'{{"revision": 0, "bundle": {raw}}}'.encode()
    taken = world.doctor.send("POST", path_of(world, second, "/fhir"), body)
    assert taken.status_code == 200, taken.body
    draft = msgspec.json.decode(taken.body)["chart"]["draft"]["chart"]
    assert msgspec.convert(draft, Chart) == CHART


def test_what_nobody_signed_is_no_document(world: World) -> None:
    path = path_of(world, examined(world), "/fhir")
    assert world.doctor.refused("GET", path) == (404, "not-found")


def test_a_bundle_of_another_patient_is_refused(world: World) -> None:
    body = {"revision": 0, "bundle": json.loads(sent(patient="someone-else"))}
    path = path_of(world, examined(world), "/fhir")
    assert world.doctor.refused("POST", path, body) == (422, "patient-differs")


def test_a_bundle_of_the_patient_is_taken(world: World) -> None:
    body = {
        "revision": 0,
        "bundle": json.loads(sent(an_observation(valueBoolean=True), patient=CANARY_ID)),
    }
    taken = world.doctor.post(path_of(world, examined(world), "/fhir"), body)
    assert taken["chart"]["draft"]["chart"]["findings"][0]["certainty"] == "present"
    assert taken["left_out"] == []
