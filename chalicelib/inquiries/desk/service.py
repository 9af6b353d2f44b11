"""
A department at work: what lies in its inbox, and what its people do about it.

They see what is routed to a department they work in, or what it was asked to share in; nothing
else is found.  Whoever acts may say which version of the inquiry they *saw*: what somebody else
did in the meantime, or a second click, is then a Conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import answering, files, indexing, moving, routing, store, texts
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import Inquiry, Seen
from chalicelib.inquiries.moving import Changed, Said
from chalicelib.inquiries.store import Page
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotAllowed, NotFound
from chalicelib.telemetry import count

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
    """Return where a file of an inquiry can be had; audited.  Raises NotFound."""
    inquiry = _readable(caller, inquiry_id)
    found = files.named(store.messages(inquiry.inquiry_id), file_id)
    audit(caller, "download-inquiry-file", file_id)
    return files.url(found)


# --- act ---------------------------------------------------------------------------------------


def take(caller: Caller, inquiry_id: str, *, seen: int = 0) -> Inquiry:
    """See to an inquiry oneself; in place of a colleague, if need be."""
    inquiry = _answerable(caller, inquiry_id, seen)
    then = moving.taken(inquiry, caller.id)
    audit(caller, "take-inquiry", inquiry_id)
    store.change(inquiry, then, clock.now())
    return then


def ask(
    caller: Caller,
    inquiry_id: str,
    text: str,
    file_ids: Sequence[str] = (),
    *,
    keeps_names: bool = True,
    seen: int = 0,
) -> Inquiry:
    """Ask the facility something; nothing is due until it replies."""
    inquiry = _answerable(caller, inquiry_id, seen)
    typed = _Typed(text, file_ids, keeps_names, inquiry.department_id)
    return _tell(caller, inquiry, typed, moving.asked_back, "ask-back")


def answer(
    caller: Caller,
    inquiry_id: str,
    text: str,
    file_ids: Sequence[str] = (),
    *,
    keeps_names: bool = True,
    seen: int = 0,
) -> Inquiry:
    """Answer an inquiry; who wanted it directly is told of it."""
    inquiry = _answerable(caller, inquiry_id, seen)
    typed = _Typed(text, file_ids, keeps_names, inquiry.department_id)
    told = _tell(caller, inquiry, typed, moving.answered, "answer-inquiry")
    count("InquiriesAnswered")
    return told


def part(
    caller: Caller,
    inquiry_id: str,
    text: str,
    file_ids: Sequence[str] = (),
    *,
    keeps_names: bool = True,
    seen: int = 0,
) -> Inquiry:
    """Give the part of an answer that one's department was asked for."""
    inquiry, now = _as_seen(_readable(caller, inquiry_id), seen), clock.now()
    asked = sorted(_own_ids(caller) & set(inquiry.awaited))
    typed = _Typed(text, file_ids, keeps_names, asked[0] if asked else "")
    changed = _moved(caller, inquiry, typed, lambda said: moving.parted(inquiry, said, now))
    audit(caller, "give-part", inquiry_id)
    indexing.index_message(inquiry, changed.message)
    store.change(inquiry, changed.inquiry, now, changed.message)
    files.gone(caller, file_ids)
    return changed.inquiry


def hand_on(
    caller: Caller, inquiry_id: str, department_id: str, reason: str, *, seen: int = 0
) -> Inquiry:
    """Give an inquiry to another department, with a reason that the facility does not read."""
    inquiry, now = _answerable(caller, inquiry_id, seen), clock.now()
    due_at = routing.due_by(departments.living(department_id), now)
    said = Said(by=caller.id, text=texts.text(reason), department_id=inquiry.department_id)
    changed = moving.passed(inquiry, said, department_id, due_at, now)
    audit(caller, "pass-inquiry", inquiry_id)
    indexing.index_message(inquiry, changed.message)
    routing.give(inquiry, changed.inquiry, department_id, now, changed.message)
    return changed.inquiry


def share(caller: Caller, inquiry_id: str, department_id: str, *, seen: int = 0) -> Inquiry:
    """Ask another department for its part of the answer."""
    inquiry, now = _answerable(caller, inquiry_id, seen), clock.now()
    department = departments.living(department_id)
    then = moving.shared(inquiry, department.department_id, now)
    audit(caller, "share-inquiry", inquiry_id)
    routing.give(inquiry, then, department_id, now)
    return then


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


@dataclass(frozen=True, slots=True)
class _Typed:
    """What somebody of a department sends off."""

    text: str
    file_ids: Sequence[str]
    keeps_names: bool
    department_id: str


def _tell(
    caller: Caller,
    inquiry: Inquiry,
    typed: _Typed,
    move: Callable[[Inquiry, Said, datetime], Changed],
    action: str,
) -> Inquiry:
    """Say something to the facility, which changes what is due; audited."""
    now = clock.now()
    changed = _moved(caller, inquiry, typed, lambda said: move(inquiry, said, now))
    audit(caller, action, inquiry.inquiry_id)
    answering.tell(inquiry, changed, now)
    files.gone(caller, typed.file_ids)
    return changed.inquiry


def _moved(
    caller: Caller, inquiry: Inquiry, typed: _Typed, move: Callable[[Said], Changed]
) -> Changed:
    """Return what becomes of an inquiry by what was typed; refused before any file is read."""
    said = Said(by=caller.id, text=texts.text(typed.text), department_id=typed.department_id)
    move(said)
    taken = files.attached(
        caller, typed.file_ids, inquiry.facility_id, keeps_names=typed.keeps_names
    )
    return move(msgspec.structs.replace(said, files=taken))
