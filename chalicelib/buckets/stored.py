"""What is stored in the objects bucket: looked at, read, written once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime

import msgspec
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from chalicelib.buckets.client import client, objects
from chalicelib.settings import settings

READ_BYTES = 1 << 20
PIECE_BYTES = 16 << 20  # of a stream
TRIES = 3  # of a piece whose connection breaks


class StoredBytes(msgspec.Struct, frozen=True):
    """
    What S3 knows of an object.

    Attributes:
        sha256: Hex digest of the whole object, or None when S3 holds none (multipart).
    """

    size_bytes: int
    sha256: str | None
    version_id: str | None


def object_key(target_id: str, sha256: str) -> str:
    return f"t/{target_id}/{sha256}"


def stored_bytes(key: str, bucket: str = "") -> StoredBytes | None:
    """Return what S3 knows of *key* (of the objects bucket), or None when nothing is there."""
    try:
        head = client().head_object(Bucket=bucket or objects(), Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise
    # Of a multipart object it is a digest of digests, and its ETag ends with the parts' number.
    in_parts = head.get("ChecksumType") == "COMPOSITE" or "-" in head.get("ETag", "")
    whole = None if in_parts else head.get("ChecksumSHA256")
    return StoredBytes(
        size_bytes=head["ContentLength"],
        sha256=base64.b64decode(whole).hex() if whole else None,
        version_id=head.get("VersionId"),
    )


def is_locked(key: str, now: datetime) -> bool:
    """Tell whether S3 lets nobody delete *key* yet; nothing locks what is not there."""
    try:
        head = client().head_object(Bucket=objects(), Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    until = head.get("ObjectLockRetainUntilDate")
    return head.get("ObjectLockLegalHoldStatus") == "ON" or (until is not None and until > now)


def read_range(key: str, offset: int, length: int) -> bytes:
    """Return at most *length* bytes of *key* from *offset* (a range GET); b"" past its end."""
    try:
        answer = client().get_object(
            Bucket=objects(), Key=key, Range=f"bytes={offset}-{offset + length - 1}"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidRange":
            return b""
        raise
    return bytes(answer["Body"].read(length))


def pieces(key: str, size_bytes: int) -> Iterator[bytes]:
    """Yield *key* in pieces; fewer than *size_bytes* when less is there, or nothing at all."""
    for offset in range(0, size_bytes, PIECE_BYTES):
        yield piece(key, offset, min(PIECE_BYTES, size_bytes - offset))


def piece(key: str, offset: int, length: int) -> bytes:
    """Return a range of *key*; botocore begins no second time once an answer has begun."""
    for _ in range(TRIES - 1):
        try:
            return range_or_nothing(key, offset, length)
        except (HTTPClientError, IncompleteReadError):
            continue
    return range_or_nothing(key, offset, length)


def range_or_nothing(key: str, offset: int, length: int) -> bytes:
    """Return what :func:`read_range` does; b"" also when nothing is there under *key*."""
    try:
        return read_range(key, offset, length)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return b""
        raise


def sha256_of(key: str) -> str:
    """Read *key* whole, in pieces, and return its hex digest."""
    digest = hashlib.sha256()
    for piece in client().get_object(Bucket=objects(), Key=key)["Body"].iter_chunks(READ_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def read(key: str) -> bytes:
    """Return a small object (a manifest) whole."""
    return bytes(client().get_object(Bucket=objects(), Key=key)["Body"].read())


def put_once(key: str, body: bytes, media: str = "application/json") -> bool:
    """Store *body* under *key* unless something is there; tell whether it was stored now."""
    try:
        client().put_object(
            Bucket=objects(),
            Key=key,
            Body=body,
            ContentType=media,
            IfNoneMatch="*",
            ChecksumAlgorithm="SHA256",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=settings().kms_key_arn,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in {"PreconditionFailed", "412"}:
            return False
        raise
    return True


def keys_under(prefix: str, *, after: str = "") -> Iterator[str]:
    """Yield the keys of the objects bucket under *prefix*, in order, past *after*."""
    pages = client().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=objects(), Prefix=prefix, StartAfter=after):
        for found in page.get("Contents", ()):
            yield found["Key"]


def hide(key: str) -> None:
    """
    Put a delete marker on *key*: its bytes stay as a version, its name becomes free.

    Object Lock keeps versions; this is how wrong bytes make room for the right ones.
    """
    client().delete_object(Bucket=objects(), Key=key)
