"""What an ended contract left, over HTTP: the certificate of its deletion, and holds."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.contracts import (
    purge_store,
    purging,
)
from chalicelib.contracts.purge_store import Certificate, Hold
from chalicelib.web.bodies import Body

routes = GuardedRoutes(__name__)


class AskedHold(Body):
    reason: str


class Lifted(msgspec.Struct, frozen=True):
    """The target that nothing holds any more."""

    target_id: str


@routes.on("GET", "/contracts/{contract_id}/certificate", Operation.SEE_CONTRACTS)
def show_certificate(caller: Caller, contract_id: str) -> Certificate:
    """Show what was deleted after a contract."""
    return purge_store.certificate(caller.facility_id, contract_id)


@routes.on(
    "POST",
    "/facilities/{facility_id}/targets/{target_id}/hold",
    Operation.HOLD_RECORDS,
    body=AskedHold,
)
def hold_records(caller: Caller, asked: AskedHold, facility_id: str, target_id: str) -> Hold:
    """Let nothing of a target be deleted until the hold is lifted."""
    return purging.hold(caller, facility_id, target_id, asked.reason)


@routes.on(
    "POST", "/facilities/{facility_id}/targets/{target_id}/hold/lift", Operation.HOLD_RECORDS
)
def lift_hold(caller: Caller, facility_id: str, target_id: str) -> Lifted:
    """Lift the hold of a target: what is due is deleted within a day."""
    purging.lift(caller, facility_id, target_id)
    return Lifted(target_id)
