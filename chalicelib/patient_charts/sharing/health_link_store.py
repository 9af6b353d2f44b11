"""
SMART Health Links in DynamoDB (box: all of them end).  Nothing here can be read without the link.

SHL#<sha256 of the id>  LINK                   the link, the digest of its passcode, what it counts
SHL#<sha256 of the id>  FILE                   its file, encrypted with a key that we do not keep
SHL#<sha256 of the id>  TICKET#<sha256 of it>  a way to fetch that file, once
inbox  SHLS#<target id>#<patient key>  <share id>    the first row, among those of its patient
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.access.store import hashed
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.sharing.model import Owned, Share
from chalicelib.patient_charts.sharing.smart_health_link import MOST_TRIES
from chalicelib.tables import BoxTable, held, transaction


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """
    A link as it is kept.

    Attributes:
        number: Of the release in its file.
        tries: Passcodes that were wrong, or are being looked at.
        recipient: Who opened it last, as they said.
    """

    share: Share
    number: int
    salt: bytes
    passcode: bytes
    tries: int = 0
    recipient: str = ""


class _Inbox(GlobalSecondaryIndex["_Link"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "inbox"
        projection = AllProjection()

    inbox_pk = UnicodeAttribute(hash_key=True)
    inbox_sk = UnicodeAttribute(range_key=True)


class _Link(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="LINK")
    inbox_pk = UnicodeAttribute()
    inbox_sk = UnicodeAttribute()
    kept = UnicodeAttribute()  # as it was made
    ends_at = UnicodeAttribute()
    tries = NumberAttribute(default=0)
    opened = NumberAttribute(default=0)
    last_opened_at = UnicodeAttribute(null=True)
    recipient = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()

    inbox = _Inbox()


class _File(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="FILE")
    jwe = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Ticket(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ends_at = UnicodeAttribute()
    expires_at = NumberAttribute()


def add(link_id: str, kept: Kept, jwe: str) -> None:
    """Keep a link and its file, both or neither."""
    pk, share = hashed("SHL", link_id), kept.share
    ends = int(clock.parse(share.ends_at).timestamp())
    row = _Link(pk, kept=msgspec.json.encode(kept).decode(), ends_at=share.ends_at)
    row.inbox_pk, row.inbox_sk = _of_patient(share.of), share.share_id
    row.expires_at = ends
    with transaction() as write:
        write.save(row, condition=_Link.pk.does_not_exist())
        write.save(_File(pk, jwe=jwe, expires_at=ends))


def link(link_id: str) -> Kept:
    """Return a link, over or not (the TTL deletes late); raises NotFound."""
    try:
        row = _Link.get(hashed("SHL", link_id), "LINK", consistent_read=True)
    except DoesNotExist:
        raise NotFound("there is no such link") from None
    return _to_kept(row)


def of_patient(owned: Owned) -> list[Kept]:
    """Return the patient's links, of whatever document, newest first."""
    page = _Link.inbox.query(_of_patient(owned), scan_index_forward=False)
    return [_to_kept(each) for each in page]


def count_try(link_id: str, now: datetime) -> int | None:
    """
    Count a passcode before it is looked at, and return how many were counted so far.

    None where the link is over, ended, or has none left.
    """
    row = _Link(hashed("SHL", link_id))
    is_open = (
        (_Link.tries < MOST_TRIES)
        & (_Link.ends_at > clock.text(now))
        & _Link.ended_at.does_not_exist()
    )
    # The row is brought up to what was written: two that come at once get different counts.
    return int(row.tries) if _update(row, [_Link.tries.add(1)], is_open) else None


def note_opening(link_id: str, recipient: str, now: datetime) -> None:
    """Take a try back whose passcode was right, and count an opening."""
    actions: list[Any] = [
        _Link.tries.add(-1),
        _Link.opened.add(1),
        _Link.last_opened_at.set(clock.text(now)),
        _Link.recipient.set(recipient),
    ]
    _update(_Link(hashed("SHL", link_id)), actions, _Link.pk.exists())


def end(owned: Owned, share_id: str, now: datetime) -> None:
    """End a link of the patient's, once however often."""
    for found in _Link.inbox.query(_of_patient(owned), _Link.inbox_sk == share_id):
        is_open = _Link.pk.exists() & _Link.ended_at.does_not_exist()
        _update(_Link(found.pk), [_Link.ended_at.set(clock.text(now))], is_open)


# --- its file ----------------------------------------------------------------------------------


def file(link_id: str) -> str:
    """Return the file of a link; raises NotFound."""
    try:
        return str(_File.get(hashed("SHL", link_id), "FILE").jwe)
    except DoesNotExist:
        raise NotFound("there is no such link") from None


def add_ticket(link_id: str, ticket: str, ends_at: datetime) -> None:
    """Let the file be fetched once, by whoever has *ticket*, until it ends."""
    row = _Ticket(hashed("SHL", link_id), hashed("TICKET", ticket))
    row.ends_at, row.expires_at = clock.text(ends_at), int(ends_at.timestamp())
    row.save()


def take_ticket(link_id: str, ticket: str, now: datetime) -> bool:
    """Use a ticket up; False where there is none, or not any more."""
    row = _Ticket(hashed("SHL", link_id), hashed("TICKET", ticket))
    return held(lambda: row.delete(condition=_Ticket.ends_at > clock.text(now)))


# --- shapes ------------------------------------------------------------------------------------


def _update(row: _Link, actions: list[Any], condition: Any) -> bool:
    return held(lambda: row.update(actions, condition=condition))


def _of_patient(owned: Owned) -> str:
    return f"SHLS#{owned.target_id}#{owned.patient_key}"


def _to_kept(row: Any) -> Kept:
    made = msgspec.json.decode(row.kept, type=Kept)
    share = replace(
        made.share,
        opened=int(row.opened),
        last_opened_at=row.last_opened_at or "",
        ended_at=row.ended_at or "",
    )
    return replace(made, share=share, tries=int(row.tries), recipient=row.recipient or "")
