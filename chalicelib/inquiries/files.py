"""
Files that go with a message: announced, put where they wait, looked at, and kept for good.

Bytes are read once, when a message takes them along: size, digest and kind are those of the very
bytes that are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NoReturn

import msgspec

from chalicelib.access.model import Caller, home_of
from chalicelib.buckets import inquiries as bytes_of
from chalicelib.inquiries import file_store, kinds
from chalicelib.inquiries.file_store import Waiting
from chalicelib.inquiries.model import MOST_FILES, File, Message
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.uploads.model import is_digest

MOST_BYTES, MOST_TOGETHER = 50_000_000, 100_000_000  # of a file; of a message's files
MOST_WAITING = 30  # files of one person
MOST_NAME = 200  # characters
LIFE = timedelta(hours=24)


class AwaitedFile(msgspec.Struct, frozen=True):
    """Where the bytes of an announced file go: a PUT with exactly these headers."""

    file_id: str
    url: str
    headers: dict[str, str]
    expires_at: str


def announce(caller: Caller, name: str, size_bytes: int, sha256: str) -> AwaitedFile:
    """
    Note a file that is about to be put; it waits a day for its message.

    Raises:
        Invalid: ``bad-file``, ``dicom-file``, ``file-too-large``.
        Conflict: ``too-many-waiting``.
    """
    found = _noted(caller, name, size_bytes, sha256)
    key = bytes_of.waiting_key(home_of(caller), found.file_id)
    signed = bytes_of.signed_put(key, size_bytes=size_bytes, sha256=sha256)
    return AwaitedFile(found.file_id, signed.url, signed.headers, signed.expires_at)


def take_form(caller: Caller, name: str, body: bytes) -> str:
    """Take a file that came by a form where it waits, too; return its id.  Raises as announce."""
    found = _noted(caller, name, len(body), hashlib.sha256(body).hexdigest())
    bytes_of.put(bytes_of.waiting_key(home_of(caller), found.file_id), body)
    return found.file_id


def attached(
    caller: Caller, file_ids: Sequence[str], facility_id: str, *, keeps_names: bool
) -> list[File]:
    """
    Take files along that the caller put, and keep them; done again, it is the same.

    Args:
        facility_id: Whose inquiry they go with.
        keeps_names: Tell their names; they are ``file-1.pdf`` and so on otherwise.

    Raises:
        Invalid: ``too-many-files``, ``bad-file``, ``dicom-file``, ``file-too-large``.
        Conflict: ``file-missing``: its bytes have not come whole, or its time is over.
    """
    wanted = list(dict.fromkeys(file_ids))
    if len(wanted) > MOST_FILES:
        raise Invalid(f"a message has at most {MOST_FILES} files", code="too-many-files")
    if not wanted:
        return []
    waiting = {each.file_id: each for each in file_store.waiting(caller, clock.now())}
    if not waiting.keys() >= set(wanted):
        _missing()
    found = [waiting[each] for each in wanted]
    if sum(each.size_bytes for each in found) > MOST_TOGETHER:
        raise Invalid(
            f"the files of a message have at most {MOST_TOGETHER // 1_000_000} MB together",
            code="file-too-large",
        )
    return [
        _kept(caller, each, facility_id, each.name if keeps_names else _plain(each, number))
        for number, each in enumerate(found, start=1)
    ]


def gone(caller: Caller, file_ids: Sequence[str]) -> None:
    """Let files wait no more that went with a message."""
    file_store.forget(caller, dict.fromkeys(file_ids))


def named(messages: Iterable[Message], file_id: str) -> File:
    """Return a file of *messages*, which are those its reader may read; raises NotFound."""
    for message in messages:
        for each in message.files:
            if each.file_id == file_id:
                return each
    raise NotFound("there is no such file")


def url(file: File) -> str:
    """
    Return where a file can be had for some minutes, as a download.  Its audit row is written.

    Whatever it is, no browser shows it: it comes as octets, from another origin than our pages.
    """
    name = f"{file.file_id}.{kinds.extension(file.name)}"  # no URL tells what people wrote
    return bytes_of.signed_original(file.key, name).url


def _noted(caller: Caller, name: str, size_bytes: int, sha256: str) -> Waiting:
    now = clock.now()
    named = _checked(name, size_bytes, sha256)
    if len(file_store.waiting(caller, now)) >= MOST_WAITING:
        raise Conflict(
            f"{MOST_WAITING} of your files wait for a message already; send them, or wait a day",
            code="too-many-waiting",
        )
    found = Waiting(
        file_id=ids.new_id("file", now),
        name=named,
        size_bytes=size_bytes,
        sha256=sha256,
        expires_at=clock.text(now + LIFE),
    )
    file_store.add(caller, found)
    return found


def _checked(name: str, size_bytes: int, sha256: str) -> str:
    """Return a file's name without its folder; raises Invalid."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    kinds.extension(last)
    if len(last) > MOST_NAME or not last.isprintable():
        raise Invalid(f"a file's name has at most {MOST_NAME} letters", code="bad-file")
    if not is_digest(sha256):
        raise Invalid("sha256 must be 64 lower-case hex digits", code="bad-file")
    if size_bytes < 1:
        raise Invalid("this file is empty", code="bad-file")
    if size_bytes > MOST_BYTES:
        raise Invalid(f"a file has at most {MOST_BYTES // 1_000_000} MB", code="file-too-large")
    return last


def _kept(caller: Caller, waiting: Waiting, facility_id: str, name: str) -> File:
    """Keep a file as it is; raises as :func:`attached`."""
    key = bytes_of.waiting_key(home_of(caller), waiting.file_id)
    body = bytes_of.read(key, waiting.size_bytes)
    if hashlib.sha256(body).hexdigest() != waiting.sha256:
        _missing()
    media_type = kinds.media_type(waiting.name, body[: kinds.START_BYTES])
    kept_key = bytes_of.kept_key(facility_id, waiting.sha256)
    bytes_of.keep(kept_key, body)
    return File(
        file_id=waiting.file_id,
        name=name,
        media_type=media_type,
        size_bytes=waiting.size_bytes,
        sha256=waiting.sha256,
        key=kept_key,
    )


def _plain(waiting: Waiting, number: int) -> str:
    """Return a name that tells nothing but what it is."""
    return f"file-{number}.{kinds.extension(waiting.name)}"


def _missing() -> NoReturn:
    raise Conflict("a file has not come whole, or too long ago; send it again", code="file-missing")
