"""Uploads of large objects in parts."""

from __future__ import annotations

from typing import Any

import msgspec
from botocore.exceptions import ClientError

from chalicelib.buckets.client import CONTENT_TYPE, client, objects
from chalicelib.buckets.stored import stored_bytes
from chalicelib.settings import settings


class Part(msgspec.Struct, frozen=True):
    number: int
    etag: str
    size_bytes: int
    sha256: str  # base64, as S3 speaks


def start_multipart(key: str) -> str:
    """Begin a multipart upload whose parts carry SHA-256; return its upload id."""
    started = client().create_multipart_upload(
        Bucket=objects(),
        Key=key,
        ContentType=CONTENT_TYPE,
        ChecksumAlgorithm="SHA256",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=settings().kms_key_arn,
    )
    return str(started["UploadId"])


def parts_of(key: str, upload_id: str) -> list[Part] | None:
    """Return the parts that have arrived, or None when S3 knows no such upload."""
    pages = client().get_paginator("list_parts")
    try:
        return [
            Part(each["PartNumber"], each["ETag"], each["Size"], each.get("ChecksumSHA256", ""))
            for page in pages.paginate(Bucket=objects(), Key=key, UploadId=upload_id)
            for each in page.get("Parts", ())
        ]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchUpload":
            return None
        raise


def complete_multipart(key: str, upload_id: str, parts: list[Part]) -> None:
    """Join *parts*; harmless when the object is there already."""
    listed: list[Any] = []
    for part in parts:
        each = {"PartNumber": part.number, "ETag": part.etag}
        listed.append(each | ({"ChecksumSHA256": part.sha256} if part.sha256 else {}))
    try:
        client().complete_multipart_upload(
            Bucket=objects(),
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": listed},
            IfNoneMatch="*",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"PreconditionFailed", "NoSuchUpload", "412"}:
            raise
        if stored_bytes(key) is None:
            raise


def abort_multipart(key: str, upload_id: str) -> None:
    """Give the parts up; harmless when S3 knows no such upload."""
    try:
        client().abort_multipart_upload(Bucket=objects(), Key=key, UploadId=upload_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":
            raise
