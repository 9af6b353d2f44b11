"""What was typed about captures to keep: whose they are, and of which examination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import msgspec

from chalicelib.access.model import Caller
from chalicelib.archive import model as archive
from chalicelib.archive import trees
from chalicelib.archive.store import examinations
from chalicelib.buffer.model import Examination, Patient
from chalicelib.kernel.errors import Invalid
from chalicelib.web.forms import one_line

PREFIX = "capture-"  # of the fields that name a capture
MOST = 100  # captures in one form
LONGEST = 64  # characters of a line
FIELDS = ("target", "patient", "of", "new_id", "new_name", "new_birth_date", "examined_on")


class Choice(msgspec.Struct, frozen=True):
    """
    What was typed, as it was typed.

    Attributes:
        patient: The number or name that was searched for.
        of: ``examination:ID``, ``patient:KEY``, ``new``, or nothing yet.
    """

    target: str
    patient: str
    of: str
    new_id: str
    new_name: str
    new_birth_date: str
    examined_on: str
    description: str


def choice(form: Mapping[str, str]) -> Choice:
    """Read the form."""
    typed = {name: one_line(form.get(name, ""))[:LONGEST] for name in (*FIELDS, "description")}
    return Choice(**typed)


def ticked(form: Mapping[str, str]) -> list[str]:
    """Return the ids of the captures that the form names, each once."""
    found = [value for name, value in form.items() if name.startswith(PREFIX)]
    return list(dict.fromkeys(found))[:MOST]


def examination(
    caller: Caller, choice: Choice, captures: list[str]
) -> tuple[Examination, Patient | None]:
    """
    Return the examination that *captures* are kept in, and whose it is.

    A new one has its id from the first of them, so that a form that is sent twice makes one.

    Raises:
        Invalid: ``none-chosen`` or ``bad-date``.
        NotFound: The target, patient or examination is not the caller's, or there is none.
    """
    trees.require(caller, choice.target)
    kind, _, identifier = choice.of.partition(":")
    match kind:
        case "examination":
            return _existing(choice.target, identifier)
        case "patient":
            patient = _known(examinations.patient(choice.target, identifier))
        case "new":
            patient = _typed(choice)
        case _:
            raise Invalid("choose an examination", code="none-chosen")
    made = Examination(
        id=f"captures-{min(captures)}",
        examined_at=_day(choice.examined_on),
        description=choice.description,
    )
    return made, patient


def _existing(target_id: str, identifier: str) -> tuple[Examination, Patient | None]:
    found = examinations.examination(target_id, identifier)
    same = Examination(
        id=found.source_id,
        examined_at=found.examined_at,
        kind=found.kind,
        description=found.description,
    )
    key = found.patient_key
    return same, _known(examinations.patient(target_id, key)) if key else None


def _known(patient: archive.Patient) -> Patient:
    return Patient(
        id=patient.patient_id,
        name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
    )


def _typed(choice: Choice) -> Patient:
    if not choice.new_id:
        raise Invalid("type the patient's number", code="none-chosen")
    birth_date = _day(choice.new_birth_date)
    return Patient(id=choice.new_id, name=choice.new_name, birth_date=birth_date)


def _day(typed: str) -> str:
    """Return a date as the catalogue writes it, or nothing where none was typed."""
    if not typed:
        return ""
    try:
        return date.fromisoformat(re.sub(r"[/.]", "-", typed)).isoformat()
    except ValueError:
        raise Invalid("a date is written like 2026-04-01", code="bad-date") from None
