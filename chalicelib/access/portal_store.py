"""
What the portal keeps of people, in DynamoDB (box: all of it ends).

VISIT#<sha256>   VISIT    a browser's session; the id itself stands in its cookie only
SIGNIN#<sha256>  SIGNIN   a sign-in under way, sealed with an id that only its browser has
TRIES#<sha256>   TRIES    wrong passwords and codes of an account, until ends_at
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.models import Model

from chalicelib.access import people_store
from chalicelib.access.model import Caller, PortalVisit, Role
from chalicelib.access.store import hashed
from chalicelib.kernel import clock
from chalicelib.tables import BoxTable, condition_failed


class _Visit(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="VISIT")
    role = UnicodeAttribute()
    person_id = UnicodeAttribute()
    facility_id = UnicodeAttribute(null=True)
    account = UnicodeAttribute()
    proved_twice = BooleanAttribute()
    seen_at = UnicodeAttribute()
    ends_at = UnicodeAttribute()
    expires_at = NumberAttribute()


class _SignIn(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SIGNIN")
    sealed = BinaryAttribute(legacy_encoding=False)
    ends_at = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Tries(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="TRIES")
    tries = NumberAttribute()
    ends_at = UnicodeAttribute()
    expires_at = NumberAttribute()


# --- visits ------------------------------------------------------------------------------------


def add_visit(session_id: str, visit: PortalVisit) -> None:
    """Begin a visit; raises NotAllowed ``disabled`` when its holder may not come in."""
    row = _Visit(
        hashed("VISIT", session_id),
        role=visit.caller.role.value,
        person_id=visit.caller.id,
        facility_id=visit.caller.facility_id or None,
        account=visit.account,
        proved_twice=visit.proved_twice,
        seen_at=visit.seen_at,
        ends_at=visit.ends_at,
        expires_at=_seconds(visit.ends_at),
    )
    people_store.begin_session(
        visit.caller,
        visit.account,
        visit.seen_at,
        row,
        pk=row.pk,
        expires_at=_seconds(visit.ends_at),
    )


def visit(session_id: str) -> PortalVisit | None:
    """Return the visit as it is kept, over or not (the TTL deletes late)."""
    try:
        row = _Visit.get(hashed("VISIT", session_id), "VISIT", consistent_read=True)
    except DoesNotExist:
        return None
    return PortalVisit(
        caller=Caller(Role(row.role), row.person_id, row.facility_id or ""),
        account=row.account,
        proved_twice=row.proved_twice,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
    )


def note_seen(session_id: str, seen_at: str) -> None:
    """Note that the visitor is still there; a visit that was ended meanwhile stays ended."""
    row = _Visit(hashed("VISIT", session_id), "VISIT")
    try:
        row.update([_Visit.seen_at.set(seen_at)], condition=_Visit.pk.exists())
    except UpdateError as error:
        if not condition_failed(error):
            raise


def end_visit(session_id: str) -> None:
    """End a visit; ending one that is over changes nothing."""
    _Visit(hashed("VISIT", session_id), "VISIT").delete()


# --- sign-ins under way ------------------------------------------------------------------------


def add_sign_in(sign_in_id: str, sealed: bytes, ends_at: str) -> None:
    key, life = hashed("SIGNIN", sign_in_id), _seconds(ends_at)
    _SignIn(key, sealed=sealed, ends_at=ends_at, expires_at=life).save()


def sign_in(sign_in_id: str, at: datetime) -> bytes | None:
    """Return what was sealed, unless it is unknown or past its time."""
    try:
        row = _SignIn.get(hashed("SIGNIN", sign_in_id), "SIGNIN", consistent_read=True)
    except DoesNotExist:
        return None
    return bytes(row.sealed) if clock.parse(row.ends_at) > at else None


def end_sign_in(sign_in_id: str) -> None:
    _SignIn(hashed("SIGNIN", sign_in_id), "SIGNIN").delete()


# --- tries -------------------------------------------------------------------------------------


def count_try(account: str, at: datetime, *, limit: int, window: timedelta) -> bool:
    """
    Count a try at *account* before it is made; return whether there is one left.

    One conditional update counts it, so that tries at the same moment cannot share one: it opens
    a window, or else goes on in the one that is open.
    """
    now, ends = clock.text(at), clock.text(at + window)
    opening = [
        _Tries.tries.set(1),
        _Tries.ends_at.set(ends),
        _Tries.expires_at.set(_seconds(ends)),
    ]
    if _changed(account, opening, _Tries.pk.does_not_exist() | (_Tries.ends_at <= now)):
        return True
    is_left = (_Tries.tries < limit) & (_Tries.ends_at > now)
    return _changed(account, [_Tries.tries.add(1)], is_left)


def take_back_try(account: str) -> None:
    """The last try was right: it counts for nothing."""
    _changed(account, [_Tries.tries.add(-1)], _Tries.tries > 0)


def forget_tries(account: str) -> None:
    """The account's holder has signed in."""
    _tries_of(account).delete()


def _changed(account: str, actions: list[Any], condition: Any) -> bool:
    try:
        _tries_of(account).update(actions, condition=condition)
    except UpdateError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def _tries_of(account: str) -> _Tries:
    return _Tries(hashed("TRIES", account.casefold()), "TRIES")


def _seconds(written: str) -> int:
    return int(clock.parse(written).timestamp())
