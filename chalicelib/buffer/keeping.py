"""
Captures that somebody wants go into a target as an agent's files do: in a batch, claimed first.

That they are on their way is written before anything moves, so whoever finds it (the same person,
the next look, the schedule) goes on with the same batch: nothing is kept twice, and nothing is
neither kept nor in the buffer.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.buckets import captures as bytes_of
from chalicelib.buffer import delivering, finding, keeping_store, store
from chalicelib.buffer.model import (
    MOST_KEPT,
    MOST_KEPT_BYTES,
    Buffer,
    Capture,
    Examination,
    Keeping,
    Kept,
    Patient,
    State,
    buffer_of,
    kept_as,
)
from chalicelib.contracts import service as contracts
from chalicelib.contracts import store as targets
from chalicelib.contracts.model import BatchScope
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count
from chalicelib.uploads import service as uploads

PATIENCE = timedelta(minutes=2)  # no request lasts as long


def keep(
    caller: Caller,
    capture_ids: list[str],
    target_id: str,
    examination: Examination,
    patient: Patient | None,
) -> Kept:
    """See :func:`service.keep`."""
    wanted = list(dict.fromkeys(capture_ids))
    if not 1 <= len(wanted) <= MOST_KEPT:
        raise Invalid(f"keep 1 to {MOST_KEPT} captures at a time", code="bad-number")
    if not examination.id.strip():
        raise Invalid("an examination needs an id", code="no-examination")
    buffer, now = buffer_of(caller), clock.now()
    go_on(buffer, now, of=set(wanted))
    as_asked = kept_as(target_id, examination, patient)
    known = {each: _kept_before(buffer, each, as_asked) for each in wanted}
    fresh = [_there(buffer, each, now) for each, is_kept in known.items() if not is_kept]
    before = [each for each, is_kept in known.items() if is_kept]
    if sum(each.size_bytes for each in fresh) > MOST_KEPT_BYTES:
        raise Invalid(f"keep {MOST_KEPT_BYTES} bytes at most at a time", code="bad-number")
    if not fresh:
        return Kept(kept=before)
    found = _begun(caller, fresh, target_id, examination, patient)
    return Kept(kept=before + found.kept, refused=found.refused)


def go_on(buffer: Buffer, now: datetime, of: set[str] | None = None) -> None:
    """
    End what broke off on its way into a target.

    Args:
        of: Only what these captures are part of, however young; all that is old enough otherwise.
    """
    for each in keeping_store.of_buffer(buffer):
        is_old = clock.parse(each.begun_at) <= now - PATIENCE
        if is_old if of is None else of & set(each.capture_ids):
            end(each)


def end(keeping: Keeping) -> Kept:
    """Take a keeping to its end, from wherever it is; return what became of its captures."""
    marked = _marked(keeping)
    refused = delivering.delivered(keeping, marked)
    stored = delivering.stored(keeping)
    kept = [each for each in marked if each.sha256 in stored and each.capture_id not in refused]
    back = [each for each in marked if each not in kept]
    now = clock.text(clock.now())
    changes = {"state": State.KEPT, "kept_in": keeping.target_id, "ended_at": now}
    changes |= {"kept_as": keeping.kept_as, "keeping": ""}
    after = [msgspec.structs.replace(each, **changes) for each in kept]
    try:
        keeping_store.end(keeping, kept, after, back)
    except Conflict:  # somebody else ended it at the same time
        return _as_ended(keeping)
    count("CapturesKept", len(kept))
    bytes_of.forget(each.key for each in kept)
    return Kept(
        kept=[each.capture_id for each in kept],
        refused={each.capture_id: refused.get(each.capture_id, "not-stored") for each in back},
    )


def _as_ended(keeping: Keeping) -> Kept:
    kept = [
        each for each in keeping.capture_ids if _kept_before(keeping.buffer, each, keeping.kept_as)
    ]
    return Kept(
        kept=kept,
        refused={each: "not-stored" for each in keeping.capture_ids if each not in kept},
    )


def _begun(
    caller: Caller,
    fresh: list[Capture],
    target_id: str,
    examination: Examination,
    patient: Patient | None,
) -> Kept:
    """Open a batch, note what goes by it, and go on to its end."""
    finding.check_takes(targets.target(caller.facility_id, target_id))
    scope = contracts.plan_in_force(caller.facility_id, target_id).batch_scope
    only = patient.id if scope is BatchScope.PATIENT and patient else None
    of = examination.id if scope is BatchScope.EXAMINATION else only
    batch_id = uploads.open_batch(caller, target_id, of=of).batch_id
    audit(caller, "keep-captures", batch_id, amount=len(fresh))
    now = clock.now()
    keeping = Keeping(
        batch_id=batch_id,
        caller=caller,
        target_id=target_id,
        examination=examination,
        patient=patient,
        capture_ids=[each.capture_id for each in fresh],
        begun_at=clock.text(now),
    )
    keeping_store.begin(keeping, fresh, now + PATIENCE)
    return end(keeping)


def _kept_before(buffer: Buffer, capture_id: str, as_asked: str) -> bool:
    """Tell whether a capture was kept as is asked; raises Conflict: it was kept as another."""
    done = store.done(buffer, capture_id)
    if done is None or done.state is not State.KEPT:
        return False
    if done.kept_as != as_asked:
        raise Conflict("this capture was kept elsewhere before", code="kept-elsewhere")
    return True


def _there(buffer: Buffer, capture_id: str, now: datetime) -> Capture:
    found = store.capture(buffer, capture_id)
    if found.state is not State.THERE or found.is_over(now):
        raise NotFound("there is no such capture")
    if found.keeping:
        raise Conflict("this capture is being kept; look again", code="capture-changed")
    return found


def _marked(keeping: Keeping) -> list[Capture]:
    """Return the captures that are still on their way by *keeping*."""
    found = []
    for each in keeping.capture_ids:
        with suppress(NotFound):
            capture = store.capture(keeping.buffer, each)
            if capture.keeping == keeping.batch_id:
                found.append(capture)
    return found
