"""FHIR that others send: taken over, or left out and named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.fhir_reading import read
from chalicelib.charts.model import (
    Certainty,
    Chart,
    Kind,
)
from chalicelib.kernel.errors import Invalid
from tests.charts.documents import PATIENT, Node, an_observation, sent


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
