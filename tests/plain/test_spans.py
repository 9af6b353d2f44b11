"""Where sentences and headings begin and end, in reports as they were typed or flattened."""

from __future__ import annotations

import pytest

from chalicelib.plain.spans import pieces


def cut(text: str) -> list[str]:
    return [text[each.start : each.end] for each in pieces(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was seen. It was cut.", ["It was seen.", "It was cut."]),
        ("Seen by Dr. X. Brown again.", ["Seen by Dr. X. Brown again."]),
        ("Seen by Dr. A. The cut was made.", ["Seen by Dr. A.", "The cut was made."]),
        ("A polyp of 5 mm. was cut.", ["A polyp of 5 mm. was cut."]),
        ("A polyp of 5 mm. It was cut.", ["A polyp of 5 mm.", "It was cut."]),
        ("Size 1.5 cm. normal mucosa.", ["Size 1.5 cm. normal mucosa."]),
        ("Polyp seen.Biopsy taken.", ["Polyp seen.", "Biopsy taken."]),
        ("normal colon. biopsy taken", ["normal colon.", "biopsy taken"]),
        ("1. Hematuria.\n2. Stones.", ["1. Hematuria.", "2. Stones."]),
        ("- ulcer\n- polyp", ["- ulcer", "- polyp"]),
        ("? ulcer seen. ?Barrett's", ["? ulcer seen.", "?Barrett's"]),
        ("Drugs, e.g., aspirin, were given.", ["Drugs, e.g., aspirin, were given."]),
        ("J. Doe, M.D., did it.", ["J. Doe, M.D., did it."]),
        ("At 9 a.m., he ate.", ["At 9 a.m., he ate."]),
        (" . , ;\n--", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_flattened_lines_are_lines_again() -> None:
    text = "DIAGNOSES:,1.  Renal mass.,2.  Hematuria.,DRUGS: , Sedation.,PROCEDURE:,  It was done."
    assert cut(text) == [
        "DIAGNOSES:",
        "1.  Renal mass.",
        "2.  Hematuria.",
        "DRUGS:",
        "Sedation.",
        "PROCEDURE:",
        "It was done.",
    ]


@pytest.mark.parametrize(
    "heading", ["FINDINGS:", "Findings:", "PROCEDURE #2:", "POST-OP DIAGNOSIS:"]
)
def test_a_heading_stands_by_itself(heading: str) -> None:
    assert [each.heading for each in pieces(f"{heading} Normal.")] == [True, False]


def test_a_time_is_no_heading() -> None:
    assert cut("Begun at 10:30 today.") == ["Begun at 10:30 today."]
