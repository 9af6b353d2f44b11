"""
Inquiries as pages show them: the line of states, and what templates read moments and names by.

Pure; every page about inquiries passes :func:`reading` on to its template (inquiries/words.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.inquiries.model import Delivery, Inquiry, InquiryState
from chalicelib.kernel import clock

WAY = list(InquiryState)  # in the order they come


class Stage(msgspec.Struct, frozen=True):
    """
    A place on the line of states.

    Attributes:
        at: RFC 3339, the last time it came there; empty while that lies ahead.
    """

    state: InquiryState
    at: str = ""
    is_now: bool = False


def line(inquiry: Inquiry) -> list[Stage]:
    """
    Return what became of an inquiry by now, in order, and after it what lies ahead.

    An inquiry that goes back (asked again, put back into the box) has its later states ahead of
    it once more; of one that ended everything that happened is shown, and nothing else.
    """
    last = {step.state: number for number, step in enumerate(inquiry.steps)}
    behind = sorted((each for each in last if _is_behind(each, inquiry)), key=last.__getitem__)
    stages = [
        Stage(state, inquiry.steps[last[state]].at, state is inquiry.state) for state in behind
    ]
    return stages + [Stage(each) for each in _ahead(inquiry)]


def reading(zone: ZoneInfo, departments: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the functions that templates of inquiries use.

    Args:
        departments: Names by id, those of dissolved ones too.
    """

    def local(written: str) -> datetime:
        return clock.parse(written).astimezone(zone)

    def department(department_id: str) -> str:
        return departments.get(department_id, "")

    return {"local": local, "line": line, "department": department}


def _is_behind(state: InquiryState, inquiry: Inquiry) -> bool:
    return not inquiry.is_open or WAY.index(state) <= WAY.index(inquiry.state)


def _ahead(inquiry: Inquiry) -> list[InquiryState]:
    came_back = (
        InquiryState.DELIVERED if inquiry.delivery is Delivery.DIRECT else InquiryState.PICKED_UP
    )
    way = [
        InquiryState.COLLECTED,
        InquiryState.ROUTED,
        InquiryState.ANSWERED,
        came_back,
        InquiryState.CLOSED,
    ]
    return [each for each in way if not _is_behind(each, inquiry)]
