"""A doctor's words for a sentence: they may say it better, they may not say anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.charts.model import Certainty, Chart, Finding, Kind, Quantity, Side, Site
from chalicelib.kernel.errors import Invalid
from chalicelib.patient_charts import wording
from chalicelib.plain import of_chart
from chalicelib.plain.structured import Own, own_words
from tests.charts.documents import charts

ABSENT_LEFT = Chart(
    kind=Kind.LOWER_GI,
    findings=(
        Finding(
            certainty=Certainty.ABSENT,
            text="polyp",
            site=Site(organ="colon", side=Side.LEFT),
            size=Quantity(value="5", unit="mm"),
        ),
    ),
)


def of(text: str) -> Own:
    return Own(text, (text,))


def refused(own: Own, typed: str, language: Any = "en") -> tuple[str, Any]:
    with pytest.raises(Invalid) as caught:
        wording.checked(own, typed, language)
    return caught.value.code, caught.value.facts.get("differences")


def test_words_that_say_the_same_may_stand() -> None:
    own = of("No ulcer was seen on the left.")
    assert wording.checked(own, " I did not see a sore on the left side. ", "en") == (
        "I did not see a sore on the left side."
    )


@pytest.mark.parametrize(
    ("own", "typed", "differs"),
    [
        ("A 5 mm polyp.", "A polyp of 6 mm.", "5 mm -> 6 mm"),
        ("A 5 mm polyp.", "A polyp of 5 cm.", "5 mm -> 5 cm"),
        ("A 5 mm polyp.", "A small polyp.", "5 mm -> nothing"),
        ("An ulcer on the left.", "A sore on the right.", "left -> right"),
        ("No ulcer.", "A sore.", "not -> nothing"),
        ("An ulcer.", "There is no sore.", "nothing -> not"),
        ("Possible ulcer.", "A sore.", "perhaps -> nothing"),
        ("Previous ulcer.", "A sore.", "in-the-past -> nothing"),
        ("Stop aspirin.", "Keep taking aspirin.", "discontinue -> continue"),
        ("No abnormal findings.", "No cancer.", "abnormal -> cancer"),
        ("No ulcer.", "No sore. You are safe.", "nothing -> good"),
    ],
)
def test_words_that_say_anything_else_are_refused(own: str, typed: str, differs: str) -> None:
    code, found = refused(of(own), typed)
    assert (code, differs in found) == ("words-differ", True)


@pytest.mark.parametrize(
    ("own", "typed", "differs"),
    [
        ("左に潰瘍あり。", "右に深い傷があります。", "left -> right"),
        ("潰瘍なし。", "深い傷があります。", "not -> nothing"),
        ("潰瘍疑い。", "深い傷があります。", "seems -> nothing"),
        ("異常所見なし。", "がんはありません。安心してください。", "abnormal -> cancer"),
    ],
)
def test_japanese_words_that_say_anything_else_are_refused(
    own: str, typed: str, differs: str
) -> None:
    code, found = refused(of(own), typed, "ja")
    assert (code, differs in found) == ("words-differ", True)


@pytest.mark.parametrize("typed", ["", "  ", "a" * 1_001, "two\nlines", "a\u202eb", "a\x00b"])
def test_what_is_no_line_of_words_is_refused(typed: str) -> None:
    assert refused(of("No ulcer."), typed)[0] == "no-words"


def test_a_thousand_characters_may_stand() -> None:
    assert len(wording.checked(of("An ulcer."), "a" * 1_000, "en")) == 1_000


@pytest.mark.parametrize(
    "typed",
    [
        "The doctor did not see a polyp of 5 mm on the left side of the bowel.",
        "On the left, a 5 mm polyp was not there.",
        "A 5 mm polyp on the left: there was none.",
    ],
)
def test_the_parts_of_a_field_come_in_any_order(typed: str) -> None:
    own = own_words(ABSENT_LEFT)["findings/0"]
    assert wording.checked(own, typed, "en") == typed


def test_a_field_that_is_absent_is_not_worded_as_present() -> None:
    own = own_words(ABSENT_LEFT)["findings/0"]
    assert refused(own, "A 5 mm polyp on the left.") == ("words-differ", ["not -> nothing"])


@given(st.text(max_size=300), st.sampled_from(("en", "ja")))
def test_a_doctor_may_always_take_the_own_words(text: str, language: Any) -> None:
    own = of(text.strip())
    assert wording.checked(own, text, language) == own.text


@given(charts(), st.sampled_from(("en", "ja")))
def test_our_own_sentences_of_fields_pass_the_same_check(chart: Chart, language: Any) -> None:
    fields = own_words(chart, language)
    for each in of_chart(chart, language).sentences:
        own = fields.get(str(each.source))
        if own is not None and not each.fallback:
            assert wording.differences(own, each.text, language) == []
        if own is not None and each.fallback:
            assert each.text == own.text
