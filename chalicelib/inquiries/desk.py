"""
A department at work: what lies in its inbox, and what its people do about it.

They see what is routed to a department they work in, or what it was asked to share in; nothing
else is found.  Whoever acts may say which version of the inquiry they *saw*: what somebody else
did in the meantime, or a second click, is then a Conflict.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import answering, departments, moving, routing, store, wording
from chalicelib.inquiries.model import File, Inquiry, Seen
from chalicelib.inquiries.moving import Said
from chalicelib.inquiries.store import Page
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

NOT_YOURS = "there is no such inquiry, or it is not with your department"


# --- read --------------------------------------------------------------------------------------


def inbox(caller: Caller, department_id: str, cursor: str | None) -> Page:
    """Return what a department has to do, the most urgent first; raises NotFound."""
    if department_id not in _own_ids(caller):
        raise NotFound("there is no such department, or you do not work in it")
    return store.of_department(department_id, cursor)


def see(caller: Caller, inquiry_id: str) -> Seen:
    """Return an inquiry with all that was said; raises NotFound."""
    inquiry = _readable(caller, inquiry_id)
    audit(caller, "see-inquiry", inquiry_id)
    return Seen(inquiry, store.messages(inquiry_id))


def file_url(caller: Caller, inquiry_id: str, file_id: str) -> str:
    """Return where a file of an inquiry can be fetched, for a few minutes; raises NotFound."""
    inquiry = _readable(caller, inquiry_id)
    found = store.messages(inquiry.inquiry_id)
    files = {each.file_id: each for message in found for each in message.files}
    if file_id not in files:
        raise NotFound(NOT_YOURS)
    audit(caller, "download-inquiry-file", file_id)
    return _url(files[file_id])


# --- act ---------------------------------------------------------------------------------------


def take(caller: Caller, inquiry_id: str, *, seen: int = 0) -> Inquiry:
    """See to an inquiry oneself; in place of a colleague, if need be."""
    inquiry = _answerable(caller, inquiry_id, seen)
    then = moving.taken(inquiry, caller.id)
    audit(caller, "take-inquiry", inquiry_id)
    store.change(inquiry, then, clock.now())
    return then


def ask(
    caller: Caller, inquiry_id: str, text: str, file_ids: Sequence[str] = (), *, seen: int = 0
) -> Inquiry:
    """Ask the facility something; nothing is due until it replies."""
    inquiry = _answerable(caller, inquiry_id, seen)
    now = clock.now()
    said = _said(caller, inquiry, inquiry.department_id, text, file_ids)
    changed = moving.asked_back(inquiry, said, now)
    audit(caller, "ask-back", inquiry_id)
    answering.tell(inquiry, changed, now)
    return changed.inquiry


def answer(
    caller: Caller, inquiry_id: str, text: str, file_ids: Sequence[str] = (), *, seen: int = 0
) -> Inquiry:
    """Answer an inquiry; who wanted it directly is told of it."""
    inquiry = _answerable(caller, inquiry_id, seen)
    now = clock.now()
    said = _said(caller, inquiry, inquiry.department_id, text, file_ids)
    changed = moving.answered(inquiry, said, now)
    audit(caller, "answer-inquiry", inquiry_id)
    answering.tell(inquiry, changed, now)
    return changed.inquiry


def hand_on(
    caller: Caller, inquiry_id: str, department_id: str, reason: str, *, seen: int = 0
) -> Inquiry:
    """Give an inquiry to another department, with a reason that the facility does not read."""
    inquiry = _answerable(caller, inquiry_id, seen)
    department, now = departments.living(department_id), clock.now()
    said = _said(caller, inquiry, inquiry.department_id, reason)
    changed = moving.passed(inquiry, said, department_id, routing.due_by(department, now), now)
    audit(caller, "pass-inquiry", inquiry_id)
    routing.give(inquiry, changed.inquiry, department_id, now, changed.message)
    return changed.inquiry


def share(caller: Caller, inquiry_id: str, department_id: str, *, seen: int = 0) -> Inquiry:
    """Ask another department for its part of the answer."""
    inquiry = _answerable(caller, inquiry_id, seen)
    department, now = departments.living(department_id), clock.now()
    then = moving.shared(inquiry, department.department_id, now)
    audit(caller, "share-inquiry", inquiry_id)
    routing.give(inquiry, then, department_id, now)
    return then


def part(
    caller: Caller, inquiry_id: str, text: str, file_ids: Sequence[str] = (), *, seen: int = 0
) -> Inquiry:
    """Give the part of an answer that one's department was asked for."""
    inquiry = _as_seen(_readable(caller, inquiry_id), seen)
    now = clock.now()
    asked = sorted(_own_ids(caller) & set(inquiry.awaited))
    said = _said(caller, inquiry, asked[0] if asked else "", text, file_ids)
    changed = moving.parted(inquiry, said, now)
    audit(caller, "give-part", inquiry_id)
    store.change(inquiry, changed.inquiry, now, changed.message)
    return changed.inquiry


# --- pieces ------------------------------------------------------------------------------------


def _own_ids(caller: Caller) -> set[str]:
    return {each.department_id for each in departments.of_person(caller)}


def _readable(caller: Caller, inquiry_id: str) -> Inquiry:
    inquiry = store.inquiry(inquiry_id)
    if not inquiry.readers & _own_ids(caller):
        raise NotFound(NOT_YOURS)
    return inquiry


def _answerable(caller: Caller, inquiry_id: str, seen: int) -> Inquiry:
    """Return an inquiry that a department of the caller's has to answer."""
    own = _own_ids(caller)
    inquiry = store.inquiry(inquiry_id)
    if not inquiry.readers & own:
        raise NotFound(NOT_YOURS)
    if inquiry.department_id not in own:
        raise NotAllowed("your department is asked for its part only", code="part-only")
    return _as_seen(inquiry, seen)


def _as_seen(inquiry: Inquiry, seen: int) -> Inquiry:
    if seen not in {0, inquiry.version}:
        raise Conflict(store.CHANGED[0], code=store.CHANGED[1])
    return inquiry


def _said(
    caller: Caller,
    inquiry: Inquiry,
    department_id: str,
    typed: str,
    file_ids: Sequence[str] = (),
) -> Said:
    files = _attached(caller, inquiry, file_ids)
    return Said(by=caller.id, text=wording.text(typed), department_id=department_id, files=files)


def _attached(caller: Caller, inquiry: Inquiry, file_ids: Sequence[str]) -> list[File]:  # noqa: ARG001
    if file_ids:
        raise Invalid("no files are taken yet", code="bad-file")
    return []


def _url(file: File) -> str:
    raise NotFound(f"{file.file_id} cannot be fetched yet")
