"""
Tells a facility that a target's capacity runs out.

Asked when a batch ends, not when bytes are claimed: claims are the busiest write there is.
"""

from __future__ import annotations

from chalicelib.archive.store import usage
from chalicelib.archive.store.usage import Usage
from chalicelib.contracts import store as contracts
from chalicelib.notices import store as notices
from chalicelib.notices.model import Fact, Kind

LEVELS = (100, 95, 80)  # percent


def warn(facility_id: str, target_id: str) -> None:
    """Put a notice when a level is reached: one a level, until the limit is another one."""
    found = usage.of(facility_id, target_id)
    level = level_of(found)
    if level is None:
        return
    facts: dict[str, Fact] = {
        "target_name": contracts.target(facility_id, target_id).name,
        "percent": level,
        "used_bytes": found.limit_bytes - found.available_bytes,
        "limit_bytes": found.limit_bytes,
    }
    key = f"capacity-{target_id}-{level}-{found.limit_bytes}"
    notices.put(facility_id, Kind.CAPACITY_WARNING, key, facts)


def level_of(found: Usage) -> int | None:
    """
    Return the highest level that is reached, if any.

    >>> level_of(Usage("f", "t", limit_bytes=1000, available_bytes=201))
    >>> level_of(Usage("f", "t", limit_bytes=1000, available_bytes=50))
    95
    """
    if not found.limit_bytes:
        return None
    used_bytes = found.limit_bytes - found.available_bytes
    return next((each for each in LEVELS if used_bytes * 100 >= each * found.limit_bytes), None)
