"""What an album shows: examinations by month, each with whose it is and whether it is open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from chalicelib.archive.facts import Facts
from chalicelib.archive.model import Examination, Patient, RestoredFile
from chalicelib.pictures.model import Shown

A_PAGE = 40  # examinations
LOOKED_THROUGH = 400  # for those of one kind, before a page asks whether to look further
PICTURES_A_PAGE = 60
COMPARED = 2
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which part of an album; nothing here names a person.

    Attributes:
        target_id: Whose album; the newest target's where it is empty.
        month: YYYY-MM, or all.
        day: YYYY-MM-DD, or all; says more than a month.
        kind: Of examination, or all.
        patient_key: Of one patient, or all.
        cursor: Where the page before ended; of one patient's, a number.
    """

    target_id: str = ""
    month: str = ""
    day: str = ""
    kind: str = ""
    patient_key: str = ""
    cursor: str = ""

    @property
    def dated(self) -> str:
        """What the dates of those asked for begin with."""
        return self.day or self.month


@dataclass(frozen=True, slots=True)
class Entry:
    """An examination on a page of the album."""

    examination: Examination
    patient: Patient | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Band:
    """
    The examinations of a month, newest first.

    Attributes:
        month: YYYY-MM; empty for those of no known date.
    """

    month: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A file of an examination, and how it is seen.

    Attributes:
        number: From 1 on, in the order of paths.
        facts: What its header says; None where nothing is known.
    """

    number: int
    file: RestoredFile
    facts: Facts | None
    shown: Shown

    @property
    def sha256(self) -> str:
        return self.file.sha256

    @property
    def frames(self) -> int:
        return (self.facts.frames if self.facts else None) or 1

    @property
    def series(self) -> str:
        """What it is shown with: the series a header names, or else nothing."""
        if self.facts is None or self.facts.series_uid is None:
            return ""
        return self.facts.series_description or f"#{self.facts.series_number or '?'}"


@dataclass(frozen=True, slots=True)
class Series:
    """Pictures that belong together, as their headers say."""

    name: str
    pictures: list[Picture]


def is_month(written: str) -> bool:
    """
    Tell whether this is a month as an album is asked for one.

    >>> is_month("2027-04"), is_month("2027-4"), is_month("April")
    (True, False, False)
    """
    return _MONTH.fullmatch(written) is not None


def day_of(written: str) -> str:
    """
    Return the day that somebody asks for as YYYY-MM-DD, or nothing where it is none.

    >>> day_of("2027-04-23"), day_of("2027/04/23"), day_of("2027-02-30")
    ('2027-04-23', '2027-04-23', '')
    """
    try:
        return date.fromisoformat(written.replace("/", "-")).isoformat()
    except ValueError:
        return ""


def by_month(entries: Iterable[Entry]) -> list[Band]:
    """Return *entries*, which come newest first, in the bands of their months."""
    return [
        Band(month, list(band))
        for month, band in groupby(entries, lambda each: each.examination.examined_at[:7])
    ]


def by_series(pictures: Iterable[Picture]) -> list[Series]:
    """Return *pictures* in the series they follow each other in."""
    return [
        Series(name, list(found)) for name, found in groupby(pictures, lambda each: each.series)
    ]
