"""Charts written as FHIR R4: read again, and judged by somebody else's validator."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.charts.checking import checked
from chalicelib.charts.fhir_reading import read
from chalicelib.charts.fhir_writing import document
from chalicelib.charts.model import (
    Chart,
)
from tests.charts.documents import PATIENT, Node, a_source, charts, resources, written
from tests.charts.scene import CHART
from tests.charts.validator import complaints


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
