"""
A facility pauses its backups for a while, such as during building works, and resumes them.

Nothing runs and nothing is taken meanwhile.  Restoring and paying go on, and so does the term.
"""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.contracts import changing, local, store
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import RUNNING, Contract, is_over
from chalicelib.kernel.errors import Conflict
from chalicelib.telemetry import count


def pause(caller: Caller, contract_id: str) -> Contract:
    """
    Let nothing be backed up until it is resumed; pausing again changes nothing.

    Raises:
        Conflict: ``contract-not-active``: it is not in force.  ``stores-nothing``: it is no backup.
    """
    return _set(caller, contract_id, paused=True)


def resume(caller: Caller, contract_id: str) -> Contract:
    """
    Let backups go on from the next run; resuming what runs changes nothing.

    Raises:
        Conflict: ``contract-not-active``: it is not in force.  ``stores-nothing``: it is no backup.
    """
    return _set(caller, contract_id, paused=False)


def _set(caller: Caller, contract_id: str, *, paused: bool) -> Contract:
    found = changing.current(caller.facility_id, contract_id)
    if not goods_of(found).stores:
        raise Conflict("a display tool makes no backups to pause", code="stores-nothing")
    if found.state not in RUNNING or is_over(found, local.today(caller.facility_id)):
        raise Conflict(
            "only a contract in force can be paused or resumed", code="contract-not-active"
        )
    if found.paused is paused:
        return found
    changed = msgspec.structs.replace(found, paused=paused, revision=found.revision + 1)
    audit(caller, "pause-contract" if paused else "resume-contract", contract_id)
    store.change(changed)
    count("ContractsPaused" if paused else "ContractsResumed")
    return changed
