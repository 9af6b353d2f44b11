"""For the provider: cards that are one person's, merged and apart again."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.local_times import local, zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from chalicelib.network import merges
from chalicelib.web.links import with_query

MERGES = "/portal/network/merges"

pages = PageRoutes(__name__)


@pages.on("GET", MERGES, Operation.MERGE_PATIENTS)
def show_merges(visit: Visit) -> Response:
    """Show every merge, and ask for another."""
    return _list_page(visit)


@pages.on("POST", MERGES, Operation.MERGE_PATIENTS)
def merge(visit: Visit) -> Response:
    """Show what would come together; or, once it was shown, merge it."""
    if visit.form.get("step") != "merge":
        return _check_page(visit)
    form = visit.form
    try:
        merges.merge(
            visit.caller,
            form.get("merge_id", ""),
            form.get("kept", ""),
            form.get("merged", ""),
            form.get("why", ""),
        )
    except Invalid as refused:
        return _check_page(visit, refused)
    except (Conflict, NotFound) as refused:
        return _list_page(visit, refused)
    return visit.redirect(with_query(MERGES, done="merged"))


@pages.on("POST", MERGES + "/{merge_id}/undo", Operation.MERGE_PATIENTS)
def undo(visit: Visit, merge_id: str) -> Response:
    """Take a merge apart."""
    try:
        merges.undo(visit.caller, merge_id, visit.form.get("why", ""))
    except (Invalid, Conflict) as refused:
        if refused.code != "undone-already":  # a second click changes nothing, and is done
            return _list_page(visit, refused, merge_id)
    return visit.redirect(with_query(MERGES, done="undone"))


def _check_page(visit: Visit, refused: HokanError | None = None) -> Response:
    typed = {name: visit.form.get(name, "") for name in ("kept", "merged", "why", "merge_id")}
    try:
        planned = merges.plan(visit.caller, typed["kept"], typed["merged"])
    except (Invalid, NotFound, Conflict) as wrong:
        return _list_page(visit, wrong)
    return visit.page(
        "network/merge_check.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        typed=typed,
        planned=planned,
        merge_id=typed["merge_id"] or merges.new_merge_id(),
    )


def _list_page(visit: Visit, refused: HokanError | None = None, refused_id: str = "") -> Response:
    zone = zone_for(visit.caller)
    found, cursor = merges.listed(visit.caller, visit.asked("cursor") or None)
    return visit.page(
        "network/merges.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        refused_id=refused_id,
        typed=visit.form if refused else {},
        done=visit.asked("done"),
        merges=found,
        cursor=cursor,
        local=lambda written: local(written, zone),
    )
