"""Plain words say what the doctor's words say: no less, no more, nothing nicer, nothing worse."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from chalicelib.plain import Language, lexicon
from chalicelib.plain.checking import differences
from chalicelib.plain.glossary import terms
from tests.plain.reading import REASSURING, SOOTHING_JA, replaced, texts

ALARMING = re.compile(r"\b(cancer|malignan|deadly|fatal|danger|terrible)", re.IGNORECASE)
CANCER = re.compile(
    r"cancer|metasta|carcino|malignan|chemo|sarcoma|lymphoma|leuk|radiation", re.IGNORECASE
)
ALARMING_JA = re.compile(r"がん|癌|悪性|危険|致命")
CANCER_JA = re.compile(r"癌|がん|悪性|化学|CIS|リンパ腫|白血病")

# What a form says of number, side and negation must be said by what stands for it, and no more.
NUMBERS = re.compile(
    r"\d+|\b(?:single|one|two|three|four|five|half|double|twice|first|second|third|fourth)\b"
)
SIDES = re.compile(r"\b(?:left|right|both)\b")
NEGATIONS = re.compile(r"\b(?:no|not|non|nothing|never|neither|nor|cannot|without|unable)\b")
SAID_OTHERWISE = {
    r"\bd1\b": "first", r"\bd2\b": "second", r"\bd3\b": "third", r"\bd4\b": "fourth",
    r"\bb\.?i\.?d\b": "twice", r"\bt\.?i\.?d\b": "three", r"\bq\.?i\.?d\b": "four",
    r"\bo2\b": "oxygen",
    r"\bunilaterally": "one", r"\bunilateral": "single", r"\bbilateral\w*": "both",
    r"\bnon[- ]?(?=\w)": "not ", r"\bn(?:po|bm)\b": "nothing", r"\bnkda\b": "no",
    r"\buneventfully": "without",
    r"\br[uml]l\b": "right", r"\bl[ul]l\b": "left",
}  # fmt: skip
NEGATION_JA = re.compile(r"な(?:し|い|く|かった)|ず|ません|不|非|無|未|陰性|消失|低下")
SIDES_JA = re.compile(r"左|右|両側")


def said(pattern: re.Pattern[str], text: str) -> Counter[str]:
    for written, word in SAID_OTHERWISE.items():
        text = re.sub(written, word, text)
    return Counter(pattern.findall(text))


def test_nothing_reassures() -> None:
    said_so = [
        t.id for t in terms() if REASSURING.search(" ".join([texts(t, "en"), *t.en.words.values()]))
    ]
    said_so += [
        t.id for t in terms() if SOOTHING_JA.search("".join([texts(t, "ja"), *t.ja.words.values()]))
    ]

    assert said_so == []


def test_cancer_is_said_only_of_what_is_called_so() -> None:
    assert [
        (form, plain)
        for _, form, plain in replaced("en")
        if ALARMING.search(plain) and not (CANCER.search(form) or form in {"scc", "cis", "tis"})
    ] == []
    assert [
        (form, plain)
        for _, form, plain in replaced("ja")
        if ALARMING_JA.search(plain) and not CANCER_JA.search(form)
    ] == []


def test_explanations_speak_of_cancer_only_where_the_term_is_of_cancer() -> None:
    speaking = {t.id for t in terms() if ALARMING.search(texts(t, "en"))}
    speaking |= {t.id for t in terms() if ALARMING_JA.search(texts(t, "ja"))}

    assert speaking <= {
        "adenocarcinoma", "benign", "carcinoma", "carcinoma-in-situ", "chemotherapy", "lymphoma",
        "malignant", "abbr-cis", "metastasis",
    }  # fmt: skip


def test_a_cancer_stays_a_cancer() -> None:
    assert [
        (form, plain)
        for _, form, plain in replaced("en")
        if re.search(r"carcinoma(?![ -]in[ -]situ)|\bcancer|malignan", form)
        and "cancer" not in plain
    ] == []
    assert [
        (form, plain)
        for _, form, plain in replaced("ja")
        if re.search("癌|悪性", form) and not re.search("がん|悪性", plain)
    ] == []


@pytest.mark.parametrize("pattern", [NUMBERS, SIDES, NEGATIONS], ids=["number", "side", "negation"])
def test_what_a_form_says_of_number_side_and_negation_is_kept(pattern: re.Pattern[str]) -> None:
    assert [
        (form, plain)
        for _, form, plain in replaced("en")
        if said(pattern, form) != said(pattern, plain)
    ] == []


def test_sides_and_negations_are_kept_in_japanese() -> None:
    assert [
        (form, plain)
        for _, form, plain in replaced("ja")
        if {*SIDES_JA.findall(form)} - {*SIDES_JA.findall(plain)} - {"両側"}
    ] == []
    assert [
        (form, plain)
        for _, form, plain in replaced("ja")
        if re.search("なし|せず|認めず|認めない|しない|しなかった|未|非|無症", form)
        and not NEGATION_JA.search(plain)
    ] == []


def test_no_side_is_added_in_japanese() -> None:
    assert [
        (form, plain)
        for _, form, plain in replaced("ja")
        if {*SIDES_JA.findall(plain)} - {*SIDES_JA.findall(form)} - {*("左右" * ("両側" in form))}
    ] == []


def test_a_form_that_denies_nothing_is_not_turned_into_a_denial_in_japanese() -> None:
    assert [
        (form, plain)
        for _, form, plain in replaced("ja")
        if re.search("ません|(?<![少つ])ない|せずに|ずに", plain) and not NEGATION_JA.search(form)
    ] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_witness_takes_every_everyday_phrase(language: Language) -> None:
    listed = [(form.removeprefix("〜"), to) for form, to in lexicon.pairs(f"{language}.tsv")]
    assert [each for each in listed if differences(*each, language)] == []
