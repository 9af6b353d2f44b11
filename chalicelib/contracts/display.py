"""Whether a facility looks at its images here: whether it has the display tool."""

from __future__ import annotations

from chalicelib.contracts import local, store
from chalicelib.contracts.model import State, TargetKind, in_force_on, is_over

SHOWING = {State.ACTIVE, State.GRACE}


def has_display_tool(facility_id: str) -> bool:
    """Tell whether a contract for the display tool is in force at a facility today."""
    contracts = (
        each.contract for each in store.targets_of(facility_id) if each.kind is TargetKind.DISPLAY
    )
    today = None
    for contract in contracts:
        if contract is None or contract.state not in SHOWING:
            continue
        today = today or local.today(facility_id)
        if contract.starts_on <= today and not is_over(in_force_on(contract, today), today):
            return True
    return False
