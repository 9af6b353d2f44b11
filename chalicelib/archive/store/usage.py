"""
Capacity of a target: claimed when an upload URL is issued, so it cannot be overshot.

core  FACILITY#<facility id>  USAGE#<target id>   limit_bytes, available_bytes

Always: available + claimed + stored = limit.  Claimed and stored are the object rows' own sum,
so settling an upload changes nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CoreTable


class Usage(msgspec.Struct, frozen=True):
    facility_id: str
    target_id: str
    limit_bytes: int
    available_bytes: int


class _Usage(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    limit_bytes = NumberAttribute()
    available_bytes = NumberAttribute()


def of(facility_id: str, target_id: str) -> Usage:
    """Return the usage of a target; limit 0 where no contract ever was in force."""
    row = _key(facility_id, target_id)
    try:
        row.refresh(consistent_read=True)
    except _Usage.DoesNotExist:
        return Usage(facility_id, target_id, 0, 0)
    return Usage(facility_id, target_id, int(row.limit_bytes), int(row.available_bytes))


def used_bytes(keys: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return what is claimed and stored of some targets, a hundred of them with one call."""
    rows = _Usage.batch_get(
        [(f"FACILITY#{here}", f"USAGE#{target_id}") for here, target_id in keys]
    )
    return {
        row.sk.removeprefix("USAGE#"): int(row.limit_bytes) - int(row.available_bytes)
        for row in rows
    }


def require(facility_id: str, target_id: str) -> None:
    """Raise NotFound unless the target is the facility's and has (or had) a contract."""
    if of(facility_id, target_id).limit_bytes == 0:
        raise NotFound("there is no such target, or it never had a contract")


def set_limit_in(
    write: TransactWrite, before: Usage, limit_bytes: int, *, may_exceed: bool = False
) -> None:
    """
    Change the limit; the transaction fails when more than that is claimed and stored.

    Args:
        may_exceed: Change it even then: the available bytes are below zero until room is made.
    """
    change = limit_bytes - before.limit_bytes
    if before.limit_bytes == 0:
        row = _key(before.facility_id, before.target_id)
        row.limit_bytes = row.available_bytes = limit_bytes
        write.save(row, condition=_Usage.pk.does_not_exist())
        return
    unchanged = _Usage.limit_bytes == before.limit_bytes
    fits = _Usage.available_bytes >= -change
    write.update(
        _key(before.facility_id, before.target_id),
        [_Usage.limit_bytes.set(limit_bytes), _Usage.available_bytes.add(change)],
        condition=unchanged if may_exceed else unchanged & fits,
    )


def claim_in(
    write: TransactWrite,
    facility_id: str,
    target_id: str,
    size_bytes: int,
    *,
    may_exceed: bool = False,
) -> None:
    """
    Claim *size_bytes*; the transaction fails when they are not free.

    Args:
        may_exceed: Overage is agreed on: what lies above the limit makes available negative.
    """
    has_room = _Usage.pk.exists() if may_exceed else _Usage.available_bytes >= size_bytes
    write.update(
        _key(facility_id, target_id),
        [_Usage.available_bytes.add(-size_bytes)],
        condition=has_room,
    )


def release_in(write: TransactWrite, facility_id: str, target_id: str, size_bytes: int) -> None:
    """Give *size_bytes* of claims back."""
    write.update(_key(facility_id, target_id), [_Usage.available_bytes.add(size_bytes)])


def forget_in(write: TransactWrite, facility_id: str, target_id: str) -> None:
    """Forget a target of which nothing is stored any more: as if it never had a contract."""
    write.delete(_key(facility_id, target_id))


def _key(facility_id: str, target_id: str) -> _Usage:
    return _Usage(f"FACILITY#{facility_id}", f"USAGE#{target_id}")
