"""For agents, over HTTP: which answers are there, without a word of what they say."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.inquiries.asking import telling
from chalicelib.inquiries.model import Inquiry, InquiryState
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)

ANSWERS = "/agent/answers"


class AnswerThere(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        path: Where its asker reads it, below the service's address.
    """

    inquiry_id: str
    answered_at: str
    path: str


class AnswerStanding(msgspec.Struct, frozen=True):
    """What became of an inquiry: a notice of its answer delivers it."""

    state: InquiryState


@routes.on("GET", ANSWERS, Operation.HEAR_OF_ANSWERS, paged=True)
def list_answers(caller: Caller, cursor: str | None) -> Page[AnswerThere]:
    """List the answers to be delivered directly that no terminal gave notice of."""
    found = telling.answers(caller, cursor)
    return Page([_told(each) for each in found.inquiries], found.cursor)


@routes.on("POST", ANSWERS + "/{inquiry_id}/shown", Operation.HEAR_OF_ANSWERS, problems=(409,))
def note_shown(caller: Caller, inquiry_id: str) -> AnswerStanding:
    """Note that a terminal gave notice of an answer: it is delivered."""
    return AnswerStanding(telling.shown(caller, inquiry_id).state)


def _told(inquiry: Inquiry) -> AnswerThere:
    return AnswerThere(
        inquiry_id=inquiry.inquiry_id,
        answered_at=_last_answered_at(inquiry),
        path=f"/portal/inquiries/{inquiry.inquiry_id}",
    )


def _last_answered_at(inquiry: Inquiry) -> str:
    return next(each.at for each in reversed(inquiry.steps) if each.state is InquiryState.ANSWERED)
