"""A contract cannot promise less room than is taken."""

from __future__ import annotations

from chalicelib.archive.store import usage
from chalicelib.kernel.errors import Conflict


def check_holds(facility_id: str, target_id: str, capacity_bytes: int) -> None:
    """Let pass a capacity that holds what is stored; raises Conflict with both figures."""
    now = usage.of(facility_id, target_id)
    stored_bytes = now.limit_bytes - now.available_bytes
    if capacity_bytes < stored_bytes:
        raise Conflict(
            f"capacity_bytes {capacity_bytes} is less than the {stored_bytes} bytes"
            " stored: choose at least that",
            code="capacity-below-stored",
            capacity_bytes=capacity_bytes,
            stored_bytes=stored_bytes,
        )
