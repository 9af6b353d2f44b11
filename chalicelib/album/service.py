"""The album: examinations listed and searched, as cases opened, looked at and closed."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.album import shown
from chalicelib.album.model import (
    A_PAGE,
    LOOKED_THROUGH,
    PICTURES_A_PAGE,
    Asked,
    Entry,
    Picture,
)
from chalicelib.album.tool import Tool, check_may_open, running, tool_of
from chalicelib.archive.model import Examination, Patient, patient_key
from chalicelib.archive.name_keys import key, keys_of
from chalicelib.archive.selecting import newest_files, once_each
from chalicelib.archive.store import album, cases, examinations, names, objects
from chalicelib.archive.store.cases import Case, CaseCount
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.pictures import service as renditions
from chalicelib.telemetry import count

MOST_FOUND = 90  # patients by a name, looked at in one request
CLOSED, FULL = "case-closed", "cases-used-up"


@dataclass(frozen=True, slots=True)
class AlbumPage:
    """
    A page of the album.

    Attributes:
        covers: Addresses of small pictures, by examination.
        patient: Whose, where it is one patient's.
        following: The cursor of the next page; None after the last.
    """

    target: Target
    entries: list[Entry]
    covers: dict[str, str]
    cases: CaseCount
    patient: Patient | None
    following: str | None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """
    An examination that is open, a page of its pictures at a time.

    Attributes:
        count: Of all its pictures.
    """

    target: Target
    examination: Examination
    patient: Patient | None
    pictures: list[Picture]
    count: int

    def beside(self, number: int) -> tuple[Picture | None, Picture | None]:
        """Return the pictures before and after number *number*, as far as they are here."""
        by_number = {each.number: each for each in self.pictures}
        return by_number.get(number - 1), by_number.get(number + 1)


# --- the album -----------------------------------------------------------------------------------


def page(caller: Caller, tool: Tool, asked: Asked) -> AlbumPage:
    """
    Return a page of the album; audited first.

    Raises:
        Conflict: ``no-display-tool``.
        NotFound: The target or the patient is not the caller's.
    """
    running(tool)
    target = tool.target(asked.target_id)
    audit(caller, "list-examinations", asked.patient_key or target.target_id)
    wanted = asked.patient_key
    patient = examinations.patient(target.target_id, wanted) if wanted else None
    found, following = (
        _of_patient(target.target_id, patient, asked)
        if patient
        else _listed(target.target_id, asked)
    )
    beside = album.beside(caller.facility_id, target.target_id, found)
    entries = [
        Entry(
            examination=each,
            patient=beside.patients.get(each.patient_key or ""),
            is_open=each.examination_id in beside.open_ids,
        )
        for each in found
    ]
    return AlbumPage(
        target=target,
        entries=entries,
        covers=shown.covers(target.target_id, [each.cover for each in found if each.cover]),
        cases=beside.count,
        patient=patient,
        following=following,
    )


def _listed(target_id: str, asked: Asked) -> tuple[list[Examination], str | None]:
    if asked.kind:
        return _of_kind(target_id, asked)
    return examinations.examinations(
        target_id, asked.cursor or None, rows=A_PAGE, dated=asked.dated
    )


def _of_kind(target_id: str, asked: Asked) -> tuple[list[Examination], str | None]:
    """Return those of a kind among the next few hundred: what a page costs does not grow."""
    some, following = examinations.examinations(
        target_id, asked.cursor or None, rows=LOOKED_THROUGH, dated=asked.dated
    )
    found = [each for each in some if each.kind == asked.kind]
    if len(found) > A_PAGE:
        return found[:A_PAGE], examinations.cursor_after(found[A_PAGE - 1])
    return found, following


def _of_patient(
    target_id: str, patient: Patient, asked: Asked
) -> tuple[list[Examination], str | None]:
    all_of_them = [
        each
        for each in examinations.examinations_by_id(target_id, patient.examination_ids)
        if each.patient_key == patient.patient_key
        and each.examined_at.startswith(asked.dated)
        and asked.kind in {"", each.kind}
    ]
    first = int(asked.cursor) if asked.cursor.isascii() and asked.cursor.isdigit() else 0
    last = first + A_PAGE
    return all_of_them[first:last], str(last) if last < len(all_of_them) else None


def find(caller: Caller, tool: Tool, target_id: str, typed: str) -> tuple[Target, list[Patient]]:
    """
    Return the patients of a number, or of a name in kanji, kana or letters; audited first.

    Raises:
        Conflict: ``no-display-tool``.
        NotFound: The target is not the caller's.
    """
    running(tool)
    target = tool.target(target_id)
    audit(caller, "find-patients", target.target_id)
    wanted = key(typed)
    by_name = names.found(target.target_id, wanted, MOST_FOUND) if wanted else []
    by_number = patient_key(caller.facility_id, typed)
    found = examinations.patients_by_key(target.target_id, {by_number, *by_name})
    is_it = [each for each in found if each.patient_key == by_number or _has(each, wanted)]
    return target, sorted(is_it, key=lambda each: (each.name, each.patient_id))


def _has(patient: Patient, wanted: str) -> bool:
    """Whether a patient still has a name that begins so: rows of corrected names stay."""
    return any(each.startswith(wanted) for each in keys_of(patient.name))


# --- cases ---------------------------------------------------------------------------------------


def open_case(caller: Caller, tool: Tool, target_id: str, examination_id: str) -> Case:
    """
    Open an examination as a case; one that is open stays so, and is returned.

    Raises:
        NotFound: It is not the caller's.
        Conflict: As :func:`check_may_open`; ``cases-used-up``: close one, or add cases.
    """
    tool.target(target_id)
    examinations.examination(target_id, examination_id)
    check_may_open(tool)
    audit(caller, "open-case", examination_id)
    case = Case(
        target_id=target_id,
        examination_id=examination_id,
        opened_at=clock.text(clock.now()),
        opened_by=caller.id,
    )
    opened = cases.open_case(caller.facility_id, case)
    if opened is None:
        examinations.examination(target_id, examination_id)  # a purge may have come by
        found = cases.count_of(caller.facility_id)
        raise Conflict(
            f"{found.open} of {found.limit} cases are open: close one, or add cases",
            code=FULL,
            open_cases=found.open,
            cases=found.limit,
        )
    count("CasesOpened")
    return opened


def close_case(caller: Caller, tool: Tool, target_id: str, examination_id: str) -> None:
    """Close a case, which makes room for another; raises NotFound for another facility's target."""
    tool.target(target_id)
    audit(caller, "close-case", examination_id)
    cases.close_case(caller.facility_id, target_id, examination_id)
    count("CasesClosed")


def open_cases(caller: Caller) -> tuple[CaseCount, list[tuple[Case, Examination | None]]]:
    """Return the open cases, longest open first, each with its examination while it is stored."""
    audit(caller, "list-cases", caller.facility_id)
    listed = sorted(cases.open_ones(caller.facility_id), key=lambda each: each.opened_at)
    by_target: dict[str, list[str]] = {}
    for each in listed:
        by_target.setdefault(each.target_id, []).append(each.examination_id)
    found = {
        (target_id, each.examination_id): each
        for target_id, identifiers in by_target.items()
        for each in examinations.examinations_by_id(target_id, identifiers)
    }
    told = [(each, found.get((each.target_id, each.examination_id))) for each in listed]
    return cases.count_of(caller.facility_id), told


def case(
    caller: Caller, tool: Tool, target_id: str, examination_id: str, first: int = 1
) -> OpenCase:
    """
    Return an open case with its pictures from number *first* on; audited first.

    Raises:
        NotFound: It is not the caller's.
        Conflict: ``case-closed``, or as :func:`running`.
    """
    target = tool.target(target_id)
    found = examinations.examination(target_id, examination_id)
    running(tool)
    if cases.open_one(caller.facility_id, target_id, examination_id) is None:
        raise Conflict("the examination is not open: open it as a case first", code=CLOSED)
    audit(caller, "read-examination", examination_id)
    files = once_each(newest_files(examinations.parts(target_id, examination_id), as_of=None))
    some = files[first - 1 : first - 1 + PICTURES_A_PAGE]
    digests = [each.sha256 for each in some]
    rows, seen = objects.rows(target_id, digests), renditions.shown(target_id, digests)
    pictures = [
        Picture(
            number=number,
            file=each,
            facts=rows[each.sha256].facts if each.sha256 in rows else None,
            shown=seen[each.sha256],
        )
        for number, each in enumerate(some, start=first)
    ]
    patient = _patient(target_id, found.patient_key)
    return OpenCase(target, found, patient, pictures, count=len(files))


def original(caller: Caller, tool: Tool, target_id: str, examination_id: str, number: int) -> str:
    """
    Return the address of the bytes of picture *number*, just as they were sent; audited first.

    Raises:
        NotFound, Conflict: As :func:`case`; there is no such picture.
    """
    found = case(caller, tool, target_id, examination_id, first=number)
    if not found.pictures:
        raise NotFound("there is no such picture")
    picture = found.pictures[0]
    audit(caller, "download-original", examination_id, amount=1)
    count("OriginalsDownloaded")
    name = f"{examination_id[-8:]}-{number}{_ending(picture)}"
    return buckets.signed_original(buckets.object_key(target_id, picture.sha256), name).url


def _ending(picture: Picture) -> str:
    kinds = {"dicom": ".dcm", "jpeg": ".jpg"}
    return kinds.get(picture.facts.kind, "") if picture.facts else ""


def _patient(target_id: str, wanted: str | None) -> Patient | None:
    return next(iter(examinations.patients_by_key(target_id, [wanted])), None) if wanted else None


def of(caller: Caller) -> Tool:
    """Return the display tool of the caller's facility."""
    return tool_of(caller)
