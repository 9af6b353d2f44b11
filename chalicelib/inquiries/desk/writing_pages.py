"""What is written at a desk: an answer, a question to the facility, a part of an answer."""

from __future__ import annotations

from typing import Protocol

from chalice.app import Response

from chalicelib.access.model import Caller
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries import page_parts
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.desk.drafts import Draft, written
from chalicelib.inquiries.desk.pages import INQUIRY, REFUSALS, done, inquiry_page, refused_page
from chalicelib.inquiries.model import Inquiry

DESK_FILES = "/portal/desk-files"

pages = PageRoutes(__name__)


class Say(Protocol):
    """What says something of a department's about an inquiry."""

    def __call__(
        self,
        caller: Caller,
        inquiry_id: str,
        text: str,
        file_ids: list[str],
        *,
        keeps_names: bool,
        seen: int,
    ) -> Inquiry: ...


@pages.on("POST", INQUIRY + "/answers", Operation.ANSWER_INQUIRIES, takes_files=True)
def answer(visit: Visit, inquiry_id: str) -> Response:
    """Answer it; or begin with a canned answer, or attach a file, and go on writing."""
    return _said(visit, inquiry_id, "answers", desk.answer)


@pages.on("POST", INQUIRY + "/questions", Operation.ANSWER_INQUIRIES, takes_files=True)
def ask(visit: Visit, inquiry_id: str) -> Response:
    """Ask the facility something, or attach a file to that."""
    return _said(visit, inquiry_id, "questions", desk.ask)


@pages.on("POST", INQUIRY + "/parts", Operation.ANSWER_INQUIRIES, takes_files=True)
def give_part(visit: Visit, inquiry_id: str) -> Response:
    """Give a department's part of the answer; or begin it, or attach a file to it."""
    return _said(visit, inquiry_id, "parts", desk.part)


@pages.on("POST", DESK_FILES, Operation.ANSWER_INQUIRIES)
def announce_file(visit: Visit) -> Response:
    """Tell the page's script where the bytes of a file go."""
    return page_parts.announced(visit)


# --- pieces ------------------------------------------------------------------------------------


def _said(visit: Visit, inquiry_id: str, form: str, say: Say) -> Response:
    """Say it, unless there is more to be written; what is refused stays in its form."""
    keeps_names = page_parts.keeps_names(visit.form)
    ticked = page_parts.ticked(visit.form)
    draft = written(form, visit.form).with_files(ticked, keeps_names=keeps_names)
    try:
        draft = draft.with_files(page_parts.taken(visit), keeps_names=keeps_names)
        if visit.form.get("step"):
            return inquiry_page(visit, inquiry_id, _begun(visit, inquiry_id, draft))
        say(
            visit.caller,
            inquiry_id,
            draft.text,
            draft.file_ids,
            keeps_names=keeps_names,
            seen=draft.seen,
        )
    except REFUSALS as refused:
        return refused_page(visit, inquiry_id, draft, refused)
    return done(visit, inquiry_id, form)


def _begun(visit: Visit, inquiry_id: str, draft: Draft) -> Draft:
    """Return the draft with the canned answer that was chosen, if the visitor wants one."""
    if visit.form["step"] != "begin":
        return draft
    inquiry = desk.see(visit.caller, inquiry_id).inquiry
    return draft.begun_with(_canned(visit, inquiry))


def _canned(visit: Visit, inquiry: Inquiry) -> str:
    wanted = visit.form.get("canned_id", "")
    found = canned.of(visit.caller, inquiry.department_id)
    return next((each.text for each in found if each.canned_id == wanted), "")
