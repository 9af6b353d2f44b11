"""English sentences in plain words: what is replaced, and how the grammar is mended."""

from __future__ import annotations

import pytest

from chalicelib.plain import convert

pytestmark = pytest.mark.usefixtures("own_terms")


def plain(text: str, kind: str = "other") -> str:
    return " ".join(each.text for each in convert(text, "en", kind).sentences)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("An ulcer was seen.", "A sore was seen."),
        ("An Ulcer was noted.", "A sore was seen."),
        ("A erosion.", "A worn spot."),
        ("The oesophagus was open.", "The food pipe was open."),
        ("Ulcers!", "Sores!"),
        ("no polyp seen", "No polyp seen."),
        ("1.  Ulcer.", "1. Sore."),
        ("At the Veterans Administration.", "At the Veterans Administration."),
        ("It was noted to be approximately 30 minutes.", "It was about 30 minutes."),
        ("Ulceration was not seen.", "Ulceration was not seen."),
    ],
)
def test_terms_are_replaced_and_articles_mended(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 5 mm polyp was seen.", "A 5 mm (about the size of a pea) polyp was seen."),
        ("A polyp measuring 2 cm.", "A polyp that measures 2 cm (about the size of a grape)."),
        ("A polyp at 35 cm was seen.", "A polyp at 35 cm was seen."),
        ("A polyp 5 mm from the rim was seen.", "A polyp 5 mm from the rim was seen."),
        ("A 4 x 26 mm stent.", "A 4 x 26 mm stent."),
        ("A 5 mm by 4 mm polyp.", "A 5 mm by 4 mm polyp."),
        ("A 20 cm mass.", "A 20 cm mass."),
    ],
)
def test_a_size_is_made_graspable_and_a_distance_is_not(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The scope was then advanced to the stomach.",
            "The doctor then moved the scope to the stomach.",
        ),
        ("The scope was not advanced to the stomach.", "The scope was not moved to the stomach."),
        ("The scope was passed by the nurse.", "The scope was passed by the nurse."),
        (
            "The scope was removed and a wire placed.",
            "The scope was removed and a wire placed.",
        ),
    ],
)
def test_the_doctor_moves_the_scope_where_that_is_certain(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_headings_are_told_in_plain_words() -> None:
    first, _ = convert("POSTOPERATIVE DIAGNOSIS: Ulcer.").sentences
    assert (first.text, first.heading) == ("Diagnosis after the operation:", True)


def test_a_term_is_explained_once() -> None:
    terms = convert("An ulcer. Two ulcers.").terms
    assert [each.term for each in terms] == ["ulcer"]


def test_a_grade_is_explained_with_its_direction() -> None:
    (term,) = convert("LA grade A.").terms
    assert term.explanation == "Los Angeles grade: small breaks; A is the mildest of A to D."


def test_a_replacement_that_changes_the_meaning_is_not_put_in() -> None:
    (sentence,) = convert("A nonbleeding ulcer.").sentences
    assert (sentence.text, sentence.fallback) == ("A nonbleeding sore.", False)


def test_a_unit_behind_a_number_stays() -> None:
    (sentence,) = convert("An ulcer by a 21-gauge needle.").sentences
    assert (sentence.text, sentence.fallback) == ("A sore by a 21-gauge needle.", False)


def test_an_abbreviation_of_what_stands_before_it_stays() -> None:
    assert plain("Prostate resection (TURP).") == "Surgery on the gland (TURP)."


def test_a_term_is_named_without_the_no_before_it() -> None:
    assert [each.term for each in convert("No stone.").terms] == ["stone"]
