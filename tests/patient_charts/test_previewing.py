"""What a release would say: sentence by sentence, each beside the doctor's own words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.charts.model import Certainty, Chart, Finding, Image, Kind
from chalicelib.patient_charts.model import Box, Said, Wording
from chalicelib.patient_charts.previewing import Preview, preview
from chalicelib.plain import checking
from tests.charts.documents import charts
from tests.support.patient_charts import UPPER

LANGUAGES = st.sampled_from(("en", "ja"))


def said(found: Preview, source: str) -> Said:
    line = found.line(source)
    assert line is not None
    return line.said


def worded(source: str, text: str) -> Wording:
    return Wording(source=source, text=text, worded_by="person-1")


def noted(note: str) -> Chart:
    return Chart(kind=Kind.OTHER, images=(Image(sha256="ab" * 32, note=note),))


def narrated(text: str) -> Chart:
    return Chart(kind=Kind.OTHER, narrative=text)


def test_a_field_stands_beside_the_doctors_own_words() -> None:
    one = said(preview(UPPER, "en"), "findings/0")
    assert one.own == "gastric ulcer, in the stomach (lesser curvature), 8 mm"
    assert one.text.startswith("The doctor saw this in the stomach")


def test_the_own_words_of_a_field_say_the_state_it_is_recorded_in() -> None:
    assert said(preview(UPPER, "en"), "findings/2").own.endswith("[absent]")
    assert said(preview(UPPER, "ja"), "findings/3").own.endswith("[記録なし]")


def test_the_own_words_of_a_narrative_are_its_very_span() -> None:
    found = preview(UPPER, "en")
    for each in found.said:
        path, _, span = each.source.partition(":")
        if path == "narrative":
            start, end = map(int, span.split("-"))
            assert each.own == UPPER.narrative[start:end]
    assert said(found, "narrative:0-21").box is Box.FINE
    assert said(found, "narrative:22-56").box is Box.TO_DO


def test_a_note_beside_a_picture_is_told_from_its_own_text() -> None:
    found = preview(noted("No ulcer. Small polyp."), "en")
    assert [(each.own, each.box) for each in found.said] == [
        ("No ulcer.", Box.FINE),
        ("Small polyp.", Box.MORE),
    ]


def test_a_heading_decides_for_the_sentences_below_it() -> None:
    found = preview(narrated("PAST HISTORY: No ulcer.\nFINDINGS: No ulcer."), "en")
    told = [(each.own, each.box, each.heading) for each in found.said]
    assert told == [
        ("PAST HISTORY:", Box.MORE, True),
        ("No ulcer.", Box.MORE, False),
        ("FINDINGS:", Box.MORE, True),
        ("No ulcer.", Box.FINE, False),
    ]


def test_a_doctors_words_take_the_place_of_ours() -> None:
    found = preview(UPPER, "en", (worded("narrative:0-21", "Nothing bled, none at all."),))
    assert said(found, "narrative:0-21").text == "No bleeding was seen."
    found = preview(UPPER, "en", (worded("narrative:0-21", "I saw no bleeding."),))
    one = said(found, "narrative:0-21")
    assert (one.text, one.worded_by, one.fallback) == ("I saw no bleeding.", "person-1", False)


def test_a_sentence_may_be_left_in_the_own_words() -> None:
    own = said(preview(UPPER, "en"), "findings/1").own
    one = said(preview(UPPER, "en", (worded("findings/1", own),)), "findings/1")
    assert (one.text, one.fallback) == (own, True)


def test_the_words_of_a_wording_are_explained_too() -> None:
    found = preview(UPPER, "en", (worded("findings/0", "An ulcer of 8 mm, no erosion."),))
    assert found.dropped
    found = preview(
        UPPER, "en", (worded("findings/0", "There is an erosion in your stomach, 8 mm wide."),)
    )
    assert "erosion" in [each.term.lower() for each in found.terms]


def test_a_wording_of_what_is_there_no_more_is_dropped_and_told() -> None:
    gone = worded("findings/9", "An open sore.")
    found = preview(UPPER, "en", (gone,))
    assert found.dropped == (gone,)
    assert found.said == preview(UPPER, "en").said


def test_a_wording_that_says_otherwise_than_this_version_is_dropped_and_told() -> None:
    chart = narrated("No ulcer.")
    one = worded("narrative:0-9", "No sore here.")
    assert preview(chart, "en", (one,)).dropped == ()
    assert preview(narrated("An ulcer."), "en", (one,)).dropped == (one,)


def test_every_word_counts_for_the_digest() -> None:
    before = preview(UPPER, "en")
    after = preview(UPPER, "en", (worded("narrative:0-21", "I saw no bleeding."),))
    assert before.digest != after.digest
    assert before.digest == preview(UPPER, "en").digest


def test_14_a_chart_of_which_nothing_is_absent_has_an_empty_fine_box() -> None:
    findings = tuple(
        Finding(certainty=each, text="polyp")
        for each in (Certainty.PRESENT, Certainty.POSSIBLE, Certainty.NOT_RECORDED)
    )
    found = preview(Chart(kind=Kind.OTHER, findings=findings), "en")
    assert [each for each in found.said if each.box is Box.FINE] == []


@given(charts(), LANGUAGES)
@example(noted("!0"), "ja")  # a mark before it belongs to it
def test_every_sentence_says_what_the_own_words_beside_it_say(chart: Chart, language: Any) -> None:
    for line in preview(chart, language).lines:
        assert line.said.own
        if line.said.fallback:
            assert line.said.text == line.said.own


@given(charts(), LANGUAGES)
def test_4_nothing_stands_under_fine_that_is_not_recorded_as_absent_or_normal(
    chart: Chart, language: Any
) -> None:
    for each in preview(chart, language).said:
        if each.box is Box.FINE:
            assert {"not", "normal"} & set(checking.facts(each.own, language))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("text", ["It is not inconceivable that lesions were missed."])
def test_3_an_odd_negation_stands_in_the_own_words_and_is_not_fine(
    text: str, language: Any
) -> None:
    (one,) = preview(narrated(text), language).said
    assert (one.text, one.fallback, one.box) == (text, True, Box.MORE)


@given(st.sampled_from(("No abnormal findings.", "No ulcer.", "異常所見なし。")), LANGUAGES)
def test_5_no_wording_adds_reassurance(own: str, language: Any) -> None:
    comfort = "No cancer: you are healthy." if language == "en" else "がんはなく、安心です。"
    source = f"narrative:0-{len(own)}"
    assert preview(narrated(own), language, (worded(source, comfort),)).dropped
