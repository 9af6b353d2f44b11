"""
Areas that were under contract before regions were counted are counted once.

Contracts written since are counted as they are written.  A walk that was cut off goes on where it
stopped, and what it meets twice it counts once.
"""

from __future__ import annotations

from chalicelib.access.store import facilities_page
from chalicelib.contracts import store as contracts
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.regions import store

FACILITIES_A_PAGE = 100
PAGES_AT_ONCE = 10  # so that a request ends in time however many facilities there are


def go_on() -> bool:
    """Count on for a while; return whether everything is counted."""
    cursor, is_done = store.counted()
    pages = 0
    while not is_done and pages < PAGES_AT_ONCE:
        facilities, cursor = facilities_page(cursor, FACILITIES_A_PAGE)
        for each in facilities:
            _count(each.facility_id)
        store.count_on(cursor)
        is_done, pages = cursor is None, pages + 1
    return is_done


def _count(facility_id: str) -> None:
    for target in contracts.targets_of(facility_id):
        if target.kind is TargetKind.AREA and target.contract is not None:
            contracts.count_in_region(target.contract)
