"""Words that are neither explained nor everyday ones are for the doctor."""

from __future__ import annotations

import pytest

from chalicelib.plain import Language, common, convert


def asked(text: str, language: Language = "en") -> list[str]:
    return [each.term for each in convert(text, language).terms if not each.known]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("He takes ramipril and fluconazole.", ["ramipril", "fluconazole"]),
        ("Adalimumab was given.", ["Adalimumab"]),
        ("There was spondylosis.", ["spondylosis"]),
        ("TWOC tomorrow.", ["TWOC"]),
        ("NAD.", ["NAD"]),
        ("BRONCHOGENIC MASS.", ["BRONCHOGENIC"]),
        ("The esophgus was red.", ["esophgus"]),
        ("R vocal cord.", ["R"]),
        ("For 6/52.", ["6/52"]),
        ("FLEXIBLE TUBE", []),
        ("Dr. Smith saw the patient.", []),
        ("The doctor slowly pulled it back and looked again.", []),
        ("X4 and x2, 5mm and 30 minutes.", []),
    ],
)
def test_a_hard_word_is_for_the_doctor(text: str, words: list[str]) -> None:
    assert asked(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("巨大皺襞症候を認める。", ["巨大皺襞症候"]),
        ("レボフロキサシンを処方した。", ["レボフロキサシン"]),
        ("SCJは明瞭。", ["SCJ"]),
        ("今日の検査の結果を説明した。", []),
        ("前回の検査から3か月。", []),
        ("5mmと3cm。", []),
    ],
)
def test_a_hard_japanese_word_is_for_the_doctor(text: str, words: list[str]) -> None:
    assert asked(text, "ja") == words


@pytest.mark.parametrize("word", ["biggest", "stopped", "carries", "slowly", "Patients'", "it's"])
def test_an_everyday_word_is_one_in_any_form(word: str) -> None:
    assert common.is_english(word.rstrip("'"))


@pytest.mark.parametrize("word", ["polypectomy", "ileum", "mg/dl", "xyz"])
def test_a_doctors_word_is_no_everyday_one(word: str) -> None:
    assert not common.is_english(word)
