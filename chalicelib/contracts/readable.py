"""Which of a facility's targets somebody of it may read: an area is for who was given a right."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.archive import trees
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.store import Target


def is_readable(caller: Caller, target: Target) -> bool:
    """Whether *target*, of the caller's facility, is theirs to read."""
    return target.kind is not TargetKind.AREA or trees.is_readable(caller, target.target_id)
