"""The line of states that pages show."""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.inquiries.model import Delivery, Inquiry, InquiryKind, InquiryState, Step
from chalicelib.inquiries.shown import line

WAY = "filed collected routed answered"


def after(*states: str) -> Inquiry:
    """Return an inquiry that went from state to state, a second each."""
    steps = [Step(InquiryState(each), f"2026-11-29T00:00:0{at}Z") for at, each in enumerate(states)]
    return Inquiry(
        inquiry_id="inquiry-1",
        facility_id="facility-1",
        person_id="person-1",
        account="asker@clinic.example",
        language="ja",
        kind=InquiryKind.QUESTION,
        subject="A picture is dark",
        delivery=Delivery.PICK_UP,
        state=steps[-1].state,
        steps=steps,
    )


@pytest.mark.parametrize(
    ("went", "behind", "ahead"),
    [
        ("filed", "filed", "collected routed answered picked-up closed"),
        (f"{WAY} routed", "filed collected routed", "answered picked-up closed"),
        ("filed collected routed collected", "filed collected", "routed answered picked-up closed"),
        (f"{WAY} delivered picked-up", f"{WAY} delivered picked-up", "closed"),
        (f"{WAY} routed closed", "filed collected answered routed closed", ""),
        ("filed withdrawn", "filed withdrawn", ""),
    ],
)
def test_what_was_reached_stands_before_what_lies_ahead(went: str, behind: str, ahead: str) -> None:
    stages = line(after(*went.split()))
    assert " ".join(each.state for each in stages if each.at) == behind
    assert " ".join(each.state for each in stages if not each.at) == ahead


def test_steps_keep_their_order_whatever_two_clocks_say() -> None:
    inquiry = after("filed", "collected", "routed")
    early = msgspec.structs.replace(inquiry.steps[2], at=inquiry.filed_at)
    stages = line(msgspec.structs.replace(inquiry, steps=[*inquiry.steps[:2], early]))
    assert [each.state for each in stages if each.at] == ["filed", "collected", "routed"]
