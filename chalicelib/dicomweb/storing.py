"""
Files that come by HTTP are taken in as an agent's are: in a batch, claimed before a byte is kept.

The function itself puts the bytes where an agent would, and settles them at once; S3's event, which
comes later, finds that done.  Sent again, whatever was stored is found to be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.manifest import from_header
from chalicelib.contracts import service as contracts
from chalicelib.contracts.model import BatchScope
from chalicelib.dicomweb.received import Reason, Received, path_of, received, refusal
from chalicelib.dicomweb.reporting import Outcome
from chalicelib.kernel.errors import TooLarge
from chalicelib.uploads import service as uploads
from chalicelib.uploads import settlement
from chalicelib.uploads.model import (
    CHUNK_ENTRIES,
    ChunkIn,
    EntryAnswer,
    EntryIn,
    ExaminationIn,
    Refused,
    Upload,
)
from chalicelib.uploads.settlement import Outcome as Settled

MOST_FILES = CHUNK_ENTRIES  # one transaction claims them
MOST_EXAMINATIONS = 20  # each is a batch, and API Gateway waits for 29 seconds

REASONS = {
    "patient-excluded": Reason.NOT_AUTHORIZED,
    "patient-unknown": Reason.NOT_AUTHORIZED,
    "quota-exceeded": Reason.OUT_OF_RESOURCES,
}


def store(
    caller: Caller, target_id: str, study_uid: str | None, files: list[bytes]
) -> list[Outcome]:
    """
    Take *files* in, each that can be; return what became of each, in order.

    Args:
        study_uid: The only study they may be of; any if None.

    Raises:
        NotFound, Conflict: See :func:`contracts.plan_in_force`.
        TooLarge: More files, or of more examinations, than one request has time for.
    """
    scope = contracts.plan_in_force(caller.facility_id, target_id).batch_scope
    if len(files) > MOST_FILES:
        raise TooLarge(f"send {MOST_FILES} files at most in a request", files=len(files))
    came = [received(each) for each in files]
    fates = {each.sha256: refusal(each, study_uid) for each in came}
    groups = _by_examination(each for each in came if fates[each.sha256] is None)
    if len(groups) > MOST_EXAMINATIONS:
        raise TooLarge(
            f"send files of {MOST_EXAMINATIONS} examinations at most in a request",
            examinations=len(groups),
        )
    for members in groups:
        fates |= _backed_up(caller, target_id, scope, members)
    return [Outcome(each.facts, fates[each.sha256]) for each in came]


def _by_examination(came: Iterable[Received]) -> list[list[Received]]:
    """Return different files by the examination they are of, and by its patient."""
    groups: dict[tuple[str | None, str | None], dict[str, Received]] = {}
    for each in came:
        of = (each.facts.study_uid, each.facts.patient_id)
        groups.setdefault(of, {})[each.sha256] = each
    return [list(members.values()) for members in groups.values()]


def _backed_up(
    caller: Caller, target_id: str, scope: BatchScope | None, members: list[Received]
) -> dict[str, Reason | None]:
    """Take files of one examination through the whole of a batch; return what became of each."""
    examination = msgspec.convert(
        from_header(members[0].facts), ExaminationIn, from_attributes=True
    )
    of = _only_one(scope, examination)
    batch_id = uploads.open_batch(caller, target_id, of=of).batch_id
    audit(caller, "store-dicom", batch_id, amount=len(members))
    declared = ChunkIn(entries=_entries(examination, members), examinations=[examination])
    answers = uploads.put_chunk(caller, target_id, batch_id, 0, declared)
    fates = {
        each.sha256: _stored(target_id, each, answer)
        for each, answer in zip(members, answers, strict=True)
    }
    uploads.finish(caller, target_id, batch_id, [])
    return fates


def _only_one(scope: BatchScope | None, examination: ExaminationIn) -> str | None:
    """Return the one patient or examination a batch holds where the plan wants that."""
    if scope is BatchScope.PATIENT:
        return examination.patient.id if examination.patient else None
    return examination.id


def _entries(examination: ExaminationIn, members: list[Received]) -> list[EntryIn]:
    seen: Counter[str | None] = Counter()
    entries = []
    for each in members:
        uid = each.facts.sop_instance_uid
        seen[uid] += 1
        path = path_of(each.facts, seen[uid])
        entries.append(
            EntryIn(path=path, size=len(each.body), sha256=each.sha256, examination=examination.id)
        )
    return entries


def _stored(target_id: str, each: Received, answer: EntryAnswer) -> Reason | None:
    """Put the bytes of a file that is awaited; return why they are not stored, if so."""
    match answer:
        case Refused(code=code):
            return REASONS.get(code, Reason.PROCESSING_FAILED)
        case Upload():
            key = buckets.object_key(target_id, each.sha256)
            buckets.put_once(key, each.body, buckets.CONTENT_TYPE)
            settled = settlement.settle(key)
            is_there = settled in {Settled.STORED, Settled.DUPLICATE}
            return None if is_there else Reason.PROCESSING_FAILED
    return None
