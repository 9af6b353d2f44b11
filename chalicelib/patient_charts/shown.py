"""What the doctor's pages show of a patient chart: its boxes, its words, and what differs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.patient_charts.model import Box, Said
from chalicelib.plain.model import Explained

Pieces = tuple[tuple[str, bool], ...]  # of a text: which are words that are explained nowhere


class Row(NamedTuple):
    said: Said
    pieces: Pieces


class Shown(NamedTuple):
    boxes: tuple[tuple[Box, tuple[Row, ...]], ...]
    terms: tuple[Explained, ...]

    @property
    def has_unknown(self) -> bool:
        return any(
            is_unknown for _, rows in self.boxes for row in rows for _, is_unknown in row.pieces
        )


def shown(said: Iterable[Said], terms: tuple[Explained, ...]) -> Shown:
    """Return the sentences box by box, also the boxes of which nothing is said."""
    unknown = _any_of([each.term for each in terms if not each.known])
    rows: dict[Box, list[Row]] = {box: [] for box in Box}
    for each in said:
        rows[each.box].append(Row(each, pieces(each.text, unknown)))
    return Shown(tuple((box, tuple(found)) for box, found in rows.items()), terms)


def pieces(text: str, unknown: re.Pattern[str] | None) -> Pieces:
    """Return *text* cut at what *unknown* finds in it."""
    if unknown is None:
        return ((text, False),)
    cut = unknown.split(text)  # what is found has the odd places
    return tuple((piece, bool(place % 2)) for place, piece in enumerate(cut) if piece)


def differences(told: Iterable[str]) -> list[tuple[str, str]]:
    """Return what the witness told ("left -> right") as pairs; nothing is an empty text."""
    pairs = (each.partition(" -> ") for each in told)
    return [(_something(before), _something(after)) for before, _, after in pairs]


def _something(word: str) -> str:
    return "" if word == "nothing" else word


def _any_of(words: list[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    found = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![a-z0-9])({found})(?![a-z0-9])", re.IGNORECASE)
