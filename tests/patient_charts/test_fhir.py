"""A patient chart written as FHIR R4, judged by somebody else's validator."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from chalicelib.charts.fhir_reading import read
from chalicelib.charts.model import Chart
from chalicelib.patient_charts.model import Box, Release, Said
from chalicelib.patient_charts.page.document import page_html
from chalicelib.patient_charts.sharing.fhir import WORDS, document
from chalicelib.web.pages import Reader
from tests.charts.documents import PATIENT, a_source, resources
from tests.charts.validator import complaints
from tests.support.patient_charts import UPPER, a_release, a_sheet

Node = dict[str, Any]
JA = a_release(
    language="ja",
    number=3,
    said=(
        Said(
            text="胃に きずが あります。<5 mm & more",
            own="胃潰瘍 <5 mm",
            source="findings/0",
            box=Box.FOUND,
        ),
    ),
)


def written(release: Release, chart: Chart = UPPER) -> bytes:
    return msgspec.json.encode(document(release, a_source(chart), "dr@midori.example"))


def composition(release: Release) -> Node:
    return resources(written(release), "Composition")[0]


def test_the_document_is_fhir_r4() -> None:
    found = complaints(written(a_release()).decode(), written(JA).decode())
    assert found == [[], []]


def test_a_document_begins_with_its_composition() -> None:
    first = json.loads(written(a_release()))["entry"][0]["resource"]
    assert (first["resourceType"], first["title"]) == ("Composition", "Your examination, explained")


def test_it_says_what_it_explains_and_what_it_replaces() -> None:
    related = composition(JA)["relatesTo"]
    assert [each["code"] for each in related] == ["transforms", "replaces"]
    assert related[0]["targetIdentifier"]["value"].endswith("/1")
    assert related[1]["targetIdentifier"]["value"] == f"{JA.document}/2"


def test_it_carries_its_number_its_version_and_the_digest_of_its_source() -> None:
    about = composition(JA)["section"][-1]["text"]["div"]
    for each in (JA.document, ": 3<", JA.source_sha256):
        assert each in about


def test_every_sentence_stands_in_its_box_with_the_doctors_words() -> None:
    sections = {each["title"]: each for each in composition(a_release())["section"]}
    assert list(sections)[:4] == [
        "Looked for, and not found",
        "Found, or may be there",
        "What to do",
        "Also in the record",
    ]
    found = sections["Found, or may be there"]["text"]["div"]
    for said in a_release().said:
        assert (said.text in found) == (said.box is Box.FOUND)
        assert (said.own in found) == (said.box is Box.FOUND)


@pytest.mark.parametrize("release", [a_release(), JA], ids=["en", "ja"])
def test_its_sections_are_called_as_the_boxes_of_the_page(release: Release) -> None:
    """A box that holds what is only possible must not say that it was found."""
    page = page_html(a_sheet(release=release), Reader(release.language, "", here=""))
    titles = [WORDS[release.language][box] for box in (Box.FINE, Box.FOUND, Box.TO_DO)]
    assert [each for each in titles if each not in page] == []


def test_a_sentence_names_the_resource_it_comes_from() -> None:
    bundle = json.loads(written(a_release()))
    by_url = {each["fullUrl"]: each["resource"] for each in bundle["entry"]}
    sections = {each["title"]: each for each in bundle["entry"][0]["resource"]["section"]}
    named = [by_url[each["reference"]] for each in sections["What to do"]["entry"]]
    assert [each["resourceType"] for each in named] == ["MedicationStatement", "DiagnosticReport"]
    assert named[0]["medicationCodeableConcept"]["text"] == "omeprazole"


def test_every_reference_leads_to_an_entry() -> None:
    raw = written(a_release())
    urls = {each["fullUrl"] for each in json.loads(raw)["entry"]}
    assert set(references(json.loads(raw))) <= urls


def references(node: object) -> list[str]:
    match node:
        case dict():
            own = [node["reference"]] if isinstance(node.get("reference"), str) else []
            return own + [each for value in node.values() for each in references(value)]
        case list():
            return [each for value in node for each in references(value)]
    return []


def test_words_of_a_doctor_are_never_markup() -> None:
    div = composition(JA)["section"][0]["text"]["div"]
    assert "&lt;5 mm &amp; more" in div


@pytest.mark.parametrize("release", [a_release(), JA], ids=["en", "ja"])
def test_the_narrative_is_in_the_language_of_the_release(release: Release) -> None:
    for section in composition(release)["section"]:
        if "text" in section:
            assert f'lang="{release.language}"' in section["text"]["div"]


def test_the_chart_can_be_read_from_it_again() -> None:
    assert read(written(a_release()), PATIENT).chart == UPPER


def test_the_same_release_is_the_same_document() -> None:
    assert written(JA) == written(JA)
