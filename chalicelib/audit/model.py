"""One audit row, and the chain that makes a missing or altered one show."""

from __future__ import annotations

import hashlib

import msgspec


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What IHE BALP asks of a patient record's audit: who, in which role, what, on which, outcome.

    ``subject`` is an opaque id of ours, never a patient's number or name.
    """

    at: str
    facility_id: str
    actor_id: str
    actor_role: str
    action: str
    subject: str
    outcome: str = "success"
    correlation_id: str = "none"
    amount: int = 0


GENESIS = "0" * 64


def chained(previous_hash: str, number: int, event: AuditEvent) -> str:
    """Return the hash of row *number*: SHA-256 over its predecessor's hash and its content."""
    content = msgspec.json.encode([previous_hash, number, event])
    return hashlib.sha256(content).hexdigest()


def first_break(rows: list[tuple[int, AuditEvent, str]]) -> int | None:
    """
    Return the number of the first row that does not follow from the one before it.

    Args:
        rows: (number, event, hash) in order, from number 1.
    """
    previous = GENESIS
    for expected, (number, event, written) in enumerate(rows, start=1):
        if number != expected or chained(previous, number, event) != written:
            return expected
        previous = written
    return None
