"""
Stored objects in DynamoDB (catalogue).

TARGET#<target id>  OBJECT#<sha256>            one content: claimed, then stored; of an area also
                                               until when a batch may count on it
QUARANTINE          <bucket key>#<version id>  bytes that nobody claimed or that do not match

No index on objects: a claim costs 2 write units (it is part of a transaction) and a settlement 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.archive.facts import Facts
from chalicelib.archive.model import ObjectRow, ObjectState, Quarantined
from chalicelib.archive.store import usage
from chalicelib.tables import CatalogueTable, condition_failed, held, transaction
from chalicelib.web import cursors


class _Object(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    size_bytes = NumberAttribute()
    batch_id = UnicodeAttribute()
    claim_ends_at = UnicodeAttribute(null=True)
    upload_id = UnicodeAttribute(null=True)
    correlation_id = UnicodeAttribute(null=True)
    stored_at = UnicodeAttribute(null=True)
    facts = UnicodeAttribute(null=True)
    wanted_until = UnicodeAttribute(null=True)


class _Quarantined(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default="QUARANTINE")
    sk = UnicodeAttribute(range_key=True)
    bucket_key = UnicodeAttribute()
    version_id = UnicodeAttribute(null=True)
    size_bytes = NumberAttribute()
    reason = UnicodeAttribute()
    found_at = UnicodeAttribute()


def rows(target_id: str, digests: Iterable[str]) -> dict[str, ObjectRow]:
    """Return the rows of *digests* that exist, by SHA-256, read consistently."""
    keys = [(f"TARGET#{target_id}", f"OBJECT#{each}") for each in dict.fromkeys(digests)]
    found = (_to_row(each) for each in _Object.batch_get(keys, consistent_read=True))
    return {row.sha256: row for row in found}


def row(target_id: str, sha256: str) -> ObjectRow | None:
    return rows(target_id, [sha256]).get(sha256)


def claim_in(write: TransactWrite, claim: ObjectRow, wanted_until: str | None = None) -> None:
    """Add a claimed row; the transaction fails when the content is known already."""
    item = _to_item(claim)
    item.wanted_until = wanted_until
    write.save(item, condition=_Object.pk.does_not_exist())


def want_in(write: TransactWrite, there: ObjectRow, until: str) -> None:
    """Let a batch count on an object that is there; the transaction fails when it is erased."""
    write.update(
        _key(there),
        [_Object.wanted_until.set(until)],
        condition=_Object.state.is_in(ObjectState.CLAIMED.value, ObjectState.STORED.value),
    )


def begin_erasing(target_id: str, sha256: str, now: str) -> bool:
    """Let nobody count on a stored object from here on; False when some batch does."""
    free = _Object.wanted_until.does_not_exist() | (_Object.wanted_until < now)
    condition = (_Object.state == ObjectState.STORED.value) & free
    row = _Object(f"TARGET#{target_id}", f"OBJECT#{sha256}")
    actions: list[Action] = [_Object.state.set(ObjectState.ERASING.value)]
    return held(lambda: row.update(actions, condition=condition))


def stop_erasing(target_id: str, sha256: str) -> None:
    """Let an object be stored again of which nothing was erased yet."""
    row = _Object(f"TARGET#{target_id}", f"OBJECT#{sha256}")
    condition = _Object.state == ObjectState.ERASING.value
    held(lambda: row.update([_Object.state.set(ObjectState.STORED.value)], condition=condition))


def forget_erased(erased: ObjectRow, facility_id: str) -> bool:
    """Forget an object whose bytes are gone and give its capacity back, once."""
    try:
        with transaction() as write:
            is_erasing = _Object.state == ObjectState.ERASING.value
            write.delete(_key(erased), condition=is_erasing)
            usage.release_in(write, facility_id, erased.target_id, erased.size_bytes)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def forget_row(target_id: str, sha256: str) -> None:
    """Forget a stored object that a manifest tells of and that was erased since."""
    row = _Object(f"TARGET#{target_id}", f"OBJECT#{sha256}")
    held(lambda: row.delete(condition=_Object.state == ObjectState.STORED.value))


def take_over(claim: ObjectRow) -> bool:
    """Let *claim*'s batch await an object another one claimed; False when it is settled."""
    actions = [
        _Object.batch_id.set(claim.batch_id),
        _Object.claim_ends_at.set(claim.claim_ends_at or ""),
        _Object.correlation_id.set(claim.correlation_id or "none"),
    ]
    return _update(claim, actions, _Object.state == ObjectState.CLAIMED.value)


def remember_upload(claim: ObjectRow, upload_id: str) -> bool:
    """Keep S3's upload id with the claim; False when another one was kept first."""
    awaiting = (_Object.state == ObjectState.CLAIMED.value) & _Object.upload_id.does_not_exist()
    return _update(claim, [_Object.upload_id.set(upload_id)], awaiting)


def forget_upload(claim: ObjectRow) -> None:
    """Drop an upload id S3 no longer knows."""
    _update(claim, [_Object.upload_id.remove()], _Object.upload_id == claim.upload_id)


def settle(claim: ObjectRow, stored_at: str, facts: Facts) -> bool:
    """Turn claimed into stored, once: False when it was settled or released before."""
    actions = [
        _Object.state.set(ObjectState.STORED.value),
        _Object.stored_at.set(stored_at),
        _Object.facts.set(_json(facts)),
        _Object.claim_ends_at.remove(),
        _Object.correlation_id.remove(),
        _Object.upload_id.remove(),
    ]
    return _update(claim, actions, _Object.state == ObjectState.CLAIMED.value)


def release(claim: ObjectRow, facility_id: str) -> bool:
    """
    Give a claim and its bytes back, both or neither.

    Nothing happens (False) when the object was settled, or its claim renewed, since it was read.
    """
    unchanged = (_Object.state == ObjectState.CLAIMED.value) & (
        _Object.claim_ends_at == claim.claim_ends_at
    )
    try:
        with transaction() as write:
            write.delete(_key(claim), condition=unchanged)
            usage.release_in(write, facility_id, claim.target_id, claim.size_bytes)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def restore_row(stored: ObjectRow) -> None:
    """Put back a stored row from a manifest, unless the row is there."""
    held(lambda: _to_item(stored).save(_Object.pk.does_not_exist()))


def all_of(target_id: str) -> Iterator[ObjectRow]:
    """Yield every object row of a target (operator commands only: it grows with the archive)."""
    for item in _Object.query(f"TARGET#{target_id}", _Object.sk.startswith("OBJECT#")):
        yield _to_row(item)


def rows_after(target_id: str, after: str, limit: int) -> list[ObjectRow]:
    """Return the next *limit* object rows past the digest *after*, in order, read consistently."""
    past = f"OBJECT#{after}~" if after else "OBJECT#"  # "~" sorts after every digest's own
    items = _Object.query(
        f"TARGET#{target_id}",
        _Object.sk.between(past, "OBJECT#~"),
        consistent_read=True,
        limit=limit,
    )
    return [_to_row(item) for item in items]


# --- quarantine --------------------------------------------------------------------------------


def quarantine(
    bucket_key: str, *, version_id: str | None, size_bytes: int, reason: str, found_at: str
) -> None:
    """List bytes for the operator; listing the same version twice is the same as once."""
    _Quarantined(
        sk=f"{bucket_key}#{version_id or ''}",
        bucket_key=bucket_key,
        version_id=version_id,
        size_bytes=size_bytes,
        reason=reason,
        found_at=found_at,
    ).save()


def quarantined(cursor: str | None) -> tuple[list[Quarantined], str | None]:
    """Return a page of the quarantine and the cursor of the next."""
    page = _Quarantined.query(
        "QUARANTINE",
        limit=cursors.PAGE_ROWS,
        last_evaluated_key=cursors.read(cursor, partition="QUARANTINE"),
    )
    listed = [
        Quarantined(
            key=item.bucket_key,
            version_id=item.version_id,
            size=int(item.size_bytes),
            reason=item.reason,
            found_at=item.found_at,
        )
        for item in page
    ]
    return listed, cursors.written(page.last_evaluated_key)


# --- shapes ------------------------------------------------------------------------------------


def _update(claim: ObjectRow, actions: list[Any], condition: Any) -> bool:
    return held(lambda: _key(claim).update(actions, condition=condition))


def _key(claim: ObjectRow) -> _Object:
    return _Object(f"TARGET#{claim.target_id}", f"OBJECT#{claim.sha256}")


def _json(facts: Facts) -> str:
    return msgspec.json.encode(facts).decode()


def _to_item(claim: ObjectRow) -> _Object:
    item = _key(claim)
    item.state = claim.state.value
    item.size_bytes = claim.size_bytes
    item.batch_id = claim.batch_id
    item.claim_ends_at = claim.claim_ends_at
    item.correlation_id = claim.correlation_id
    item.stored_at = claim.stored_at
    item.facts = _json(claim.facts) if claim.facts is not None else None
    return item


def _to_row(item: _Object) -> ObjectRow:
    return ObjectRow(
        target_id=item.pk.removeprefix("TARGET#"),
        sha256=item.sk.removeprefix("OBJECT#"),
        size_bytes=int(item.size_bytes),
        state=ObjectState(item.state),
        batch_id=item.batch_id,
        claim_ends_at=item.claim_ends_at,
        upload_id=item.upload_id,
        correlation_id=item.correlation_id,
        stored_at=item.stored_at,
        facts=msgspec.json.decode(item.facts, type=Facts) if item.facts else None,
    )
