"""What a facility's people do: each files, and each sees what they filed themselves."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import files, indexing, moving, room_store, store, texts
from chalicelib.inquiries.asking import drafting
from chalicelib.inquiries.asking.drafting import Reader, Wanted
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import (
    HAS_ANSWER,
    File,
    Inquiry,
    InquiryState,
    Seen,
    What,
    seen_by_facility,
)
from chalicelib.inquiries.moving import Said
from chalicelib.inquiries.room_store import Room
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.telemetry import count

TRIES = 4


def new_id() -> str:
    """Return the id for an inquiry; a form carries it, so that filed twice it is one."""
    return ids.new_id("inquiry", clock.now())


def file(caller: Caller, inquiry_id: str, wanted: Wanted, account: str, language: str) -> Inquiry:
    """
    File an inquiry; again under the same id, it is the same.

    Args:
        account: Where its asker gets mail.
        language: That they read.

    Raises:
        Invalid: ``bad-id``, ``bad-kind``, ``bad-delivery``, ``no-subject``, ``no-text``,
            ``too-long``, and as :func:`files.attached`.
        NotFound: What it refers to is not there, or not theirs to read.
        Conflict: ``too-many-open``; ``filed-already``: with other words.
        TooMany: ``too-many-an-hour``.
    """
    asked = drafting.checked(caller, wanted)
    known = _filed_before(caller, inquiry_id, asked)
    if known is not None:
        return known
    drafting.check_id(inquiry_id)
    room(caller).check(clock.now())
    try:
        taken = files.attached(
            caller, asked.file_ids, caller.facility_id, keeps_names=asked.keeps_names
        )
    except Conflict:
        known = _filed_before(caller, inquiry_id, asked)
        if known is None:
            raise
        return known  # by a second click, which took the files along
    audit(caller, "file-inquiry", inquiry_id)
    found = _filed(caller, inquiry_id, asked, taken, Reader(account, language))
    files.gone(caller, asked.file_ids)
    return found


def mine(caller: Caller, cursor: str | None) -> store.Page:
    """Return what the caller filed, the newest first."""
    return store.of_asker(caller.facility_id, caller.id, cursor)


def room(caller: Caller) -> Room:
    """Return what the caller's facility has open, and filed of late."""
    return room_store.of(caller.facility_id)


def see(caller: Caller, inquiry_id: str) -> Seen:
    """
    Return an inquiry of the caller's own with what was said; an answer is picked up by that.

    Raises:
        NotFound: There is none, or somebody else filed it.
    """
    found = _own(caller, inquiry_id)
    audit(caller, "see-inquiry", inquiry_id)
    if found.state in HAS_ANSWER - {InquiryState.PICKED_UP}:
        found = _picked_up(found)
    return Seen(found, seen_by_facility(store.messages(inquiry_id)))


def file_url(caller: Caller, inquiry_id: str, file_id: str) -> str:
    """Return where a file of the caller's own inquiry can be had; audited.  Raises NotFound."""
    _own(caller, inquiry_id)
    found = files.named(seen_by_facility(store.messages(inquiry_id)), file_id)
    audit(caller, "download-inquiry-file", file_id)
    return files.url(found)


def reply(
    caller: Caller,
    inquiry_id: str,
    text: str,
    file_ids: Sequence[str] = (),
    *,
    keeps_names: bool = False,
) -> Inquiry:
    """
    Say more, to a question or an answer or by oneself; sent twice in a row, it is said once.

    Raises:
        NotFound: As :func:`see`.
        Invalid: ``no-text``, ``too-long``, and as :func:`files.attached`.
        Conflict: ``is-closed``, ``too-long-a-talk``, ``inquiry-changed``.
    """
    found, typed, now = _own(caller, inquiry_id), texts.text(text), clock.now()
    if _was_just_said(found, caller, typed):
        return found
    said = Said(by=caller.id, text=typed)
    due_at = departments.due_by(found.department_id, now) if found.department_id else now
    moving.replied(found, said, due_at, now)  # refused before any file is read
    taken = files.attached(caller, file_ids, caller.facility_id, keeps_names=keeps_names)
    changed = moving.replied(found, msgspec.structs.replace(said, files=taken), due_at, now)
    audit(caller, "reply-inquiry", inquiry_id)
    indexing.index_message(found, changed.message)
    store.change(found, changed.inquiry, now, changed.message)
    files.gone(caller, file_ids)
    return changed.inquiry


def withdraw(caller: Caller, inquiry_id: str) -> Inquiry:
    """
    Take back what the provider has not looked at yet.

    Raises:
        NotFound: As :func:`see`.
        Conflict: ``too-late``, ``inquiry-changed``.
    """
    found, now = _own(caller, inquiry_id), clock.now()
    if found.state is InquiryState.WITHDRAWN:
        return found
    after = moving.withdrawn(found, now)
    audit(caller, "withdraw-inquiry", inquiry_id)
    store.change(found, after, now)
    return after


def close(caller: Caller, inquiry_id: str) -> Inquiry:
    """
    End an inquiry that is settled.

    Raises:
        NotFound: As :func:`see`.
        Conflict: ``is-closed``: it is not in the box; ``inquiry-changed``.
    """
    found, now = _own(caller, inquiry_id), clock.now()
    if found.state is InquiryState.CLOSED:
        return found
    after = moving.closed(found, now)
    audit(caller, "close-inquiry", inquiry_id)
    store.change(found, after, now)
    return after


# --- pieces ------------------------------------------------------------------------------------


def _filed_before(caller: Caller, inquiry_id: str, wanted: Wanted) -> Inquiry | None:
    """Return what the caller filed under this id before; raises Conflict where it is another."""
    try:
        found = store.inquiry(inquiry_id)
    except NotFound:
        return None
    first = store.messages(inquiry_id)[0]
    was = (found.facility_id, found.person_id, found.kind, found.subject, first.text)
    if was != (caller.facility_id, caller.id, wanted.kind, wanted.subject, wanted.text):
        raise Conflict(
            "this form was sent before, with other words; open a new one", code="filed-already"
        )
    return found


def _filed(
    caller: Caller, inquiry_id: str, wanted: Wanted, taken: list[File], reader: Reader
) -> Inquiry:
    """File what was checked, as soon as nobody else of the facility files at the same moment."""
    for attempt in range(TRIES):
        now = clock.now()
        seen = room(caller)
        seen.check(now)
        fresh = drafting.fresh(caller, inquiry_id, wanted, reader, now)
        if store.add(fresh, drafting.first(fresh, wanted.text, taken), seen, now):
            count("InquiriesFiled")
            return fresh
        known = _filed_before(caller, inquiry_id, wanted)
        if known is not None:
            return known
        time.sleep(random.uniform(0, 0.05) * 2**attempt)  # noqa: S311 - jitter
    raise Unavailable("too many of your facility file at once; send it again")


def _own(caller: Caller, inquiry_id: str) -> Inquiry:
    found = store.inquiry(inquiry_id)
    if (found.facility_id, found.person_id) != (caller.facility_id, caller.id):
        raise NotFound("there is no such inquiry")
    return found


def _picked_up(inquiry: Inquiry) -> Inquiry:
    """Note that its asker reads the answer; it changed in the meantime, and is as it is."""
    now = clock.now()
    after = moving.picked_up(inquiry, now)
    try:
        store.change(inquiry, after, now)
    except Conflict:
        return store.inquiry(inquiry.inquiry_id)
    return after


def _was_just_said(inquiry: Inquiry, caller: Caller, text: str) -> bool:
    last = store.message(inquiry.inquiry_id, inquiry.messages - 1)
    return (last.what, last.by, last.text) == (What.REPLY, caller.id, text)
