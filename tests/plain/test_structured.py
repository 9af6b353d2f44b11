"""A structured chart in plain words: each state of each field, and where a sentence comes from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Done,
    Finding,
    Image,
    Instruction,
    Kind,
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Side,
    Site,
)
from chalicelib.plain import Language, of_chart
from tests.charts.documents import charts

pytestmark = pytest.mark.usefixtures("own_terms")


def told(chart: Chart, language: Language = "en") -> list[str]:
    return [each.text for each in of_chart(chart, language).sentences]


def of(**parts: Any) -> Chart:
    return Chart(kind=Kind.OTHER, **parts)


@pytest.mark.parametrize(
    ("certainty", "english", "japanese"),
    [
        (Certainty.PRESENT, "The doctor saw this: sore.", "ulcerがありました。"),
        (Certainty.ABSENT, "The doctor did not see this: sore.", "Ulcerはありませんでした。"),
        (
            Certainty.POSSIBLE,
            "It is possible that there is this: sore.",
            "Ulcerがある可能性(かのうせい)があります。",
        ),
        (
            Certainty.NOT_RECORDED,
            "It is not recorded if there was this: sore.",
            "Ulcerがあったかどうかは、記録がありません。",
        ),
    ],
)
def test_a_finding_says_how_sure_it_is(certainty: Certainty, english: str, japanese: str) -> None:
    chart = of(findings=(Finding(certainty=certainty, text="ulcer"),))
    assert told(chart) == [english]
    assert told(chart, "ja") == [japanese[:1].upper() + japanese[1:]]


def test_a_finding_says_where_it_is_and_how_large() -> None:
    finding = Finding(
        certainty=Certainty.PRESENT,
        text="Polyp",
        site=Site(organ="oesophagus", place="lower third", side=Side.LEFT),
        size=Quantity(value="5", unit="mm"),
    )
    where = "in the food pipe (lower third), on the left side"
    size = "5 mm (about the size of a pea)"
    assert told(of(findings=(finding,))) == [f"The doctor saw this {where}: Polyp, {size}."]


def test_every_field_is_told_in_order_with_its_path() -> None:
    chart = of(
        findings=(Finding(certainty=Certainty.PRESENT, text="ulcer"),),
        measurements=(Measurement(value="1.50", unit="cm", text="Length"),),
        diagnoses=(Diagnosis(certainty=Certainty.POSSIBLE, text="ulcer"),),
        procedures=(Procedure(done=Done.NOT_DONE, text="biopsy"),),
        medicines=(Medicine(instruction=Instruction.STOP, text="Aspirin", dose="100 mg"),),
        narrative="An ulcer was seen.",
        images=(Image(sha256="0" * 64, note="The ulcer."),),
    )
    assert [(each.source, each.text) for each in of_chart(chart).sentences] == [
        ("findings/0", "The doctor saw this: sore."),
        ("measurements/0", "The doctor took this measure: Length, 1.50 cm."),
        ("diagnoses/0", "It is possible that this is the problem: sore."),
        ("procedures/0", "This was not done: biopsy."),
        ("medicines/0", "Stop taking this drug: Aspirin, 100 mg."),
        ("narrative:0-18", "A sore was seen."),
        ("images/0:0-10", "The sore."),
    ]


def test_what_is_absent_and_says_no_itself_is_shown_as_it_was_filled_in() -> None:
    chart = of(findings=(Finding(certainty=Certainty.ABSENT, text="no ulcer"),))
    (sentence,) = of_chart(chart).sentences
    assert (sentence.text, sentence.fallback) == ("no ulcer [absent]", True)


def test_a_term_is_explained_once_in_a_whole_chart() -> None:
    finding = Finding(certainty=Certainty.PRESENT, text="ulcer")
    chart = of(findings=(finding, finding), narrative="Ulcer.")
    assert [each.term for each in of_chart(chart).terms] == ["ulcer"]


@given(charts())
def test_every_field_of_any_chart_has_its_sentence(chart: Chart) -> None:
    lists = (chart.findings, chart.measurements, chart.diagnoses, chart.procedures, chart.medicines)
    for language in ("en", "ja"):
        fields = [
            each
            for each in of_chart(chart, language).sentences
            if str(each.source)[-1].isdigit() and ":" not in str(each.source)
        ]
        assert len(fields) == sum(map(len, lists))
