"""The bin in the portal: what was deleted in the last thirty days."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.areas import service, shown
from chalicelib.areas.bin_times import BIN_LIFE
from chalicelib.areas.model import ROOT
from chalicelib.areas.shown import AREA, NODE
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError
from chalicelib.web.links import with_query

BIN_PAGE = AREA + "/bin"

pages = PageRoutes(__name__)


@pages.on("GET", BIN_PAGE, Operation.SEE_AREAS)
def show_bin(visit: Visit, target_id: str) -> Response:
    """Show a page of the bin."""
    return _bin_page(visit, target_id)


@pages.on("POST", NODE + "/take-back", Operation.CHANGE_AREAS)
def take_back(visit: Visit, target_id: str, node_id: str) -> Response:
    """Put it back to where it was."""
    try:
        node = service.take_back(visit.caller, target_id, node_id)
    except Conflict as refused:
        return _bin_page(visit, target_id, refused)
    folder = shown.folder_path(target_id, node.parent_id)
    return visit.redirect(with_query(folder, done="taken-back"))


@pages.on("POST", NODE + "/erase", Operation.MANAGE_AREAS)
def erase(visit: Visit, target_id: str, node_id: str) -> Response:
    """Erase it before its thirty days are over, once that was ticked."""
    if visit.form.get("sure") != "yes":
        refused = Conflict("tick that you are sure", code="not-sure")
        return _bin_page(visit, target_id, refused)
    try:
        service.erase_now(visit.caller, target_id, node_id)
    except Conflict as refused:
        return _bin_page(visit, target_id, refused)
    return visit.redirect(with_query(BIN_PAGE.format(target_id=target_id), done="erased"))


def _bin_page(visit: Visit, target_id: str, refused: HokanError | None = None) -> Response:
    listing = service.binned(visit.caller, target_id, visit.asked("cursor") or None)
    ends = {
        each.node_id: clock.text(clock.parse(each.binned_at) + BIN_LIFE)
        for each in listing.nodes
        if each.binned_at
    }
    return shown.page(
        visit,
        "areas/bin.html",
        target_id,
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        listing=listing,
        ends=ends,
        root=ROOT,
    )
