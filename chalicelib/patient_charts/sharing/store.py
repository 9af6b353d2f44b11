"""
Links that patients made, in DynamoDB (box: all of them end).

SHARED#<sha256 of the secret>  SHARED    a link; the secret itself stands in its address only
inbox  SHARES#<target id>#<patient key>  <share id>    the same row, among those of its patient
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
from chalicelib.patient_charts.sharing.model import MOST_OPENINGS, Owned, Share
from chalicelib.tables import BoxTable, held


class _Inbox(GlobalSecondaryIndex["_Shared"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "inbox"
        projection = AllProjection()

    inbox_pk = UnicodeAttribute(hash_key=True)
    inbox_sk = UnicodeAttribute(range_key=True)


class _Shared(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SHARED")
    inbox_pk = UnicodeAttribute()
    inbox_sk = UnicodeAttribute()
    share = UnicodeAttribute()  # as it was made
    ends_at = UnicodeAttribute()
    opened = NumberAttribute(default=0)
    last_opened_at = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()

    inbox = _Inbox()


def add(secret: str, share: Share) -> None:
    """Keep a link that was made."""
    row = _Shared(hashed("SHARED", secret))
    row.inbox_pk, row.inbox_sk = _of_patient(share.of), share.share_id
    row.share, row.ends_at = msgspec.json.encode(share).decode(), share.ends_at
    row.expires_at = int(clock.parse(share.ends_at).timestamp())
    row.save(_Shared.pk.does_not_exist())


def share(secret: str) -> Share:
    """Return the link of *secret*, over or not (the TTL deletes late); raises NotFound."""
    try:
        row = _Shared.get(hashed("SHARED", secret), "SHARED", consistent_read=True)
    except DoesNotExist:
        raise NotFound("there is no such link") from None
    return _to_share(row)


def of_patient(owned: Owned) -> list[Share]:
    """Return the patient's links, of whatever document, newest first."""
    page = _Shared.inbox.query(_of_patient(owned), scan_index_forward=False)
    return [_to_share(each) for each in page]


def open_once(secret: str, now: datetime) -> bool:
    """Count one opening; False where the link opens nothing any more."""
    actions: list[Any] = [_Shared.opened.add(1), _Shared.last_opened_at.set(clock.text(now))]
    is_open = (
        (_Shared.opened < MOST_OPENINGS)
        & (_Shared.ends_at > clock.text(now))
        & _Shared.ended_at.does_not_exist()
    )
    return _update(_Shared(hashed("SHARED", secret)), actions, is_open)


def end(owned: Owned, share_id: str, now: datetime) -> None:
    """End a link of the patient's, once however often; raises NotFound."""
    found = list(_Shared.inbox.query(_of_patient(owned), _Shared.inbox_sk == share_id))
    if not found:
        raise NotFound("there is no such link, or it is not yours")
    row = _Shared(found[0].pk)
    _update(row, [_Shared.ended_at.set(clock.text(now))], _is_to_be_ended())


def _is_to_be_ended() -> Any:
    """Whether the row is there still (the TTL may have deleted it) and was not ended yet."""
    return _Shared.pk.exists() & _Shared.ended_at.does_not_exist()


def _update(row: _Shared, actions: list[Any], condition: Any) -> bool:
    return held(lambda: row.update(actions, condition=condition))


def _of_patient(owned: Owned) -> str:
    return f"SHARES#{owned.target_id}#{owned.patient_key}"


def _to_share(row: Any) -> Share:
    return replace(
        msgspec.json.decode(row.share, type=Share),
        opened=int(row.opened),
        last_opened_at=row.last_opened_at or "",
        ended_at=row.ended_at or "",
    )
