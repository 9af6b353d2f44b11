"""
From bytes in S3 to a stored object: verified, read for what it is, settled once.

A function of what S3 and DynamoDB hold, not of the event that woke it: events come twice, late,
out of order or never.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial

import msgspec

from chalicelib import buckets
from chalicelib.archive.facts import Facts
from chalicelib.archive.inspection import inspect
from chalicelib.archive.model import ObjectRow, ObjectState
from chalicelib.archive.store import objects
from chalicelib.buckets import StoredBytes
from chalicelib.kernel import clock
from chalicelib.telemetry import count, count_bytes, logger
from chalicelib.uploads.model import is_digest

REHASH_BYTES = 2**30  # about 10 s of a Lambda; larger objects are re-read by the verification
HASH_BY_PARTS = "hash-by-parts"  # S3 checked every part; the whole has not been re-read yet


class Outcome(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    GONE = "gone"


def settle(key: str) -> Outcome:
    """Bring the row of the object under *key* to what S3 holds."""
    target_id, sha256 = _parsed(key)
    row = objects.row(target_id, sha256) if sha256 else None
    if row is not None and row.state is ObjectState.STORED:
        return Outcome.DUPLICATE
    found = buckets.stored_bytes(key)
    if found is None:
        return Outcome.GONE
    if row is None:
        return _quarantined(key, found, "nobody-claimed" if sha256 else "odd-key")
    return _settle_claim(row, found)


def has_come(claim: ObjectRow) -> bool:
    """Settle *claim* if its bytes are there and right; tell whether they are."""
    found = buckets.stored_bytes(buckets.object_key(claim.target_id, claim.sha256))
    return found is not None and _settle_claim(claim, found) is not Outcome.QUARANTINED


def resolve(claim: ObjectRow, facility_id: str, *, release: bool) -> None:
    """
    Settle a claim whose bytes came unnoticed.

    Args:
        release: Whether to give its capacity back where no bytes came.
    """
    if has_come(claim):
        count("LostEventsFound")
        return
    if not release:
        return
    if claim.upload_id is not None:
        key = buckets.object_key(claim.target_id, claim.sha256)
        buckets.abort_multipart(key, claim.upload_id)
    if objects.release(claim, facility_id):
        count("ClaimsReleased")


def _settle_claim(row: ObjectRow, found: StoredBytes) -> Outcome:
    """Settle a claimed row whose bytes have been *found*, or quarantine what does not match."""
    key = buckets.object_key(row.target_id, row.sha256)
    flags, problem = _checked(row, found, key)
    if problem is not None:
        outcome = _quarantined(key, found, problem)
        buckets.hide(key)  # so that the right bytes can still come
        return outcome
    facts = inspect(partial(buckets.read_range, key), found.size_bytes)
    facts = msgspec.structs.replace(facts, flags=(*facts.flags, *flags))
    return _settled(row, facts)


def _settled(row: ObjectRow, facts: Facts) -> Outcome:
    if not objects.settle(row, clock.text(clock.now()), facts):
        return Outcome.DUPLICATE
    count("ObjectsStored")
    count_bytes("BytesStored", row.size_bytes)
    logger.info(
        "object stored",
        extra={
            "target_id": row.target_id,
            "sha256": row.sha256,
            "batch_id": row.batch_id,
            "size_bytes": row.size_bytes,
            "kind": facts.kind,
            "flags": list(facts.flags),
            "correlation_id": row.correlation_id,
        },
    )
    return Outcome.STORED


def _checked(row: ObjectRow, found: StoredBytes, key: str) -> tuple[tuple[str, ...], str | None]:
    """Return flags, and the reason why the bytes are not the claimed ones (None: they are)."""
    if found.size_bytes != row.size_bytes:
        return (), "size-differs"
    digest = found.sha256
    if digest is None and found.size_bytes > REHASH_BYTES:
        return (HASH_BY_PARTS,), None
    if (digest or buckets.sha256_of(key)) != row.sha256:
        return (), "sha256-differs"
    return (), None


def _quarantined(key: str, found: StoredBytes, reason: str) -> Outcome:
    objects.quarantine(
        key,
        version_id=found.version_id,
        size_bytes=found.size_bytes,
        reason=reason,
        found_at=clock.text(clock.now()),
    )
    count("ObjectsQuarantined")
    logger.warning("object quarantined", extra={"key": key, "reason": reason})
    return Outcome.QUARANTINED


def _parsed(key: str) -> tuple[str, str]:
    """Return (target id, SHA-256) of an object key, or two empty texts for any other key."""
    parts = key.split("/")
    if len(parts) == 3 and parts[0] == "t" and parts[1] and is_digest(parts[2]):
        return parts[1], parts[2]
    return "", ""
