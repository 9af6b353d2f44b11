"""Where long sentences are cut, and where they must not be."""

from __future__ import annotations

import pytest

from chalicelib.plain import convert

pytestmark = pytest.mark.usefixtures("own_terms")


def plain(text: str) -> list[str]:
    return [each.text for each in convert(text).sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The stomach was full of food, and the doctor was not able to see it.",
            ["The stomach was full of food.", "The doctor was not able to see it."],
        ),
        (
            "The wire was left in place for now; the tube was then taken out.",
            ["The wire was left in place for now.", "The tube was then taken out."],
        ),
        (
            "He has a spot on the skin of his nose, which was red in the spring.",
            ["He has a spot on the skin of his nose.", "This was red in the spring."],
        ),
        (
            "The gland was large on both of its sides, however, it was not hard.",
            ["The gland was large on both of its sides.", "But it was not hard."],
        ),
        (
            "After the mask was put on his face, the patient was turned to the left.",
            ["The mask was put on his face.", "Then the patient was turned to the left."],
        ),
        (
            "The patient was asleep on the table and was turned to the left side.",
            ["The patient was asleep on the table.", "The patient was turned to the left side."],
        ),
        (
            "The scope was passed to the stomach at which point there was a lot of old food.",
            ["The doctor passed the scope to the stomach.", "Then there was a lot of old food."],
        ),
        (
            "The patient was moved to the room and deep sleep was brought about by drugs.",
            ["The patient was moved to the room.", "Deep sleep was brought about by drugs."],
        ),
        (
            "The wire was left in place, and over the wire the tube was put into the gut.",
            ["The wire was left in place.", "Over the wire the tube was put into the gut."],
        ),
        (
            "There was no sore there; however, in the lower third, there were two spots.",
            ["There was no sore there.", "But in the lower third, there were two spots."],
        ),
        (
            "A nurse was called to the room at once and was told of the pain he felt.",
            ["A nurse was called to the room at once.", "The nurse was told of the pain he felt."],
        ),
        (
            "The left tube was seen at the start and was then put back in its place.",
            ["The left tube was seen at the start.", "It was then put back in its place."],
        ),
        ("Look at the gut; taking out a polyp.", ["Look at the gut.", "Taking out a polyp."]),
        (
            "The man was put on his back, and after the drug was given, the neck was cleaned.",
            ["The man was put on his back.", "After the drug was given, the neck was cleaned."],
        ),
    ],
)
def test_a_part_with_a_verb_of_its_own_becomes_a_sentence(text: str, expected: list[str]) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "No ulcers were seen in the stomach or in the gut and no lumps.",
        "It is possible that the tube was blocked and the stone was not seen.",
        "If the pain comes back in the night, the patient should call the ward.",
        "The nurse was called as he was awake and was taken to the ward at once.",
        "The mass, which was large and soft to the touch of a finger, was cut out.",
        "Once the tests are back from the lab, he will be told what they say.",
        "The lump was not seen at the time and felt with the finger only.",
        "No blood in the gut; no lumps in the liver; no stones in the bladder.",
        "There was no sore in the gut but, in the lower third, there were spots.",
        "The lump which was red and was sore to the hand was cut out.",
        "The lump was not hot to the hand and was red on top of it.",
        "The man was prepped and draped in the usual way by the nurse.",
        "The skin that was red and sore to the touch of the hand was cut out.",
    ],
)
def test_in_doubt_a_sentence_stays_whole(text: str) -> None:
    assert len(plain(text)) == 1


def test_each_part_knows_its_place() -> None:
    text = "The stomach was full of food, and the doctor was not able to see it."
    first, second = convert(text).sentences
    assert text[slice(*first.span)] == "The stomach was full of food"
    assert text[slice(*second.span)] == ", and the doctor was not able to see it."
