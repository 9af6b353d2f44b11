"""What holds of any text, also of one that nobody should have written."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.plain import Language, convert
from chalicelib.plain.checking import differences

pytestmark = pytest.mark.usefixtures("own_terms")

LONG = 2_500  # what explodes takes hours with a tenth of it
LANGUAGES = st.sampled_from(("en", "ja"))
WORDS = st.sampled_from(
    (
        "the",
        "an",
        "ulcer",
        "was",
        "seen",
        "and",
        "no",
        "5",
        "mm",
        "polyp",
        ",",
        ".",
        ";",
        ":",
        "FINDINGS:",
        "which",
        "left",
        "right",
        "not",
        "?",
        "after",
        "1.",
        "possible",
        "Dr.",
        "cm.",
        "(about",
        "潰瘍",
        "を認めない",
        "。",
        "左",
        "5mm",
        "-",
        "/",
        "______",
        "denies",
        "there",
        "が",
        "ﾎﾟﾘｰﾌﾟ",
        "５ｍｍ",
        "Ⅱa",
        "\u200b",
        "\ufeff",
        "\n----\n",
        "≤",
    )
)
TEXTS = st.text(max_size=200) | st.lists(WORDS, max_size=40).map(" ".join)


@given(TEXTS, LANGUAGES)
@example(";0;;1", "en")
def test_sentences_cover_all_that_is_not_blank_in_order(text: str, language: Language) -> None:
    end = 0
    for each in convert(text, language).sentences:
        start, stop = each.span
        assert end <= start < stop <= len(text)
        assert text[end:start].strip() == ""
        assert each.text.strip()
        end = stop
    assert text[end:].strip() == ""


@given(TEXTS, LANGUAGES)
def test_every_sentence_says_what_its_source_says(text: str, language: Language) -> None:
    for each in convert(text, language).sentences:
        source = text[slice(*each.span)]
        if each.fallback:
            assert each.text in source
        else:
            assert differences(source, each.text, language) == []


@given(TEXTS, LANGUAGES)
def test_digits_stay_in_their_sentence(text: str, language: Language) -> None:
    for each in convert(text, language).sentences:
        source = text[slice(*each.span)]
        assert _digits(source) == _digits(each.text)


def _digits(text: str) -> list[str]:
    return [each for each in unicodedata.normalize("NFKC", text) if each.isdecimal()]


@given(TEXTS, LANGUAGES)
def test_letters_and_their_marks_apart_are_read_as_one(text: str, language: Language) -> None:
    apart = convert(unicodedata.normalize("NFD", text), language)
    joined = convert(unicodedata.normalize("NFC", text), language)
    told = [unicodedata.normalize("NFC", each.text) for each in apart.sentences]
    assert told == [each.text for each in joined.sentences]


@given(TEXTS, LANGUAGES)
@example("食道：潰瘍を認めない。\r\n-----\r\n5 mm", "ja")
def test_line_ends_change_nothing_but_places(text: str, language: Language) -> None:
    returned = convert(text.replace("\n", "\r\n"), language)
    told = [each.text.replace("\r\n", "\n") for each in returned.sentences]
    assert told == [each.text for each in convert(text, language).sentences]


@given(TEXTS, LANGUAGES)
def test_the_same_text_becomes_the_same_words(text: str, language: Language) -> None:
    assert convert(text, language) == convert(text, language)


HOSTILE = (
    ("en", "a"),
    ("en", "a "),
    ("en", "A"),
    ("en", "1."),
    ("en", ","),
    ("en", ", and the a"),
    ("en", "After was "),
    ("en", "ulcer "),
    ("en", "not un"),
    ("en", "5 mm "),
    ("en", "\n "),
    ("ja", "潰瘍"),
    ("ja", "認め"),
    ("ja", "左。"),
)


@pytest.mark.parametrize(("language", "again"), HOSTILE)
def test_ten_times_the_text_takes_ten_times_as_long(language: Language, again: str) -> None:
    shorter, longer = again * (LONG // 10 // len(again)), again * (LONG // len(again))
    convert(shorter, language)  # what is looked up once
    assert _calls(longer, language) < 11 * _calls(shorter, language)


def _calls(text: str, language: Language) -> int:
    """Return how many functions are called for *text*: time, as no busy machine changes it."""
    calls = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        convert(text, language)
    finally:
        sys.setprofile(before)
    return calls
