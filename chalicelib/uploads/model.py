"""Chunks as agents send them, and the answers they get.  Rules only: no storage, no AWS."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec

from chalicelib.archive.manifest import Declared
from chalicelib.archive.model import Entry, ExaminationFacts, Person
from chalicelib.contracts.model import BatchScope
from chalicelib.contracts.selection import Selection
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import derived_id

# A DynamoDB transaction has 100 actions; the batch, its capacity and the chunk take three.
CHUNK_ENTRIES = 97
BATCH_ENTRIES = 5_000  # what a manifest is made from within one request
MULTIPART_BYTES = 64 * 2**20  # larger objects go up in parts
MAX_OBJECT_BYTES = 5 * 10**12  # S3's limit, 5 TB
MAX_PATH_BYTES = 1_024
PATIENT_ID, EXAMINATION_ID = 64, 128  # characters that are kept
CLAIM_LIFE = timedelta(hours=24)
_DIGEST = re.compile(r"[0-9a-f]{64}")


class PatientIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str | None = None
    name: str | None = None
    birth_date: str | None = None
    sex: str | None = None


class ExaminationIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An examination as an agent declares it; only its id is required."""

    id: str
    patient: PatientIn | None = None
    examined_at: str | None = None
    kind: str | None = None
    description: str | None = None


class EntryIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    path: str
    size: int
    sha256: str
    examination: str | None = None
    modified_at: str | None = None


class ChunkIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    entries: list[EntryIn]
    examinations: list[ExaminationIn] = []


class Stored(msgspec.Struct, frozen=True, tag_field="state", tag="stored"):
    """The target has these bytes already."""

    sha256: str


class Upload(msgspec.Struct, frozen=True, tag_field="state", tag="upload"):
    """PUT the bytes there, with exactly these headers."""

    sha256: str
    url: str
    headers: dict[str, str]
    expires_at: str


class Multipart(msgspec.Struct, frozen=True, tag_field="state", tag="multipart"):
    """It is large: it goes up in parts."""

    sha256: str


class Refused(msgspec.Struct, frozen=True, tag_field="state", tag="refused"):
    """No byte of it moves."""

    sha256: str
    code: str
    reason: str


EntryAnswer = Stored | Upload | Multipart | Refused


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """
    How a batch stands that its agent is done with.

    Attributes:
        state: settling (ask again), then complete or partial.
        outstanding: Contents that are still awaited.
    """

    state: str
    stored: int
    outstanding: int
    exceptions: int


class ChunkEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    An entry as it is kept until its batch finishes.

    Attributes:
        examination: Index into the chunk's examinations, or -1.
        refused: Why no byte of it moves, or "".
    """

    entry: Entry
    examination: int = -1
    refused: str = ""


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """
    One PUT of an agent, decided.

    Attributes:
        digest: SHA-256 of the request's content: the same number may come again, but no other.
    """

    number: int
    digest: str
    examinations: list[ExaminationFacts]
    entries: list[ChunkEntry]

    @property
    def admitted(self) -> list[Entry]:
        return [each.entry for each in self.entries if not each.refused]

    def declared(self) -> Iterator[Declared]:
        """Yield the admitted entries with the examination declared for each."""
        for each in self.entries:
            if not each.refused:
                known = each.examination >= 0
                yield Declared(
                    entry=each.entry,
                    examination=self.examinations[each.examination] if known else None,
                )


REFUSALS = {
    "patient-excluded": "the contract does not back up this patient",
    "patient-unknown": "the contract backs up named patients only, and no patient is named here;"
    " add an exam.json or index.csv",
    "not-of-this-batch": "the plan puts one patient or examination into a batch, and this is of"
    " another one; open a batch of its own for it",
    "quota-exceeded": "the contract's capacity is used up; raise it or free some",
    "too-large": "an object can have 5 TB at most",
}


class Content(msgspec.Struct, frozen=True):
    """
    What a batch may hold: files of all kinds, or of one patient or examination only.

    Attributes:
        scope: The plan's batch scope as the batch was opened.
        of: The digest of the one it holds; None for files nobody described.
    """

    scope: str | None = None
    of: str | None = None

    def admits(self, examination: ExaminationFacts | None) -> bool:
        """Tell whether a file of *examination* (None: nobody described it) belongs here."""
        patient = examination.patient if examination else None
        if self.scope == BatchScope.PATIENT:
            return self.of == digest_of(self.scope, patient.id if patient else None)
        return self.of == digest_of(self.scope, examination.id if examination else None)


ANYTHING = Content()


def digest_of(scope: str | None, identifier: str | None) -> str | None:
    """
    Return what a batch of *scope* keeps of the one patient or examination it holds.

    It is a digest: no patient's number stands in a row that is listed.
    """
    lengths = {BatchScope.PATIENT.value: PATIENT_ID, BatchScope.EXAMINATION.value: EXAMINATION_ID}
    if scope not in lengths or not identifier:
        return None
    return derived_id("of", _cut(identifier, lengths[scope]))


def decided(number: int, sent: ChunkIn, patients: Selection, content: Content = ANYTHING) -> Chunk:
    """
    Return *sent* as a chunk in which every entry is admitted or refused with a reason.

    Raises:
        Invalid: Too many entries, an impossible path, size or digest, an unknown examination.
    """
    if not 1 <= len(sent.entries) <= CHUNK_ENTRIES:
        raise Invalid(f"a chunk has 1 to {CHUNK_ENTRIES} entries, not {len(sent.entries)}")
    places = {each.id: place for place, each in enumerate(sent.examinations)}
    if len(places) != len(sent.examinations) or "" in places:
        raise Invalid("every examination of a chunk needs an id of its own")
    examinations = [_facts(each) for each in sent.examinations]
    return Chunk(
        number=number,
        digest=hashlib.sha256(msgspec.json.encode(sent)).hexdigest(),
        examinations=examinations,
        entries=[
            _decided_entry(place, each, places, examinations, patients, content)
            for place, each in enumerate(sent.entries)
        ],
    )


def without_room(chunk: Chunk, missing: Iterable[str], available_bytes: int) -> Chunk:
    """
    Refuse the entries whose content does not fit any more, in order; the rest stays.

    Args:
        missing: Digests that would have to be claimed.
        available_bytes: What is free for them.
    """
    awaited, fits = set(missing), set[str]()
    entries = []
    for each in chunk.entries:
        content = each.entry.sha256
        if each.refused or content not in awaited or content in fits:
            entries.append(each)
        elif each.entry.size <= available_bytes:
            available_bytes -= each.entry.size
            fits.add(content)
            entries.append(each)
        else:
            entries.append(msgspec.structs.replace(each, refused="quota-exceeded"))
    return msgspec.structs.replace(chunk, entries=entries)


def part_bytes(size_bytes: int) -> int:
    """
    Return the size of a part: 16 MiB, more where 9,000 parts would not do (S3 takes 10,000).

    >>> part_bytes(100 * 2**20) // 2**20
    16
    """
    needed = -(-size_bytes // 9_000)
    mebibyte = 2**20
    return max(16 * mebibyte, -(-needed // mebibyte) * mebibyte)


def is_digest(text: str) -> bool:
    return _DIGEST.fullmatch(text) is not None


def _decided_entry(
    place: int,
    sent: EntryIn,
    places: dict[str, int],
    examinations: list[ExaminationFacts],
    patients: Selection,
    content: Content,
) -> ChunkEntry:
    _check(place, sent)
    index = -1
    if sent.examination is not None:
        if sent.examination not in places:
            raise Invalid(f"entries[{place}] names an examination that the chunk does not list")
        index = places[sent.examination]
    examination = examinations[index] if index >= 0 else None
    person = examination.patient if examination else None
    refused = patients.refusal(person.id if person else None) or ""
    if not refused and not content.admits(examination):
        refused = "not-of-this-batch"
    if sent.size > MAX_OBJECT_BYTES:
        refused = "too-large"
    entry = Entry(
        path=sent.path, size=sent.size, sha256=sent.sha256, modified_at=sent.modified_at or ""
    )
    return ChunkEntry(entry=entry, examination=index, refused=refused)


def _check(place: int, sent: EntryIn) -> None:
    segments = sent.path.split("/")
    if not sent.path or len(sent.path.encode()) > MAX_PATH_BYTES:
        raise Invalid(f"entries[{place}].path must have 1 to {MAX_PATH_BYTES} bytes")
    if any(each in {"", ".", ".."} for each in segments) or "\0" in sent.path:
        raise Invalid(f"entries[{place}].path must be relative, without empty or dot segments")
    if sent.size < 0:
        raise Invalid(f"entries[{place}].size must not be negative")
    if not is_digest(sent.sha256):
        raise Invalid(f"entries[{place}].sha256 must be 64 lower-case hex digits")


def _facts(sent: ExaminationIn) -> ExaminationFacts:
    person = None
    if sent.patient is not None and sent.patient.id:
        person = Person(
            id=_cut(sent.patient.id, PATIENT_ID),
            name=_cut(sent.patient.name, 200),
            birth_date=_cut(sent.patient.birth_date),
            sex=_cut(sent.patient.sex),
        )
    return ExaminationFacts(
        id=_cut(sent.id, EXAMINATION_ID),
        patient=person,
        examined_at=_cut(sent.examined_at),
        kind=_cut(sent.kind),
        description=_cut(sent.description, 256),
    )


def _cut(text: str | None, length: int = 64) -> str:
    """Keep what a catalogue row has room for; the sidecar itself is stored whole."""
    return (text or "")[:length]
