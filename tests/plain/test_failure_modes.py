"""
The ways in which plain words may mislead, of those we know: a test for each that conversion meets.

1 a negation lost, 2 or reaching too far, 3 or denied; 4 not recorded; 5 reassurance and alarm;
6 sides; 7 numbers and units; 8 ambiguous abbreviations; 9 doubts; 10 grades; 11 history and family.
Whose chart it is (12), which picture (13), which version (14) and how a page shows it (15, but for
the text itself) are for the pages.  ``test_turned_about`` changes whole reports in these ways.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Done,
    Finding,
    Instruction,
    Kind,
    Medicine,
    Procedure,
    Side,
    Site,
)
from chalicelib.plain import Language, Plain, convert, of_chart
from chalicelib.plain.checking import facts

pytestmark = pytest.mark.usefixtures("own_terms")

LANGUAGES = st.sampled_from(("en", "ja"))
NAMES = st.sampled_from(("ulcer", "polyp", "erosion", "潰瘍", "ポリープ"))


def said(plain: Plain) -> str:
    return " ".join(each.text for each in plain.sentences)


def plain(text: str, language: Language = "en", kind: str = "other") -> str:
    return said(convert(text, language, kind))


def a_chart(*findings: Finding, kind: Kind = Kind.OTHER) -> Chart:
    return Chart(kind=kind, findings=findings)


@pytest.mark.parametrize(
    ("negated", "positive"),
    [
        ("No evidence of an ulcer.", "Evidence of an ulcer."),
        ("There were no polyps or erosions seen.", "There were polyps or erosions seen."),
        ("The ulcer was not bleeding.", "The ulcer was bleeding."),
        ("The patient denies pain.", "The patient has pain."),
    ],
)
def test_1_a_negation_is_never_lost(negated: str, positive: str) -> None:
    assert "not" in facts(plain(negated))
    assert plain(negated) != plain(positive)


@pytest.mark.parametrize(
    "text", ["潰瘍を認めない。", "潰瘍なし。", "潰瘍は認めず。", "潰瘍は見られません。"]
)
def test_1_a_japanese_negation_is_never_lost(text: str) -> None:
    assert "not" in facts(plain(text, "ja"), "ja")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No ulcer but erosions seen.", "No sore but worn spots seen."),
        ("Unable to retroflex.", "Not able to retroflex."),
        ("The ulcer could not be passed.", "The sore could not be passed."),
    ],
)
def test_2_a_negation_reaches_no_further_than_it_did(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It is not inconceivable that lesions were missed.",
        "No lesion was not seen.",
        "Cannot be denied that there was an ulcer.",
        "It is not without risk.",
        "He was not unable to swallow.",
    ],
)
def test_3_an_odd_negation_is_shown_as_it_is(text: str) -> None:
    (sentence,) = convert(text).sentences
    assert (sentence.text, sentence.fallback) == (text, True)


@pytest.mark.parametrize("text", ["潰瘍がないとはいえない。", "潰瘍は否めない。"])
def test_3_an_odd_japanese_negation_is_shown_as_it_is(text: str) -> None:
    (sentence,) = convert(text, "ja").sentences
    assert (sentence.text, sentence.fallback) == (text, True)


@given(NAMES, LANGUAGES)
def test_4_not_recorded_is_neither_absent_nor_normal(name: str, language: Language) -> None:
    parts = Chart(
        kind=Kind.OTHER,
        findings=(Finding(certainty=Certainty.NOT_RECORDED, text=name),),
        diagnoses=(Diagnosis(certainty=Certainty.NOT_RECORDED, text=name),),
        procedures=(Procedure(done=Done.NOT_RECORDED, text=name),),
    )
    for each in of_chart(parts, language).sentences:
        assert facts(each.text, language) == ["not-recorded"]


@pytest.mark.parametrize("text", ["No abnormal findings.", "No ulcer.", "The polyp was removed."])
def test_5_no_reassurance_and_no_alarm_is_added(text: str) -> None:
    assert not re.search("cancer|safe|harmless|healthy|worr|fine|danger", plain(text))


@pytest.mark.parametrize("text", ["異常所見なし。", "潰瘍なし。", "ポリープを切除した。"])
def test_5_no_reassurance_is_added_in_japanese(text: str) -> None:
    assert not re.search("がん|癌|安心|大丈夫|心配|安全|悪性|良性", plain(text, "ja"))


def test_6_the_sides_stay_where_they_were() -> None:
    text = "An ulcer on the left and a polyp on the right."
    swapped = "An ulcer on the right and a polyp on the left."
    assert facts(plain(text)) == ["left", "right"]
    assert facts(plain(swapped)) == ["right", "left"]


@pytest.mark.parametrize(
    ("side", "expected"), [(Side.LEFT, "left"), (Side.RIGHT, "right"), (Side.BOTH, "both")]
)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_6_a_chart_tells_the_side(side: Side, expected: str, language: Language) -> None:
    finding = Finding(certainty=Certainty.PRESENT, text="ulcer", site=Site(side=side))
    (sentence,) = of_chart(a_chart(finding), language).sentences
    assert facts(sentence.text, language) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 5 mm ulcer.", ["5 mm"]),
        ("An ulcer at 35cm.", ["35 cm"]),
        ("12.5 mcg was given.", ["12.5 mcg"]),
        ("A ４ｍｍ ulcer.", ["4 mm"]),
        ("Two ulcers of <5 mm.", ["two", "less-than", "5 mm"]),
        ("4-1/2-year-old", ["4", "1/2 year"]),
    ],
)
def test_7_numbers_and_units_stay(text: str, expected: list[str]) -> None:
    assert facts(plain(text)) == expected


@pytest.mark.parametrize("text", ["Scope passed to 35cm.", "An ulcer at 38 cm.", "35-38cm"])
def test_7_a_distance_is_not_told_as_a_size(text: str) -> None:
    assert "size" not in plain(text)


def test_7_a_unit_that_is_none_is_shown_and_left_to_the_doctor() -> None:
    result = convert("A polyp of c. 2 cn.")
    assert said(result) == "A polyp of c. 2 cn."
    assert [each.term for each in result.terms if not each.known] == ["cn"]


def test_8_an_ambiguous_abbreviation_is_never_guessed() -> None:
    result = convert("PR exam was done. TI was seen.")
    assert said(result) == "PR exam was done. TI was seen."
    assert [(each.term, each.known) for each in result.terms] == [("PR", False), ("TI", False)]


def test_8_an_abbreviation_is_explained_where_the_examination_makes_it_sure() -> None:
    kind = Kind.LOWER_GI
    assert plain("TI was seen.", kind=kind) == "End of the small bowel was seen."
    assert plain("ti was seen.", kind=kind) == "Ti was seen."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Possible ulcer.", "perhaps"),
        ("? ulcer", "perhaps"),
        ("Ulcer cannot be excluded.", "perhaps"),
        ("Probable ulcer.", "likely"),
        ("Consistent with an ulcer.", "seems"),
        ("Suspicious for an ulcer.", "seems"),
    ],
)
def test_9_a_doubt_stays_a_doubt(text: str, kind: str) -> None:
    assert facts(plain(text)) == [kind]


@pytest.mark.parametrize(
    "text", ["潰瘍疑い。", "潰瘍を疑う。", "潰瘍が疑われる。", "潰瘍の可能性あり。"]
)
def test_9_a_japanese_doubt_stays_a_doubt(text: str) -> None:
    assert set(facts(plain(text, "ja"), "ja")) & {"seems", "perhaps"}


def test_10_a_grade_stays_as_it_is_written_and_is_explained() -> None:
    result = convert("LA grade A in the oesophagus.")
    assert said(result) == "LA grade A in the food pipe."
    assert "mildest" in result.terms[-1].explanation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Previous ulcer.", ["in-the-past"]),
        ("History of ulcer.", ["in-the-past"]),
        ("Family history of polyps.", ["family", "in-the-past"]),
        ("His father had an ulcer.", ["family"]),
    ],
)
def test_11_what_was_and_what_the_family_has_is_no_finding_of_today(
    text: str, expected: list[str]
) -> None:
    assert facts(plain(text)) == expected


def test_15_signs_of_markup_are_text() -> None:
    assert plain("<5 mm ulcer & <script>.") == "<5 mm (about the size of a pea) sore & <script>."


@pytest.mark.parametrize(
    ("instruction", "english", "japanese"),
    [
        (Instruction.STOP, "Stop taking", "やめてください"),
        (Instruction.CONTINUE, "Keep taking", "続けてください"),
        (Instruction.START, "Start to take", "始めてください"),
        (Instruction.NONE, "names this drug", "書かれています"),
    ],
)
def test_what_to_do_with_a_medicine_is_told_rightly(
    instruction: Instruction, english: str, japanese: str
) -> None:
    medicine = Medicine(instruction=instruction, text="Aspirin", dose="100 mg")
    chart = Chart(kind=Kind.OTHER, medicines=(medicine,))
    assert english in said(of_chart(chart, "en"))
    assert japanese in said(of_chart(chart, "ja"))


def test_planned_is_not_done() -> None:
    assert "しました" not in plain("次回、生検を施行。", "ja")


def test_not_stopped_is_not_stopped() -> None:
    assert facts(plain("抗凝固薬は休薬なし。", "ja"), "ja") == ["discontinue", "not"]
