"""
The patients of a target, each with yes or no: is this patient backed up by the contract in force?

Every read of who they are is audited first.  A change is an amendment of the contract: it costs
the same, so it holds at once, for the next batch that is declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Patient, patient_key
from chalicelib.archive.store import examinations
from chalicelib.contracts import changing, local, store
from chalicelib.contracts.amending import Change
from chalicelib.contracts.answers import (
    Answers,
    answered,
    differing,
    is_backed_up,
    takes_new,
)
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import Contract, State, in_force_on, is_over
from chalicelib.contracts.selection import MAX_LISTED, Selection
from chalicelib.contracts.store import Target
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.web.cursors import PAGE_ROWS

MAX_KNOWN = 2 * MAX_LISTED  # on both sides of a list, when what becomes of new ones changes
MAX_DOWNLOADED = 10_000  # patients in one file


class Row(msgspec.Struct, frozen=True):
    """
    A patient and the answer.

    Attributes:
        examinations: How many are stored; None where the archive knows no such patient.
    """

    patient_id: str
    is_backed_up: bool
    name: str = ""
    birth_date: str = ""
    examinations: int | None = None

    @property
    def is_known(self) -> bool:
        return self.examinations is not None


class Book(msgspec.Struct, frozen=True):
    """
    A target with the contract that decides.

    Attributes:
        contract: By the version that holds today.
        is_in_force: Answers can be changed.
    """

    target: Target
    contract: Contract
    is_in_force: bool

    @property
    def selection(self) -> Selection:
        return self.contract.patients

    @property
    def takes_new(self) -> bool:
        return takes_new(self.selection)


class Planned(msgspec.Struct, frozen=True):
    """
    A change before it is asked for.

    Attributes:
        answers: What would change.
        after: What the contract would say then.
        yes, no: The patients whose answer would change.
        terms_sha256: Of the terms both sides would agree on.
        replaces: A change that waits for the provider would be dropped.
    """

    book: Book
    answers: Answers
    after: Selection
    yes: list[Row]
    no: list[Row]
    terms_sha256: str
    replaces: bool

    @property
    def unknown(self) -> int:
        """How many of them the archive has never seen."""
        return sum(not each.is_known for each in self.yes + self.no)


def book_of(caller: Caller, target_id: str) -> Book:
    """
    Return a target of the caller's facility with its contract.

    Raises:
        NotFound: It is not theirs, or never had a contract.
    """
    target = store.target(caller.facility_id, target_id)
    if target.contract is None or not goods_of(target.contract).stores:
        raise NotFound("there is no such target, or it never had a contract")
    today = local.today(caller.facility_id)
    contract = in_force_on(target.contract, today)
    may_change = contract.state is State.ACTIVE and not is_over(contract, today)
    return Book(target, contract, may_change and contract.cancelled_on is None)


def known(caller: Caller, book: Book, cursor: str | None) -> tuple[list[Row], str | None]:
    """Return a page of the patients in the archive, and the cursor of the next."""
    audit(caller, "list-patients", book.target.target_id)
    found, following = examinations.patients(book.target.target_id, cursor)
    return [_row(book.selection, each) for each in found], following


def named(caller: Caller, book: Book, cursor: str | None) -> tuple[list[Row], str | None]:
    """Return a page of the patients the contract names, in order of their numbers."""
    audit(caller, "list-patients", book.target.target_id)
    start = _start(cursor)
    ordered = sorted(book.selection.patient_ids)
    page = ordered[start : start + PAGE_ROWS]
    following = start + PAGE_ROWS
    return _rows(caller, book, page), str(following) if following < len(ordered) else None


def find(caller: Caller, book: Book, patient_id: str) -> Row:
    """Return the patient of that number, whether the archive knows them or not."""
    key = patient_key(caller.facility_id, patient_id)
    audit(caller, "find-patient", key)
    return _rows(caller, book, [patient_id])[0]


def plan(caller: Caller, book: Book, asked: Answers) -> Planned:
    """
    Return what *asked* would change; nothing is kept.

    Raises:
        Invalid: ``nothing-changes``, ``nobody-left`` or ``too-many-patients``.
        Conflict: The contract is not in force.
    """
    wanted, after = _becomes(caller, book, asked)
    meant = changing.quote_amendment(caller, book.contract.contract_id, Change(patients=after))
    return Planned(
        book=book,
        answers=wanted,
        after=after,
        yes=_rows(caller, book, sorted(wanted.yes)),
        no=_rows(caller, book, sorted(wanted.no)),
        terms_sha256=meant.terms_sha256,
        replaces=book.contract.proposed is not None,
    )


def change(caller: Caller, book: Book, asked: Answers, shown_sha256: str) -> Contract:
    """
    Change the answers as they were shown.

    Raises:
        Invalid, Conflict: As :func:`plan`; ``terms-differ`` where the list is another one by now.
    """
    _, after = _becomes(caller, book, asked)
    contract_id = book.contract.contract_id
    return changing.amend(caller, contract_id, Change(patients=after), shown_sha256 or "none")


def all_known(caller: Caller, book: Book) -> list[tuple[str, bool]]:
    """
    Return every patient there is, in the archive or in the contract, with the answer.

    Raises:
        Conflict: ``too-many-to-download``.
    """
    audit(caller, "list-patients", book.target.target_id)
    found = {each.patient_id for each in _some_known(book.target.target_id, MAX_DOWNLOADED)}
    ids = found | book.selection.patient_ids
    if len(ids) > MAX_DOWNLOADED:
        raise Conflict(
            f"there are more than {MAX_DOWNLOADED} patients: download those that the contract"
            " names",
            code="too-many-to-download",
        )
    return [(each, is_backed_up(book.selection, each)) for each in sorted(ids)]


def all_named(caller: Caller, book: Book) -> list[tuple[str, bool]]:
    """Return every patient the contract names, with the answer."""
    audit(caller, "list-patients", book.target.target_id)
    ids = sorted(book.selection.patient_ids)
    return [(each, is_backed_up(book.selection, each)) for each in ids]


def _becomes(caller: Caller, book: Book, asked: Answers) -> tuple[Answers, Selection]:
    """Return what of *asked* is a change, and what the contract would say after it."""
    wanted = differing(book.selection, asked)
    if wanted == Answers():
        raise Invalid("all of it is so already", code="nothing-changes")
    everybody = _everybody(caller, book) if wanted.new is not None else ()
    return wanted, answered(book.selection, wanted, everybody)


def _everybody(caller: Caller, book: Book) -> Collection[str]:
    """Return every patient in the archive, to keep their answers; raises Invalid for too many."""
    audit(caller, "list-patients", book.target.target_id)
    found = {each.patient_id for each in _some_known(book.target.target_id, MAX_KNOWN)}
    if len(found) > MAX_KNOWN:
        raise Invalid(
            f"there are more than {MAX_KNOWN} patients, more than a contract can name",
            code="too-many-patients",
            limit=MAX_LISTED,
        )
    return found


def _some_known(target_id: str, most: int) -> Iterable[Patient]:
    """Return the target's patients, or one more than *most* of them."""
    return islice(examinations.all_patients(target_id), most + 1)


def _rows(caller: Caller, book: Book, patient_ids: list[str]) -> list[Row]:
    """Return the named patients in their order."""
    keys = {patient_key(caller.facility_id, each): each for each in patient_ids}
    found = examinations.patients_by_key(book.target.target_id, keys)
    by_id = {keys[each.patient_key]: each for each in found}
    return [
        _row(book.selection, by_id[each])
        if each in by_id
        else Row(each, is_backed_up(book.selection, each))
        for each in patient_ids
    ]


def _row(selection: Selection, patient: Patient) -> Row:
    return Row(
        patient_id=patient.patient_id,
        is_backed_up=is_backed_up(selection, patient.patient_id),
        name=patient.name,
        birth_date=patient.birth_date,
        examinations=len(patient.examination_ids),
    )


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal()):
        raise NotFound("there is no such page")
    return int(cursor)
