"""
Captures in the media bucket: put there by whoever took them, read, or forgotten.

What a death leaves behind, the bucket's lifecycle clears away after 15 days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib.buckets.client import CONTENT_TYPE, base64_of, client
from chalicelib.buckets.signing import GET_SECONDS, PUT_SECONDS, SignedRequest, signed
from chalicelib.buckets.stored import StoredBytes, stored_bytes
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.settings import settings


def signed_put(key: str, *, size_bytes: int, sha256: str) -> SignedRequest:
    """Sign the upload of exactly *size_bytes* bytes whose digest is *sha256* (hex), once."""
    headers = {
        "content-length": str(size_bytes),
        "content-type": CONTENT_TYPE,
        "if-none-match": "*",
        "x-amz-checksum-sha256": base64_of(sha256),
    }
    return signed("PUT", key, {}, headers, PUT_SECONDS, settings().media_bucket)


def signed_get(key: str, media: str, ends_at: datetime, file_name: str = "") -> str:
    """
    Return a URL of a capture, to be taken for *media*.  Its audit row has been committed before.

    Args:
        ends_at: The URL shows nothing from then on, and lasts for some minutes at most.
        file_name: It is to be saved as this, not shown; tells nobody's data.
    """
    query = {"response-cache-control": "no-store", "response-content-type": media}
    if file_name:
        query["response-content-disposition"] = f'attachment; filename="{file_name}"'
    left = int((ends_at - clock.now()).total_seconds())
    seconds = max(1, min(GET_SECONDS, left))
    return signed("GET", key, query, {}, seconds, settings().media_bucket).url


def stored(key: str) -> StoredBytes | None:
    """Return what S3 knows of a capture, or None when nothing is there."""
    return stored_bytes(key, settings().media_bucket)


def read(key: str, length: int) -> bytes:
    """Return the first *length* bytes of a capture, at most; b"" where it is gone."""
    place = {"Bucket": settings().media_bucket, "Key": key}
    try:
        found = client().get_object(**place, Range=f"bytes=0-{length - 1}")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return b""
        raise
    return bytes(found["Body"].read())


def forget(keys: Iterable[str]) -> None:
    """Delete captures, at most a thousand; those that are not there do no harm."""
    named = [{"Key": each} for each in keys]
    if not named:
        return
    answer = client().delete_objects(
        Bucket=settings().media_bucket,
        Delete={"Objects": named, "Quiet": True},
        ChecksumAlgorithm="SHA256",
    )
    if answer.get("Errors"):
        raise Unavailable("S3 did not delete all it was asked to")
