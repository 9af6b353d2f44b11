"""
Making the pictures that a message asks for.

A function of what S3 and DynamoDB hold: made twice, they are the same; made in any order, an
examination ends with the same cover.  What was deleted meanwhile gets none.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib import buckets
from chalicelib.archive.facts import Kind
from chalicelib.archive.model import ObjectRow, ObjectState
from chalicelib.archive.store import objects
from chalicelib.buckets import derived
from chalicelib.pictures import covers, store
from chalicelib.pictures.model import RENDERER, Rendition, State
from chalicelib.pictures.rendering import rendered
from chalicelib.pictures.service import Message
from chalicelib.telemetry import count, logger


class Lost(Exception):
    """S3 has no bytes where the catalogue says there are."""


def make(message: Message, has_time: Callable[[], bool]) -> Message | None:
    """Make what *message* asks for, as far as there is time; return what is left, if anything."""
    asked = [sha256 for digests in message.wanted.values() for sha256 in digests]
    left = set(_made_of(message, asked, has_time))
    _forget_the_deleted(message.target_id, [each for each in asked if each not in left])
    for examination_id in message.wanted:
        if examination_id:
            covers.choose(message.target_id, examination_id)
    if not left:
        return None
    wanted = {
        name: [each for each in digests if each in left] for name, digests in message.wanted.items()
    }
    kept = {name: digests for name, digests in wanted.items() if digests}
    return Message(target_id=message.target_id, wanted=kept, anew=message.anew)


def _made_of(message: Message, asked: list[str], has_time: Callable[[], bool]) -> list[str]:
    """Make what has not been made; return what there was no time for."""
    known = {} if message.anew else store.of(message.target_id, asked)
    rows = objects.rows(message.target_id, asked)
    due = [
        rows[sha256]
        for sha256 in dict.fromkeys(asked)
        if sha256 in rows
        and rows[sha256].state is ObjectState.STORED
        and (sha256 not in known or known[sha256].made_by < RENDERER)
    ]
    for number, row in enumerate(due):
        if not has_time():
            return [each.sha256 for each in due[number:]]
        _make(row)
    return []


def _make(row: ObjectRow) -> None:
    """Make the pictures of one object, files first: who sees the row finds them."""
    key = buckets.object_key(row.target_id, row.sha256)

    def read(offset: int, length: int) -> bytes:
        found = buckets.range_or_nothing(key, offset, length)
        if length and not found:
            raise Lost
        return found

    kind = row.facts.kind if row.facts else Kind.OTHER
    try:
        picture, files = rendered(row.sha256, read, row.size_bytes, kind)
    except Lost:
        logger.error("stored object is not there", extra={"key": key})
        return
    for name, body in files.items():
        derived.put(row.target_id, row.sha256, name, body)
    store.put(row.target_id, picture)
    count("PicturesMade" if picture.state is State.MADE else "PicturesNotMade")
    told = {"key": key, "reason": picture.reason, "sizes": picture.sizes}
    logger.info("pictures made", extra=told)


def _forget_the_deleted(target_id: str, asked: list[str]) -> None:
    """
    Delete pictures of what is not stored any more: a purge may have come by meanwhile.

    Looked at after everything has been written; who dies before that comes again and looks.
    """
    stored = {
        sha256
        for sha256, row in objects.rows(target_id, asked).items()
        if row.state is ObjectState.STORED
    }
    for sha256 in dict.fromkeys(asked):
        if sha256 not in stored:
            derived.erase(derived.key(target_id, sha256, name) for name in Rendition)
            store.forget(target_id, sha256)
