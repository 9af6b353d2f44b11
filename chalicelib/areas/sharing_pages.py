"""Files and folders shared inside the facility, in the portal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from chalice.app import Response

from chalicelib.access.local_times import zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.areas import service, shown
from chalicelib.areas.node_pages import back, node_page
from chalicelib.areas.shown import NODE
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.web.forms import one_line

SHARED = "/portal/shared-files"
EVERYBODY = "everybody"

pages = PageRoutes(__name__)


@pages.on("GET", SHARED, Operation.SEE_AREAS)
def show_shared(visit: Visit) -> Response:
    """Show what others share with the visitor."""
    return visit.page(
        "areas/shared.html",
        shared=service.shared_with_me(visit.caller),
        who=shown.people(visit.caller),
        local=shown.times(visit.caller),
    )


@pages.on("POST", NODE + "/shares", Operation.CHANGE_AREAS)
def share(visit: Visit, target_id: str, node_id: str) -> Response:
    """Let a colleague, or all of them, read it until the end of a day."""
    try:
        service.share(visit.caller, target_id, node_id, _whom(visit), _end(visit))
    except (Invalid, Conflict) as refused:
        return node_page(visit, target_id, node_id, refused)
    return back(visit, target_id, node_id, "shared")


@pages.on("POST", NODE + "/shares/{share_id}/end", Operation.CHANGE_AREAS)
def unshare(visit: Visit, target_id: str, node_id: str, share_id: str) -> Response:
    """End a share."""
    try:
        service.unshare(visit.caller, target_id, share_id)
    except Conflict as refused:
        return node_page(visit, target_id, node_id, refused)
    return back(visit, target_id, node_id, "unshared")


def _whom(visit: Visit) -> str | None:
    """Return the person that was chosen, None for everybody; raises Invalid."""
    chosen = visit.form.get("person", "")
    if not chosen:
        raise Invalid("choose who may read it", code="nobody-chosen")
    return None if chosen == EVERYBODY else chosen


def _end(visit: Visit) -> str:
    """Return the end of the day that was typed, where the facility is; raises Invalid."""
    try:
        day = date.fromisoformat(one_line(visit.form.get("until", "")))
        midnight = datetime.combine(day + timedelta(days=1), time.min, zone_for(visit.caller))
        return clock.text(midnight)
    except (ValueError, OverflowError):
        raise Invalid("this is no day", code="bad-moment") from None
