"""One inquiry, for whoever filed it: how far it is, what was said, and what can be done."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries import page_parts
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.asking.pages import INQUIRIES
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.links import with_query

INQUIRY = INQUIRIES + "/{inquiry_id}"

pages = PageRoutes(__name__)


@pages.on("GET", INQUIRY, Operation.FILE_INQUIRIES)
def show(visit: Visit, inquiry_id: str) -> Response:
    """Show an inquiry; an answer is picked up by that."""
    return _page(visit, inquiry_id)


@pages.on("POST", INQUIRY + "/reply", Operation.FILE_INQUIRIES, takes_files=True)
def reply(visit: Visit, inquiry_id: str) -> Response:
    """Say more; or only take the file along that came with it."""
    text, file_ids = visit.form.get("text", ""), page_parts.ticked(visit.form)
    keeps_names = page_parts.keeps_names(visit.form)
    try:
        file_ids = page_parts.taken(visit)
        if visit.form.get("step") == "add":
            return _page(visit, inquiry_id, file_ids=file_ids)
        filing.reply(visit.caller, inquiry_id, text, file_ids, keeps_names=keeps_names)
    except (Invalid, Conflict) as refused:
        return _page(visit, inquiry_id, refused, file_ids=file_ids)
    return _back(visit, inquiry_id, "replied")


@pages.on("POST", INQUIRY + "/withdraw", Operation.FILE_INQUIRIES)
def withdraw(visit: Visit, inquiry_id: str) -> Response:
    """Take back what the provider has not looked at yet."""
    try:
        filing.withdraw(visit.caller, inquiry_id)
    except Conflict as refused:
        return _page(visit, inquiry_id, refused)
    return _back(visit, inquiry_id, "withdrawn")


@pages.on("POST", INQUIRY + "/close", Operation.FILE_INQUIRIES)
def close(visit: Visit, inquiry_id: str) -> Response:
    """End what is settled."""
    try:
        filing.close(visit.caller, inquiry_id)
    except Conflict as refused:
        return _page(visit, inquiry_id, refused)
    return _back(visit, inquiry_id, "closed")


@pages.on("POST", INQUIRY + "/files/{file_id}", Operation.FILE_INQUIRIES)
def download(visit: Visit, inquiry_id: str, file_id: str) -> Response:
    """Lead to a file's bytes, for some minutes."""
    return page_parts.save(visit, filing.file_url(visit.caller, inquiry_id, file_id))


def _page(
    visit: Visit,
    inquiry_id: str,
    refused: HokanError | None = None,
    *,
    file_ids: list[str] | None = None,
) -> Response:
    seen = filing.see(visit.caller, inquiry_id)
    return page_parts.page(
        visit,
        "inquiries/inquiry.html",
        refused,
        inquiry=seen.inquiry,
        messages=seen.messages,
        typed=visit.form.get("text", "") if visit.request.method == "POST" else "",
        keeps_names=visit.request.method == "POST" and page_parts.keeps_names(visit.form),
        waiting=page_parts.waiting(visit.caller, file_ids or []),
    )


def _back(visit: Visit, inquiry_id: str, done: str) -> Response:
    return visit.redirect(with_query(INQUIRY.format(inquiry_id=inquiry_id), done=done))
