"""What a facility's agent hears of answers that are delivered directly: that they are there."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.inquiries import moving, store
from chalicelib.inquiries.model import Delivery, Inquiry
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound


def answers(caller: Caller, cursor: str | None) -> store.Page:
    """Return the inquiries of the agent's facility whose answer no terminal gave notice of."""
    return store.to_show(caller.facility_id, cursor)


def shown(caller: Caller, inquiry_id: str) -> Inquiry:
    """
    Note that a terminal gave notice of an answer; where there is none to give, it is as it was.

    Raises:
        NotFound: The agent's facility has no such inquiry that is answered directly.
    """
    inquiry = store.inquiry(inquiry_id)
    is_its_own = inquiry.facility_id == caller.facility_id
    if not is_its_own or inquiry.delivery is not Delivery.DIRECT:
        raise NotFound("there is no such inquiry")
    if not inquiry.is_to_show:
        return inquiry
    now = clock.now()
    after = moving.shown(inquiry, now)
    store.change(inquiry, after, now)
    return after
