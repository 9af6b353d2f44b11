"""How easy a text reads, counted without a dictionary."""

from __future__ import annotations

import pytest

from chalicelib.plain.readability import grade, kanji_share, sentence_length, sentences, syllables


@pytest.mark.parametrize(("word", "count"), [
    ("sore", 1), ("made", 1), ("looked", 1), ("scopes", 1), ("patches", 2), ("lenses", 2),
    ("table", 2), ("coated", 2), ("movement", 2), ("polyp", 2), ("lining", 2), ("patient", 2),
    ("ulcer", 2), ("biopsy", 3), ("area", 3), ("fluid", 2), ("usual", 3), ("lesion", 2),
    ("doctor's", 2), ("duodenum", 4), ("esophagus", 4), ("esophageal", 5), ("previous", 3),
    ("suspicious", 3), ("colonoscopy", 5), ("hmm", 1),
])  # fmt: skip
def test_syllables_are_counted_as_they_are_said(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_grade_is_that_of_flesch_and_kincaid() -> None:
    # 6 words in a sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)


def test_a_text_of_long_words_is_harder_than_one_of_short_words() -> None:
    hard = "Esophagogastroduodenoscopy demonstrated superficial ulceration."
    plain = "The camera test showed shallow sores."

    assert grade(hard) > 20
    assert grade(plain) < 8


def test_cutting_a_sentence_in_two_makes_it_easier() -> None:
    assert grade("It is red. It is sore.") < grade("It is red and it is sore.")


def test_a_decimal_point_ends_no_sentence() -> None:
    assert len(sentences("A tube of 4.5 mm was used. It was taken out.")) == 2


def test_a_text_without_words_has_no_grade() -> None:
    assert grade("5 / 3") == 0
    assert sentence_length("") == 0
    assert kanji_share("5 mm") == 0


def test_japanese_is_measured_by_its_kanji_and_the_length_of_its_sentences() -> None:
    text = "胃に赤みがあります。\n深い傷はありません。"

    assert sentence_length(text) == 9
    assert kanji_share(text) == pytest.approx(4 / 18)
