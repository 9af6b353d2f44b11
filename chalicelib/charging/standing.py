"""
Where contracts stand as their invoices are paid: in force, in grace, suspended, ended.

A function of the invoices and of the day, for each target on its own; whoever looks twice finds
it done.
"""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.access.model import Caller, Role
from chalicelib.billing import service as billing
from chalicelib.billing.states import CONTRACT, state_when_late
from chalicelib.contracts import changing, local, store
from chalicelib.contracts.model import RUNNING, Contract
from chalicelib.kernel.calendar import local_date

SCHEDULE = Caller(Role.OPERATOR, "payment-schedule")


def follow(facility_id: str, now: datetime) -> None:
    """Let each contract of the facility stand where its unpaid invoices put it."""
    today = local_date(now, local.zone_of(facility_id))
    for target in store.targets_of(facility_id):
        if target.contract is not None and target.contract.state in RUNNING:
            _follow(target.contract, today)


def _follow(contract: Contract, today: date) -> None:
    days = billing.worst_lateness(contract.facility_id, today, contract.target_id)
    for state in CONTRACT.way(contract.state, state_when_late(days)):
        changing.move(SCHEDULE, contract.facility_id, contract.contract_id, state)
