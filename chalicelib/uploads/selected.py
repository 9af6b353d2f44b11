"""No URL for a patient who is not backed up: also when it was asked for before that was so."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.contracts.model import Contract
from chalicelib.contracts.selection import Mode
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.uploads import store
from chalicelib.uploads.model import REFUSALS, Chunk


def check(plan: Contract, batch_id: str, digests: Iterable[str]) -> None:
    """
    Let pass contents that some patient of *plan* declared in the batch.

    Raises:
        Conflict: ``patient-excluded`` or ``patient-unknown``: the contract was changed meanwhile.
        NotFound: Nobody declared one of them in this batch.
    """
    if plan.patients.mode is Mode.ALL:
        return
    chunks = store.chunks(batch_id)
    for digest in digests:
        reasons = [_refusal(plan, each, digest) for each in chunks if digest in _digests(each)]
        if not reasons:
            raise NotFound("one of these objects is not awaited; send its chunk again")
        if all(reasons):
            raise refused(str(reasons[0]))


def check_kept(plan: Contract, kept: Chunk) -> None:
    """Let pass a chunk that is declared again; raises as :func:`check`."""
    for digest in _digests(kept):
        if reason := _refusal(plan, kept, digest):
            raise refused(reason)


def refused(reason: str) -> Conflict:
    return Conflict(f"{REFUSALS[reason]}; open another batch for the others", code=reason)


def _digests(chunk: Chunk) -> set[str]:
    return {each.sha256 for each in chunk.admitted}


def _refusal(plan: Contract, chunk: Chunk, digest: str) -> str | None:
    """Return why nobody who declared *digest* in *chunk* is backed up; None when somebody is."""
    of = [each for each in chunk.declared() if each.entry.sha256 == digest]
    people = [each.examination.patient if each.examination else None for each in of]
    reasons = [plan.patients.refusal(each.id if each else None) for each in people]
    return None if None in reasons else reasons[0]
