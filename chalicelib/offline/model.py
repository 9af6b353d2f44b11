"""What an offline album shows: examinations, each with its files, their pictures and its charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Generic, TypeVar

from chalicelib.archive.model import Examination, Patient, RestoredFile
from chalicelib.archive.name_keys import key
from chalicelib.pictures.model import Picture, State

T = TypeVar("T")

Named = tuple[str, bytes]  # a file: its name within the folder, and what is in it


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which album somebody asked for.

    Attributes:
        as_of: The moment it is of (RFC 3339 text): charts that were signed later are not in it.
        language: Of its pages.
    """

    facility_id: str
    target_id: str
    as_of: str
    language: str


@dataclass(frozen=True, slots=True)
class Original:
    """
    A file of an examination as it was sent.

    Attributes:
        place: Its name within the folder.
        picture: What is known of its pictures; None where nobody made any.
        number: Of its pictures' files; a content that came twice has one.
        series: What a header says it belongs to.
    """

    place: str
    file: RestoredFile
    picture: Picture | None
    number: int
    series: str = ""

    @property
    def is_shown(self) -> bool:
        return self.picture is not None and self.picture.state is State.MADE

    @property
    def reason(self) -> str:
        """Why there is no picture: see pictures.model.Reason; empty where nobody made one."""
        return self.picture.reason.value if self.picture and self.picture.reason else ""


@dataclass(frozen=True, slots=True)
class SignedChart:
    """A version of an examination's chart, which is a file of the album."""

    number: int
    signed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """
    An examination in the album.

    Attributes:
        number: From 1 on, newest first; its files are named by it.
        charts: Newest version first.
    """

    number: int
    examination: Examination
    patient: Patient | None
    originals: Sequence[Original]
    charts: Sequence[SignedChart] = ()

    @property
    def shown(self) -> list[Original]:
        return [each for each in self.originals if each.is_shown]

    @property
    def others(self) -> list[Original]:
        """The files that no picture shows."""
        return [each for each in self.originals if not each.is_shown]

    @property
    def cover(self) -> Original | None:
        return next((each for each in self.originals if each.is_shown), None)

    @property
    def month(self) -> str:
        """YYYY-MM; empty without a date."""
        return month_of(self.examination.examined_at)


@dataclass(frozen=True, slots=True)
class Folk:
    """A patient in the album: number and what they have."""

    number: int
    patient: Patient
    leaves: list[Leaf]


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """
    As much of a long list as one page shows.

    Attributes:
        number: From 1 on.
        last: The number of the last one.
        first_place: Where in the list it begins, from 1 on.
    """

    number: int
    last: int
    first_place: int
    items: Sequence[T]


def month_of(examined_at: str) -> str:
    """
    Return the month of a date as headers and sidecars write it, or nothing.

    >>> month_of("2026-04-01T09:00:00"), month_of("2026-4-1"), month_of("../../x"), month_of("")
    ('2026-04', '', '', '')
    """
    year, number = examined_at[:4], examined_at[5:7]
    is_date = year.isascii() and year.isdigit() and number.isascii() and number.isdigit()
    if not is_date or examined_at[4:5] != "-" or not 1 <= int(number) <= 12:
        return ""
    return f"{year}-{number}"


def by_month(leaves: Iterable[Leaf]) -> list[tuple[str, list[Leaf]]]:
    """Return *leaves*, newest first, by month; those without a date come last."""
    ordered = sorted(leaves, key=lambda each: each.month, reverse=True)  # stable
    return [(month, list(some)) for month, some in groupby(ordered, lambda each: each.month)]


def by_series(originals: Iterable[Original]) -> list[tuple[str, list[Original]]]:
    """Return *originals* in the series they follow each other in."""
    return [(name, list(some)) for name, some in groupby(originals, lambda each: each.series)]


def by_patient(leaves: Iterable[Leaf]) -> list[Folk]:
    """Return who the examinations are of, in the order in which their names are read."""
    found: dict[str, tuple[Patient, list[Leaf]]] = {}
    for each in leaves:
        if each.patient:
            found.setdefault(each.patient.patient_key, (each.patient, []))[1].append(each)
    ordered = sorted(found.values(), key=lambda each: _reading(each[0]))
    return [Folk(number, *each) for number, each in enumerate(ordered, start=1)]


def _reading(patient: Patient) -> tuple[str, str]:
    letters, _, rest = patient.name.partition("=")
    return key(rest.partition("=")[2] or letters or rest), patient.patient_id


def stretches(items: Sequence[T], most: int) -> list[Stretch[T]]:
    """Return *items* in stretches of at most *most*; one that is empty where there are none."""
    last = max(-(-len(items) // most), 1)
    return [
        Stretch(number + 1, last, number * most + 1, items[number * most : (number + 1) * most])
        for number in range(last)
    ]


def some_at_a_time(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """Yield *items*, at most *most* together."""
    left = iter(items)
    while some := list(islice(left, most)):
        yield some
