"""Charts of every kind, and the FHIR documents they make."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from chalicelib.archive.model import Examination, Patient
from chalicelib.charts.fhir_writing import Source, document
from chalicelib.charts.model import (
    Certainty,
    Chart,
    Code,
    Diagnosis,
    Done,
    Finding,
    Image,
    Instruction,
    Kind,
    Mark,
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Side,
    Site,
)
from chalicelib.charts.record import FORMAT, Version

Node = dict[str, Any]
PATIENT = "00120431"


def a_source(chart: Chart, number: int = 1, source_id: str = "E-1") -> Source:
    version = Version(
        format=FORMAT,
        facility_id="facility-1",
        target_id="target-1",
        examination_id="exam-1",
        number=number,
        revision=2,
        chart=chart,
        signed_by="person-1",
        signed_at="2026-04-02T03:04:05.678901Z",
        reason="The side was wrong" if number > 1 else "",
    )
    examination = Examination(
        examination_id="exam-1",
        target_id="target-1",
        source_id=source_id,
        patient_key="patient-1",
        examined_at="2026-04-01T09:00:00",
        kind="EGD",
        description="Upper endoscopy",
        objects=1,
        size_bytes=1,
        last_backed_up_at="",
    )
    patient = Patient(
        patient_key="patient-1",
        patient_id=PATIENT,
        name="YAMADA^TARO=山田^太郎",
        birth_date="1950-01-01",
        sex="M",
        examination_ids=["exam-1"],
    )
    return Source(version, examination, patient, "青葉内視鏡クリニック", "dr@aoba.example")


def written(chart: Chart, number: int = 1) -> bytes:
    return msgspec.json.encode(document(a_source(chart, number)))


def resources(raw: bytes, kind: str) -> list[Node]:
    found = [each["resource"] for each in json.loads(raw)["entry"]]
    return [each for each in found if each["resourceType"] == kind]


# --- charts of every kind ----------------------------------------------------------------------

LETTERS = st.characters(
    codec="utf-8",
    categories=["L", "N", "P", "S", "Zs"],
)


def text(most: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=most).filter(str.strip)


WORDS = text(30)
MAYBE = st.just("") | WORDS
TOKENS = st.text("abcXYZ019-./", min_size=1, max_size=12)
DIGITS = st.decimals(-999, 999, places=2, allow_nan=False).map(lambda it: f"{it:f}")
DECIMALS = DIGITS.map(lambda it: it.replace("-0.00", "0.00")) | st.integers(-9, 99).map(str)
UNITS = st.sampled_from(["mm", "%", "mL", "a.u."]) | text(8)
CODES = st.builds(Code, system=TOKENS, code=TOKENS, display=MAYBE)
SITES = st.builds(Site, organ=MAYBE, place=MAYBE, side=st.sampled_from(Side))
CERTAINTIES = st.sampled_from(Certainty)


def named(kind: type[Any], **fields: Any) -> st.SearchStrategy[Any]:
    """Return parts that have words, a code, or both."""
    coded = st.builds(kind, text=MAYBE, code=CODES, **fields)
    return coded | st.builds(kind, text=WORDS, **fields)


IMAGES = st.builds(
    Image,
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    note=MAYBE,
    marks=st.just(()),
)
QUANTITIES = st.builds(Quantity, value=DECIMALS, unit=UNITS)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """Return charts that may be kept."""
    images = draw(st.lists(IMAGES, max_size=3, unique_by=lambda each: each.sha256))
    places = st.none() | st.tuples(st.integers(0, 1_000), st.integers(0, 1_000))
    numbered = []
    for number, image in enumerate(images, start=1):
        place = draw(places)
        x, y = place or (None, None)
        mark = Mark(number=number, x=x, y=y)
        numbered.append(msgspec.structs.replace(image, marks=(mark,)))
    marks = st.none() | st.sampled_from(range(1, len(images) + 1)) if images else st.none()
    findings = named(
        Finding, certainty=CERTAINTIES, site=SITES, size=st.none() | QUANTITIES, mark=marks
    )
    few: Callable[[Any], Any] = lambda each: draw(st.lists(each, max_size=3).map(tuple))  # noqa: E731
    return Chart(
        kind=draw(st.sampled_from(Kind)),
        findings=few(findings),
        measurements=few(named(Measurement, value=DECIMALS, unit=UNITS, site=SITES)),
        diagnoses=few(named(Diagnosis, certainty=CERTAINTIES)),
        procedures=few(named(Procedure, done=st.sampled_from(Done), site=SITES)),
        medicines=few(named(Medicine, instruction=st.sampled_from(Instruction), dose=MAYBE)),
        narrative=draw(MAYBE | st.just("one\n\ttwo <5 mm")),
        images=tuple(numbered),
    )


# --- what others send ---------------------------------------------------------------------------


def sent(*found: Node, patient: str = PATIENT, **bundle: Any) -> bytes:
    whole = [{"resourceType": "Patient", "identifier": [{"value": patient}]}, *found]
    entry = [{"resource": each} for each in whole]
    usual = {"resourceType": "Bundle", "type": "collection", "entry": entry}
    return json.dumps(usual | bundle).encode()


def an_observation(**changes: Any) -> Node:
    return {"resourceType": "Observation", "id": "o1", "code": {"text": "潰瘍"}} | changes
