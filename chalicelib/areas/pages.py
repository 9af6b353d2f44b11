"""
Rented areas in the portal: which there are, and their folders.

Works without a script; a file that comes by a form is small, for the gateway lets no more through.
"""

from __future__ import annotations

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.areas import form_sending, service, shown
from chalicelib.areas.model import ROOT, OnTaken
from chalicelib.areas.shown import AREAS, FOLDER
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, TooLarge
from chalicelib.web.forms import MAX_UPLOAD_BYTES
from chalicelib.web.links import with_query
from chalicelib.web.pages import may_send_to

pages = PageRoutes(__name__)


@pages.on("GET", AREAS, Operation.SEE_AREAS)
def show_areas(visit: Visit) -> Response:
    """Show the areas the visitor may read, and how full each is."""
    areas = service.areas(visit.caller)
    return visit.page("areas/areas.html", areas=areas, root=ROOT)


@pages.on("GET", FOLDER, Operation.SEE_AREAS)
def show_folder(visit: Visit, target_id: str, folder_id: str) -> Response:
    """Show a page of a folder."""
    return _folder_page(visit, target_id, folder_id)


@pages.on("POST", FOLDER, Operation.CHANGE_AREAS)
def make_folder(visit: Visit, target_id: str, folder_id: str) -> Response:
    """Make a folder in this one."""
    try:
        service.make_folder(visit.caller, target_id, folder_id, visit.form.get("name", ""))
    except (Invalid, Conflict) as refused:
        return _folder_page(visit, target_id, folder_id, refused)
    return _back(visit, target_id, folder_id, "folder-made")


@pages.on("POST", FOLDER + "/files", Operation.CHANGE_AREAS, takes_files=True)
def send_by_form(visit: Visit, target_id: str, folder_id: str) -> Response:
    """Take in one small file."""
    name, body = visit.file_names.get("file", ""), visit.files.get("file", b"")
    replaces = visit.form.get("on_taken") == OnTaken.REPLACE
    on_taken = OnTaken.REPLACE if replaces else OnTaken.KEEP_BOTH
    try:
        done = form_sending.send(visit.caller, target_id, folder_id, name, body, on_taken)
    except (Invalid, Conflict, TooLarge) as refused:
        return _folder_page(visit, target_id, folder_id, refused)
    return _back(visit, target_id, folder_id, done)


def _back(visit: Visit, target_id: str, folder_id: str, done: str) -> Response:
    return visit.redirect(with_query(shown.folder_path(target_id, folder_id), done=done))


def _folder_page(
    visit: Visit, target_id: str, folder_id: str, refused: HokanError | None = None
) -> Response:
    cursor = visit.asked("cursor") or None
    listing = service.listing(visit.caller, target_id, folder_id, cursor)
    answer = shown.page(
        visit,
        "areas/folder.html",
        target_id,
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        typed=visit.form.get("name", "") if refused else "",
        listing=listing,
        folder_id=folder_id,
        root=ROOT,
        form_limit=MAX_UPLOAD_BYTES,
    )
    return may_send_to(answer, buckets.objects_origin())
