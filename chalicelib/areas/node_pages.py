"""One file or folder in the portal: looked at, saved, renamed, moved, binned, made what it was."""

from __future__ import annotations

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.areas import service, shown
from chalicelib.areas.model import BIN, ROOT, Node
from chalicelib.areas.shown import NODE
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from chalicelib.web.links import with_query
from chalicelib.web.pages import may_lead_to, may_send_to, may_show_from

pages = PageRoutes(__name__)


@pages.on("GET", NODE, Operation.SEE_AREAS)
def show_node(visit: Visit, target_id: str, node_id: str) -> Response:
    """Show a file or folder, and what can be done with it."""
    return node_page(visit, target_id, node_id)


@pages.on("GET", NODE + "/preview", Operation.SEE_AREAS)
def preview(visit: Visit, target_id: str, node_id: str) -> Response:
    """Show what is in a file, where a browser can; on record as any look."""
    node = service.node(visit.caller, target_id, node_id)
    seen = service.preview(visit.caller, target_id, node_id)
    answer = shown.page(visit, "areas/preview.html", target_id, node=node, seen=seen)
    return may_show_from(answer, buckets.objects_origin())


@pages.on("POST", NODE + "/download", Operation.SEE_AREAS)
def download(visit: Visit, target_id: str, node_id: str) -> Response:
    """Lead to a file's bytes, or those of an earlier version, for some minutes."""
    version = number_of(visit.form["version"]) if visit.form.get("version") else None
    answer = visit.redirect("")
    answer.headers["Location"] = service.download(visit.caller, target_id, node_id, version)
    return answer


@pages.on("POST", NODE + "/rename", Operation.CHANGE_AREAS)
def rename(visit: Visit, target_id: str, node_id: str) -> Response:
    """Give it another name."""
    try:
        service.rename(visit.caller, target_id, node_id, visit.form.get("name", ""))
    except (Invalid, Conflict) as refused:
        return node_page(visit, target_id, node_id, refused)
    return back(visit, target_id, node_id, "renamed")


@pages.on("GET", NODE + "/move", Operation.CHANGE_AREAS)
def show_move(visit: Visit, target_id: str, node_id: str) -> Response:
    """Show folders, one after the other, to move it into."""
    return _move_page(visit, target_id, node_id, visit.asked("into") or ROOT)


@pages.on("POST", NODE + "/move", Operation.CHANGE_AREAS)
def move(visit: Visit, target_id: str, node_id: str) -> Response:
    """Move it."""
    into = visit.form.get("into", "") or ROOT
    try:
        service.move(visit.caller, target_id, node_id, into)
    except (Invalid, Conflict) as refused:
        return _move_page(visit, target_id, node_id, into, refused)
    return visit.redirect(with_query(shown.folder_path(target_id, into), done="moved"))


@pages.on("POST", NODE + "/bin", Operation.CHANGE_AREAS)
def bin_node(visit: Visit, target_id: str, node_id: str) -> Response:
    """Put it into the bin, and show the folder it was in."""
    try:
        binned = service.bin_node(visit.caller, target_id, node_id)
    except Conflict as refused:
        return node_page(visit, target_id, node_id, refused)
    folder = shown.folder_path(target_id, binned.binned_from or ROOT)
    return visit.redirect(with_query(folder, done="binned"))


@pages.on("POST", NODE + "/versions/{number}/current", Operation.CHANGE_AREAS)
def make_current(visit: Visit, target_id: str, node_id: str, number: str) -> Response:
    """Let an earlier version be the file's content again."""
    try:
        service.make_current(visit.caller, target_id, node_id, number_of(number))
    except Conflict as refused:
        return node_page(visit, target_id, node_id, refused)
    return back(visit, target_id, node_id, "current-made")


# --- pieces ------------------------------------------------------------------------------------


def back(visit: Visit, target_id: str, node_id: str, done: str) -> Response:
    """Send the visitor back to the page of the file or folder."""
    return visit.redirect(with_query(shown.node_path(target_id, node_id), done=done))


def node_page(
    visit: Visit, target_id: str, node_id: str, refused: HokanError | None = None
) -> Response:
    """Answer the page of a file or folder, and why something was *refused*."""
    node = service.node(visit.caller, target_id, node_id)
    has_right = shown.area_of(visit.caller, target_id) is not None
    path = service.path(visit.caller, target_id, node_id) if node.parent_id != BIN else []
    answer = shown.page(
        visit,
        "areas/node.html",
        target_id,
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        node=node,
        path=path,
        versions=_versions(visit, target_id, node) if has_right else [],
        shares=service.shares(visit.caller, target_id, node_id) if has_right else [],
        people=shown.colleagues(visit.caller),
        last_day=shown.a_month_on(visit.caller),
    )
    origin = buckets.objects_origin()
    return may_send_to(may_lead_to(answer, origin), origin)


def _versions(visit: Visit, target_id: str, node: Node) -> list[object]:
    return list(service.versions(visit.caller, target_id, node.node_id)) if node.versions else []


def _move_page(
    visit: Visit, target_id: str, node_id: str, into: str, refused: HokanError | None = None
) -> Response:
    listing = service.listing(visit.caller, target_id, into, visit.asked("cursor") or None)
    return shown.page(
        visit,
        "areas/move.html",
        target_id,
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        node=service.node(visit.caller, target_id, node_id),
        listing=listing,
        into=into,
        root=ROOT,
    )


def number_of(written: str) -> int:
    """Read a version's number; raises NotFound for what is none."""
    if not (written.isascii() and written.isdecimal() and len(written) <= 6):
        raise NotFound("there is no such version of this file")
    return int(written)
