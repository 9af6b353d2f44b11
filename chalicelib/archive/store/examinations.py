"""
Patients, examinations and their files in DynamoDB (catalogue).  All of it follows from manifests.

TARGET#<t>  PATIENT#<patient key>                         who, and the set of their examinations
TARGET#<t>  EXAM#<examination id>                         what, when, how much
TARGET#<t>  PART#<examination id>#<completed at>#<batch>#<n>  files one batch added (msgpack, zlib)

Index listing: listing_pk TARGET#<t>, listing_sk <examined at>#<examination id>.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import msgspec
from pynamodb.attributes import (
    BinaryAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.archive.model import (
    Entry,
    Examination,
    ExaminationFacts,
    Part,
    Patient,
    Person,
)
from chalicelib.archive.store import names
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CatalogueTable, condition_failed, transaction
from chalicelib.web import cursors

UNDATED = "0000"  # sorts before every date


class _Listing(GlobalSecondaryIndex["_Examination"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "listing"
        projection = AllProjection()

    listing_pk = UnicodeAttribute(hash_key=True)
    listing_sk = UnicodeAttribute(range_key=True)


class _Examination(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    listing_pk = UnicodeAttribute(null=True)
    listing_sk = UnicodeAttribute(null=True)
    source_id = UnicodeAttribute(null=True)
    patient_key = UnicodeAttribute(null=True)
    examined_at = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    description = UnicodeAttribute(null=True)
    objects = NumberAttribute(default=0)
    size_bytes = NumberAttribute(default=0)
    described_by = UnicodeAttribute(null=True)  # <completed at>#<batch> of the description
    cover = UnicodeAttribute(null=True)
    listing = _Listing()


class PatientRow(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    patient_id = UnicodeAttribute(null=True)
    patient_name = UnicodeAttribute(null=True)
    birth_date = UnicodeAttribute(null=True)
    sex = UnicodeAttribute(null=True)
    examination_ids = UnicodeSetAttribute(null=True)
    described_by = UnicodeAttribute(null=True)


class _Part(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    entries = BinaryAttribute(legacy_encoding=False)


# --- writing: every call may be repeated, and order does not matter ------------------------------


def add_part(target_id: str, part: Part) -> None:
    """Add files to an examination and to its totals, once however often it is called."""
    item = _Part(f"TARGET#{target_id}", _part_key(part), entries=_packed(part.entries))
    examination = _Examination(f"TARGET#{target_id}", f"EXAM#{part.examination_id}")
    totals: list[Action] = [
        _Examination.objects.add(len(part.entries)),
        _Examination.size_bytes.add(sum(each.size for each in part.entries)),
    ]
    try:
        with transaction() as write:
            write.save(item, condition=_Part.pk.does_not_exist())
            write.update(examination, totals)
    except TransactWriteError as error:
        reason = error.cancellation_reasons[0] if error.cancellation_reasons else None
        if reason is None or reason.code != "ConditionalCheckFailed":
            raise


def recount(target_id: str, identifier: str) -> None:
    """Set an examination's totals to what its parts hold (some rows may have been lost)."""
    entries = [entry for part in parts(target_id, identifier) for entry in part.entries]
    totals: list[Action] = [
        _Examination.objects.set(len(entries)),
        _Examination.size_bytes.set(sum(each.size for each in entries)),
    ]
    _Examination(f"TARGET#{target_id}", f"EXAM#{identifier}").update(totals)


def put_cover(target_id: str, identifier: str, sha256: str, *, over: str | None) -> bool:
    """Let *sha256* be an examination's cover; False unless it is there and its cover is *over*."""
    unchanged = _Examination.cover == over if over else _Examination.cover.does_not_exist()
    try:
        _Examination(f"TARGET#{target_id}", f"EXAM#{identifier}").update(
            [_Examination.cover.set(sha256)],
            condition=_Examination.listing_pk.exists() & unchanged,
        )
    except UpdateError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def describe(
    target_id: str, identifier: str, facts: ExaminationFacts, patient_key: str | None, by: str
) -> None:
    """Set what the examination is, unless a later backup (*by* sorts after) said it already."""
    actions = [
        _set(_Examination.source_id, facts.id),
        _set(_Examination.patient_key, patient_key),
        _set(_Examination.examined_at, facts.examined_at),
        _set(_Examination.kind, facts.kind),
        _set(_Examination.description, facts.description),
        _Examination.listing_pk.set(f"TARGET#{target_id}"),
        _Examination.listing_sk.set(f"{facts.examined_at or UNDATED}#{identifier}"),
        _Examination.described_by.set(by),
    ]
    row = _Examination(f"TARGET#{target_id}", f"EXAM#{identifier}")
    _latest(row, actions, by)


def add_patient(target_id: str, patient_key: str, person: Person, identifier: str, by: str) -> None:
    """Name a patient (the latest backup's word holds) and add an examination to theirs."""
    row = PatientRow(f"TARGET#{target_id}", f"PATIENT#{patient_key}")
    row.update([PatientRow.examination_ids.add({identifier})])
    if person.name and person.name != row.patient_name:  # before its row says so: it may be lost
        names.put(target_id, patient_key, person.name)
    actions = [
        _set(PatientRow.patient_id, person.id),
        _set(PatientRow.patient_name, person.name),
        _set(PatientRow.birth_date, person.birth_date),
        _set(PatientRow.sex, person.sex),
        PatientRow.described_by.set(by),
    ]
    _latest(row, actions, by)


def index_names(target_id: str, patient_keys: Iterable[str]) -> None:
    """Let patients be found by their names again (rows may have been lost, or never written)."""
    for each in patients_by_key(target_id, patient_keys):
        names.put(target_id, each.patient_key, each.name)


def _set(attribute: UnicodeAttribute, value: str | None) -> Action:
    """Set *attribute*, or take it away where there is nothing to say."""
    return attribute.set(value) if value else attribute.remove()


def _latest(row: _Examination | PatientRow, actions: list[Action], by: str) -> None:
    model = type(row)
    newer = model.described_by.does_not_exist() | (model.described_by <= by)
    try:
        row.update(actions, condition=newer)
    except UpdateError as error:
        if not condition_failed(error):
            raise


# --- reading -----------------------------------------------------------------------------------


def patients(target_id: str, cursor: str | None) -> tuple[list[Patient], str | None]:
    """Return a page of the target's patients and the cursor of the next."""
    pk = f"TARGET#{target_id}"
    page = PatientRow.query(
        pk,
        PatientRow.sk.startswith("PATIENT#"),
        limit=cursors.PAGE_ROWS,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [to_patient(each) for each in page], cursors.written(page.last_evaluated_key)


def all_patients(target_id: str) -> Iterator[Patient]:
    """Yield the target's patients; who asks takes a bounded number of them."""
    for item in PatientRow.query(f"TARGET#{target_id}", PatientRow.sk.startswith("PATIENT#")):
        yield to_patient(item)


def patients_by_key(target_id: str, patient_keys: Iterable[str]) -> list[Patient]:
    """Return those of the named patients that there are, in no order."""
    keys = [(f"TARGET#{target_id}", f"PATIENT#{each}") for each in patient_keys]
    return [to_patient(each) for each in PatientRow.batch_get(keys)]


def patient(target_id: str, patient_key: str) -> Patient:
    """Return one patient; raises NotFound."""
    try:
        return to_patient(PatientRow.get(f"TARGET#{target_id}", f"PATIENT#{patient_key}"))
    except PatientRow.DoesNotExist:
        raise NotFound("there is no such patient") from None


def examinations(
    target_id: str, cursor: str | None, *, rows: int = cursors.PAGE_ROWS, dated: str = ""
) -> tuple[list[Examination], str | None]:
    """
    Return a page of the target's examinations, newest first, and the next cursor.

    Args:
        dated: Only those of this month or day, as YYYY-MM or YYYY-MM-DD.
    """
    pk = f"TARGET#{target_id}"
    page = _Examination.listing.query(
        pk,
        _Examination.listing_sk.startswith(dated) if dated else None,
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_examination(each) for each in page], cursors.written(page.last_evaluated_key)


def cursor_after(examination: Examination) -> str | None:
    """Return the cursor of a listing that goes on after *examination*."""
    pk = f"TARGET#{examination.target_id}"
    sort_key = f"{examination.examined_at or UNDATED}#{examination.examination_id}"
    last = {
        "pk": pk,
        "sk": f"EXAM#{examination.examination_id}",
        "listing_pk": pk,
        "listing_sk": sort_key,
    }
    return cursors.written({name: {"S": text} for name, text in last.items()})


def examinations_by_id(target_id: str, identifiers: list[str]) -> list[Examination]:
    """Return the named examinations, newest first."""
    keys = [(f"TARGET#{target_id}", f"EXAM#{each}") for each in identifiers]
    found = [_to_examination(each) for each in _Examination.batch_get(keys)]
    return sorted(found, key=lambda each: (each.examined_at, each.examination_id), reverse=True)


def examination(target_id: str, identifier: str) -> Examination:
    """Return one examination; raises NotFound."""
    found = examinations_by_id(target_id, [identifier])
    if not found:
        raise NotFound("there is no such examination")
    return found[0]


def parts(target_id: str, identifier: str) -> Iterator[Part]:
    """Yield what every batch added to an examination, oldest first."""
    prefix = _Part.sk.startswith(f"PART#{identifier}#")
    for item in _Part.query(f"TARGET#{target_id}", prefix):
        yield _to_part(item)


def all_parts(target_id: str) -> Iterator[Part]:
    """Yield the parts of all examinations."""
    for item in _Part.query(f"TARGET#{target_id}", _Part.sk.startswith("PART#")):
        yield _to_part(item)


def page_of_parts(target_id: str, cursor: str | None, limit: int) -> tuple[list[Part], str | None]:
    """Return parts of all examinations in order of examination, and the next cursor."""
    pk = f"TARGET#{target_id}"
    page = _Part.query(
        pk,
        _Part.sk.startswith("PART#"),
        limit=limit,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_part(each) for each in page], cursors.written(page.last_evaluated_key)


# --- shapes ------------------------------------------------------------------------------------


def _part_key(part: Part) -> str:
    return f"PART#{part.examination_id}#{part.completed_at}#{part.batch_id}#{part.number:04}"


def _packed(entries: list[Entry]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(entries), 6)


def _to_part(item: _Part) -> Part:
    _, identifier, completed_at, batch_id, number = item.sk.split("#")
    entries = msgspec.msgpack.decode(zlib.decompress(item.entries), type=list[Entry])
    return Part(
        examination_id=identifier,
        batch_id=batch_id,
        completed_at=completed_at,
        number=int(number),
        entries=entries,
    )


def _to_examination(item: _Examination) -> Examination:
    return Examination(
        examination_id=item.sk.removeprefix("EXAM#"),
        target_id=item.pk.removeprefix("TARGET#"),
        source_id=item.source_id or "",
        patient_key=item.patient_key,
        examined_at=item.examined_at or "",
        kind=item.kind or "",
        description=item.description or "",
        objects=int(item.objects),
        size_bytes=int(item.size_bytes),
        last_backed_up_at=(item.described_by or "").partition("#")[0],
        cover=item.cover,
    )


def to_patient(item: PatientRow) -> Patient:
    return Patient(
        patient_key=item.sk.removeprefix("PATIENT#"),
        patient_id=item.patient_id or "",
        name=item.patient_name or "",
        birth_date=item.birth_date or "",
        sex=item.sex or "",
        examination_ids=sorted(item.examination_ids or ()),
    )
