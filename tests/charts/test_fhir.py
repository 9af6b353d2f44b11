"""Charts as FHIR R4: written, judged by somebody else's validator, and read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.archive.model import Examination, Patient
from chalicelib.charts.checking import checked
from chalicelib.charts.fhir_reading import read
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
from chalicelib.kernel.errors import Invalid
from tests.charts.scene import CHART, examined, path_of, signed
from tests.charts.validator import complaints
from tests.support.canary import CANARY_ID
from tests.support.world import World

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


@given(chart=charts())
def test_what_is_written_is_read_as_the_very_same_chart(chart: Chart) -> None:
    assert read(written(checked(chart)), PATIENT).chart == chart


def test_what_is_read_again_leaves_out_only_who_wrote_it() -> None:
    taken = read(written(CHART), PATIENT)
    assert taken.chart == CHART
    kinds = {each.partition("/")[0] for each in taken.left_out}
    assert kinds == {"Practitioner", "Organization"}


# --- judged by others --------------------------------------------------------------------------


def test_the_document_is_fhir_r4() -> None:
    assert complaints(written(CHART).decode(), written(CHART, 2).decode()) == [[], []]


@settings(max_examples=1)
@given(chosen=st.lists(charts(), min_size=30, max_size=30))
def test_documents_of_many_charts_are_fhir_r4(chosen: list[Chart]) -> None:
    found = complaints(*(written(each).decode() for each in chosen))
    assert [each for each in found if each] == []


def broken(change: Callable[[list[Node]], object]) -> str:
    """Return the document with something changed in its resources."""
    bundle = json.loads(written(CHART))
    change([each["resource"] for each in bundle["entry"]])
    return json.dumps(bundle)


def the(found: list[Node], kind: str) -> Node:
    return next(each for each in found if each["resourceType"] == kind)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda it: the(it, "Composition").pop("title"), id="no title"),
        pytest.param(lambda it: the(it, "Composition").update(status="bogus"), id="status"),
        pytest.param(lambda it: the(it, "Observation").update(status="sure"), id="finding"),
        pytest.param(lambda it: the(it, "Observation").pop("code"), id="no code"),
        pytest.param(lambda it: the(it, "Procedure").update(status="maybe"), id="procedure"),
        pytest.param(lambda it: the(it, "Media").pop("content"), id="no content"),
        pytest.param(lambda it: the(it, "Condition").pop("subject"), id="no subject"),
        pytest.param(lambda it: the(it, "Patient").update(gender="M"), id="gender"),
        pytest.param(lambda it: the(it, "Patient").update(nickname="x"), id="unknown field"),
    ],
)
def test_the_validator_refuses_what_is_wrong(change: Callable[[list[Node]], object]) -> None:
    """One that cannot complain would prove nothing."""
    (found,) = complaints(broken(change))
    assert found


# --- what it says ------------------------------------------------------------------------------


def test_the_composition_comes_first_and_every_section_has_its_text() -> None:
    first = json.loads(written(CHART))["entry"][0]["resource"]
    assert first["resourceType"] == "Composition"
    assert len(first["section"]) == 7
    assert all(each["text"]["div"] for each in first["section"])


def test_words_in_a_narrative_are_no_markup() -> None:
    (first,) = resources(written(CHART), "Composition")
    said = " ".join(each["text"]["div"] for each in first["section"])
    assert "&lt;script&gt;" in said
    assert "&lt;5 mm" in said
    assert "<script" not in said


def test_what_was_not_recorded_has_no_value_and_says_so() -> None:
    found = resources(written(CHART), "Observation")[1]
    assert found["code"]["text"] == "食道静脈瘤"
    assert found["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert not {"valueCodeableConcept", "interpretation"} & set(found)


def test_what_is_absent_is_negative_and_what_is_possible_provisional() -> None:
    raw = written(CHART)
    absent = resources(raw, "Observation")[2]
    assert absent["interpretation"][0]["coding"][0]["code"] == "NEG"
    (possible,) = resources(raw, "Condition")
    assert possible["verificationStatus"]["coding"][0]["code"] == "provisional"


def test_a_value_keeps_its_digits() -> None:
    assert b'"value":4.50,' in written(CHART)
    assert b'"value":12.0,' in written(CHART)


def test_a_medicine_that_goes_on_is_not_stopped() -> None:
    (medicine,) = resources(written(CHART), "MedicationStatement")
    assert medicine["status"] == "active"


def test_an_amended_document_names_what_it_replaces_and_why() -> None:
    (first,) = resources(written(CHART, 2), "Composition")
    assert first["status"] == "amended"
    assert first["relatesTo"][0]["targetIdentifier"]["value"].endswith("/1")
    assert first["extension"][0]["valueString"] == "The side was wrong"


def test_a_dicom_study_is_named_by_its_uid() -> None:
    source = a_source(CHART, source_id="1.2.840.1")
    raw = msgspec.json.encode(document(source))
    (study,) = resources(raw, "ImagingStudy")
    assert study["identifier"][0]["value"] == "urn:oid:1.2.840.1"
    assert resources(written(CHART), "ImagingStudy") == []
    assert complaints(raw.decode()) == [[]]
    assert read(raw, PATIENT).chart == CHART


def test_a_name_is_told_in_each_of_its_writings() -> None:
    (patient,) = resources(written(CHART), "Patient")
    assert [each["text"] for each in patient["name"]] == ["山田 太郎", "YAMADA TARO"]


def test_the_same_version_gives_the_same_document() -> None:
    assert written(CHART) == written(CHART)


# --- what others send --------------------------------------------------------------------------


def sent(*found: Node, patient: str = PATIENT, **bundle: Any) -> bytes:
    whole = [{"resourceType": "Patient", "identifier": [{"value": patient}]}, *found]
    entry = [{"resource": each} for each in whole]
    usual = {"resourceType": "Bundle", "type": "collection", "entry": entry}
    return json.dumps(usual | bundle).encode()


def an_observation(**changes: Any) -> Node:
    return {"resourceType": "Observation", "id": "o1", "code": {"text": "潰瘍"}} | changes


def test_a_finding_that_says_no_certainty_is_left_out_and_named() -> None:
    taken = read(sent(an_observation(valueString="S-12")), PATIENT)
    assert taken.chart.findings == ()
    (left,) = taken.left_out
    assert left.startswith("Observation/o1: it does not say")


@pytest.mark.parametrize(
    ("stated", "certainty"),
    [
        ({"valueBoolean": True}, Certainty.PRESENT),
        ({"valueBoolean": False}, Certainty.ABSENT),
        (
            {
                "interpretation": [
                    {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/"
                                "v3-ObservationInterpretation",
                                "code": "NEG",
                            }
                        ]
                    }
                ]
            },
            Certainty.ABSENT,
        ),
        ({"dataAbsentReason": {"text": "not asked"}}, Certainty.NOT_RECORDED),
        (
            {
                "valueCodeableConcept": {
                    "coding": [{"system": "http://snomed.info/sct", "code": "52101004"}]
                }
            },
            Certainty.PRESENT,
        ),
    ],
)
def test_certainty_is_understood_as_others_say_it(stated: Node, certainty: Certainty) -> None:
    (finding,) = read(sent(an_observation(**stated)), PATIENT).chart.findings
    assert finding.certainty is certainty


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ({"resourceType": "Encounter", "id": "e"}, "Encounter/e: this kind"),
        ({"resourceType": "ImagingStudy", "series": [{}]}, "ImagingStudy: series"),
        (an_observation(valueBoolean=True, modifierExtension=[{}]), "Observation/o1: it has an"),
        (an_observation(valueBoolean=True, status="entered-in-error"), "Observation/o1: its st"),
        (
            an_observation(valueQuantity={"value": 5, "unit": "mm", "comparator": "<"}),
            "Observation/o1: its quantity is no exact number",
        ),
        (an_observation(valueQuantity={"value": "5", "unit": "mm"}), "Observation/o1: its quan"),
        (an_observation(valueBoolean=True, note=[{"text": "x"}]), "Observation/o1: note"),
        (an_observation(valueBoolean=True, code={}), "Observation/o1: it does not say what"),
        (
            {"resourceType": "Condition", "code": {"text": "x"}, "verificationStatus": {}},
            "Condition: its verification",
        ),
        ({"resourceType": "Procedure", "code": {"text": "x"}}, "Procedure: its status"),
        (
            {
                "resourceType": "MedicationStatement",
                "status": "on-hold",
                "medicationCodeableConcept": {"text": "x"},
            },
            "MedicationStatement: its status",
        ),
        ({"resourceType": "Media", "content": {}}, "Media: a picture is linked by"),
        (
            {"resourceType": "DiagnosticReport", "conclusionCode": [{"text": "x"}]},
            "DiagnosticReport: conclusionCode",
        ),
    ],
)
def test_what_is_not_taken_over_is_named(resource: Node, said: str) -> None:
    assert [each for each in read(sent(resource), PATIENT).left_out if each.startswith(said)]


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        ("2026-04-01", True),
        ("2026-03-31T23:30:00Z", True),
        ("2025-04-01", False),
        ("2025", False),
    ],
)
def test_what_was_found_another_time_is_left_out(day: str, is_taken: bool) -> None:  # noqa: FBT001
    found = an_observation(valueBoolean=True, effectiveDateTime=day)
    taken = read(sent(found), PATIENT, "2026-04-01")
    assert bool(taken.chart.findings) is is_taken
    assert bool(taken.left_out) is not is_taken


def test_a_disease_that_was_over_is_left_out() -> None:
    over = {"coding": [{"code": "resolved"}]}
    disease = {"resourceType": "Condition", "code": {"text": "潰瘍"}, "clinicalStatus": over}
    taken = read(sent(disease), PATIENT)
    assert taken.chart.diagnoses == ()
    assert taken.left_out == ["Condition: it was over by then"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not-a-bundle"),
        (b"[" * 10_000, "not-a-bundle"),
        (b'{"resourceType": "Bundle", "type": "document", "entry": []}', "not-a-bundle"),
        (sent(type="searchset"), "not-a-bundle"),
        (sent(type="document"), "not-a-bundle"),
        (sent(patient="00120432"), "patient-differs"),
        (sent({"resourceType": "Patient"}), "patient-differs"),
        (sent(an_observation(valueQuantity={"value": float("nan")})), "not-a-bundle"),
    ],
)
def test_what_is_no_chart_of_the_patient_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(raw, PATIENT)
    assert refused.value.code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["coding", "code", "text", "value", "unit", "extension", "url", "system"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = ["code", "status", "bodySite", "component", "valueQuantity", "interpretation", "dosage"]


@given(
    kind=st.sampled_from(["Observation", "Condition", "Procedure", "Media", "Composition"]),
    said=st.dictionaries(st.sampled_from([*KEYS, "extension", "identifier", "section"]), JSON),
)
def test_whatever_a_resource_holds_it_is_taken_or_named(kind: str, said: Node) -> None:
    taken = read(sent({"resourceType": kind, **said}), PATIENT)
    assert taken.chart.kind is Kind.OTHER
    is_taken = taken.chart != Chart(kind=Kind.OTHER)
    assert is_taken or taken.left_out or kind == "Composition"


# --- over HTTP ---------------------------------------------------------------------------------


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
