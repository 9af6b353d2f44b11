"""Images of discs in the media bucket: written over several runs, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.buckets.client import client
from chalicelib.buckets.media import PART_BYTES, MediaUpload
from chalicelib.buckets.stored import PIECE_BYTES
from chalicelib.settings import settings

MEDIA_TYPE = "application/x-iso9660-image"


class DiscUpload(MediaUpload):
    """
    A file that one run begins and another one ends.

    Args:
        parts: What has gone up before (see :func:`parts_of`).

    Nothing gives its parts up but the bucket's lifecycle, a day after they were begun.
    """

    def __init__(self, key: str, upload_id: str, parts: list[dict[str, Any]]) -> None:
        super().__init__(key)
        self._place["UploadId"] = upload_id
        self._parts = list(parts)
        self.size_bytes = len(parts) * PART_BYTES


def start(key: str) -> str:
    """Begin an upload in parts; return its id."""
    started = client().create_multipart_upload(
        **_place(key), ContentType=MEDIA_TYPE, ChecksumAlgorithm="SHA256"
    )
    return str(started["UploadId"])


def parts_of(key: str, upload_id: str) -> list[dict[str, Any]] | None:
    """
    Return the whole parts that follow each other from the first on; None for no such upload.

    A last part is smaller: it is sent again.
    """
    pages = client().get_paginator("list_parts")
    found: list[dict[str, Any]] = []
    try:
        for page in pages.paginate(**_place(key), UploadId=upload_id):
            for each in page.get("Parts", ()):
                if each["PartNumber"] != len(found) + 1 or each["Size"] != PART_BYTES:
                    return found
                names = ("PartNumber", "ETag", "ChecksumSHA256")
                found.append({name: each[name] for name in names if name in each})
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":
            raise
        return None
    return found


def size_of(key: str) -> int | None:
    """Return how many bytes lie under *key*; None for nothing."""
    try:
        return int(client().head_object(**_place(key))["ContentLength"])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise


def pieces(key: str, size_bytes: int) -> Iterator[bytes]:
    """Yield what lies under *key*, in pieces."""
    for offset in range(0, size_bytes, PIECE_BYTES):
        yield read_range(key, offset, min(PIECE_BYTES, size_bytes - offset))


def read_range(key: str, offset: int, length: int) -> bytes:
    """Return *length* bytes of what lies under *key*, which has as many."""
    asked = f"bytes={offset}-{offset + length - 1}"
    return bytes(client().get_object(**_place(key), Range=asked)["Body"].read())


def read(key: str) -> bytes | None:
    """Return what lies under *key*; None for nothing."""
    try:
        return bytes(client().get_object(**_place(key))["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise


def put_once(key: str, body: bytes) -> bool:
    """Store *body* under *key* unless something lies there; tell whether it was stored now."""
    try:
        client().put_object(**_place(key), Body=body, IfNoneMatch="*", ChecksumAlgorithm="SHA256")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"PreconditionFailed", "412"}:
            return False
        raise
    return True


def _place(key: str) -> dict[str, str]:
    return {"Bucket": settings().media_bucket, "Key": key}
