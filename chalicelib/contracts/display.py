"""A facility's display tool: the contract it runs by, and whether pictures are made for it."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.contracts import local, store
from chalicelib.contracts.model import (
    RUNNING,
    Contract,
    State,
    TargetKind,
    in_force_on,
    is_over,
)
from chalicelib.contracts.store import Target


def contract_for_tool(facility_id: str, targets: Iterable[Target]) -> Contract | None:
    """Return the contract for the display tool among a facility's *targets*, if one runs today."""
    contracts = [each.contract for each in targets if each.kind is TargetKind.DISPLAY]
    running = [each for each in contracts if each is not None and each.state in RUNNING]
    if not running:
        return None  # and nobody asked what day it is there
    today = local.today(facility_id)
    held = (in_force_on(each, today) for each in running)
    return next(
        (each for each in held if each.starts_on <= today and not is_over(each, today)), None
    )


def has_display_tool(facility_id: str) -> bool:
    """Tell whether pictures are made for a facility: not while its invoices stay unpaid."""
    contract = contract_for_tool(facility_id, store.targets_of(facility_id))
    return contract is not None and contract.state is not State.SUSPENDED
