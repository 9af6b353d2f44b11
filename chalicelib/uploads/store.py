"""
Chunks of open batches in DynamoDB (box), and the transaction that claims capacity.

BATCH#<batch id>  CHUNK#<number>   what one PUT of an agent declared and what was decided
BATCH#<batch id>  EXCEPTIONS       what the agent could not send, and why

They live 30 days; a batch lives at most two, so the sweep always finds every claim.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import timedelta
from enum import Enum, auto

import msgspec
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.archive.model import ObjectRow
from chalicelib.archive.store import batches, objects, usage
from chalicelib.archive.store.batches import Batch
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.tables import BoxTable, transaction
from chalicelib.uploads.model import Chunk

CHUNK_LIFE = timedelta(days=30)
WANTED = timedelta(days=3)  # longer than a batch lives, and its placing takes
MAX_ROW_BYTES = 380_000  # DynamoDB's limit is 400 KB with the keys


_FAILED = "ConditionalCheckFailed"
_EXPECTED = {"None", _FAILED, "TransactionConflict"}


class Claimed(Enum):
    """How a claim ended."""

    DONE = auto()
    CLOSED = auto()  # the batch takes nothing more
    NO_ROOM = auto()
    OVERTAKEN = auto()  # somebody else changed what it was based on: look again


class _Chunk(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    digest = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    expires_at = NumberAttribute()


class _Exceptions(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="EXCEPTIONS")
    body = BinaryAttribute(legacy_encoding=False)
    expires_at = NumberAttribute()


def chunk(batch_id: str, number: int) -> Chunk | None:
    """Return a chunk that was kept, or None."""
    try:
        item = _Chunk.get(f"BATCH#{batch_id}", f"CHUNK#{number:05}", consistent_read=True)
    except _Chunk.DoesNotExist:
        return None
    return _to_chunk(item)


def chunks(batch_id: str) -> list[Chunk]:
    """Return every chunk of a batch in order."""
    found = _Chunk.query(f"BATCH#{batch_id}", _Chunk.sk.startswith("CHUNK#"), consistent_read=True)
    return [_to_chunk(item) for item in found]


def claim(
    batch: Batch,
    kept: Chunk,
    claims: list[ObjectRow],
    *,
    wanted: Iterable[ObjectRow] | None = None,
    may_exceed: bool = False,
) -> Claimed:
    """
    Claim the bytes of *claims*, add their rows and keep the chunk: all or nothing.

    One transaction of at most 100 actions: that the batch is open, capacity, the chunk, and one
    row an object.

    Args:
        wanted: Of an area, what is there already: it may be erased unless a batch counts on it.
        may_exceed: The contract's overage: there is room whatever is stored.
    """
    item = _to_item(batch.batch_id, kept)
    same = _Chunk.pk.does_not_exist() | (_Chunk.digest == kept.digest)
    size_bytes = sum(each.size_bytes for each in claims)
    until = None if wanted is None else clock.text(clock.now() + WANTED)
    try:
        with transaction() as write:
            batches.still_open_in(write, batch)
            write.save(item, condition=same)
            for each in claims:
                objects.claim_in(write, each, until)
            for each in wanted or ():
                objects.want_in(write, each, str(until))
            if claims:
                where = (batch.facility_id, batch.target_id)
                usage.claim_in(write, *where, size_bytes, may_exceed=may_exceed)
    except TransactWriteError as error:
        # Reasons come in the order checks, puts, updates: the batch first, capacity last.
        reasons = [reason.code if reason else "None" for reason in error.cancellation_reasons]
        if not reasons or set(reasons) - _EXPECTED:
            raise
        if reasons[0] == _FAILED:
            return Claimed.CLOSED
        if claims and reasons[-1] == _FAILED:
            return Claimed.NO_ROOM
        return Claimed.OVERTAKEN
    return Claimed.DONE


def keep_exceptions(batch_id: str, entries: list[ExceptionEntry]) -> None:
    """Keep what the agent could not send; saying it again replaces it."""
    body = zlib.compress(msgspec.msgpack.encode(entries))
    if len(body) > MAX_ROW_BYTES:
        raise Invalid("too many exceptions for one batch; send fewer files a batch")
    _Exceptions(f"BATCH#{batch_id}", body=body, expires_at=_expiry()).save()


def exceptions(batch_id: str) -> list[ExceptionEntry]:
    """Return what the agent said it could not send."""
    try:
        item = _Exceptions.get(f"BATCH#{batch_id}", "EXCEPTIONS", consistent_read=True)
    except _Exceptions.DoesNotExist:
        return []
    return msgspec.msgpack.decode(zlib.decompress(item.body), type=list[ExceptionEntry])


def _to_item(batch_id: str, kept: Chunk) -> _Chunk:
    return _Chunk(
        f"BATCH#{batch_id}",
        f"CHUNK#{kept.number:05}",
        digest=kept.digest,
        body=zlib.compress(msgspec.msgpack.encode(kept), 6),
        expires_at=_expiry(),
    )


def _to_chunk(item: _Chunk) -> Chunk:
    return msgspec.msgpack.decode(zlib.decompress(item.body), type=Chunk)


def _expiry() -> int:
    return int((clock.now() + CHUNK_LIFE).timestamp())
