"""What an agent may tell others is stored: devices delete their images on its word."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.archive.model import ObjectState
from chalicelib.archive.store import objects
from chalicelib.contracts import service as contracts
from chalicelib.kernel.errors import Invalid

MAX_DIGESTS = 100


def stored_of(caller: Caller, target_id: str, digests: list[str]) -> list[str]:
    """
    Return those of *digests* whose bytes the target has, verified, while its contract runs.

    Without a contract in force nothing is promised: what is there may be deleted.

    Raises:
        Invalid, NotFound, Conflict: Too many at a time; no such target; see
            :func:`contracts.plan_in_force`.
    """
    if not 1 <= len(digests) <= MAX_DIGESTS:
        raise Invalid(f"ask for 1 to {MAX_DIGESTS} objects at a time")
    contracts.plan_in_force(caller.facility_id, target_id)
    rows = objects.rows(target_id, digests)
    return sorted(each for each, row in rows.items() if row.state is ObjectState.STORED)
