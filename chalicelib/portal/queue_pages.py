"""The service's queues, for the provider: what waits, what failed, and giving it another chance."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.portal import backlog
from chalicelib.web.links import with_query

QUEUES = "/portal/queues"
SEND_BACK = QUEUES + "/{work}/send-back"

pages = PageRoutes(__name__)


@pages.on("GET", QUEUES, Operation.MANAGE_QUEUES)
def show_queues(visit: Visit) -> Response:
    """Show how much waits in each queue, and what could not be handled."""
    sent = visit.asked("sent")
    return visit.page(
        "portal/queues.html",
        backlogs=backlog.backlogs(),
        sent=int(sent) if sent.isascii() and sent.isdecimal() else None,
    )


@pages.on("GET", SEND_BACK, Operation.MANAGE_QUEUES)
def ask_to_send_back(visit: Visit, work: str) -> Response:
    """Ask whether the dead letters are to be sent back."""
    found = backlog.backlog(backlog.with_queue(work))
    return visit.page("portal/send_back.html", backlog=found)


@pages.on("POST", SEND_BACK, Operation.MANAGE_QUEUES)
def send_back(visit: Visit, work: str) -> Response:
    """Send dead letters back to their queue."""
    sent = backlog.send_back(visit.caller, backlog.with_queue(work))
    return visit.redirect(with_query(QUEUES, sent=str(sent)))
