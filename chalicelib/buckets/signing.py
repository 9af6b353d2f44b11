"""Requests somebody without AWS credentials may make: exactly these, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from chalicelib.buckets.client import CONTENT_TYPE, address, base64_of, client
from chalicelib.kernel import clock, sigv4
from chalicelib.kernel.errors import Unavailable
from chalicelib.sessions import session
from chalicelib.settings import settings

PUT_SECONDS = 300
PART_SECONDS = 900
GET_SECONDS = 300


class SignedRequest(msgspec.Struct, frozen=True):
    """A request somebody without AWS credentials may make: exactly these headers, this URL."""

    url: str
    headers: dict[str, str]
    expires_at: str


def signed_put(key: str, *, size_bytes: int, sha256: str) -> SignedRequest:
    """Sign the upload of exactly *size_bytes* bytes whose digest is *sha256* (hex)."""
    headers = {
        "content-length": str(size_bytes),
        "content-type": CONTENT_TYPE,
        "if-none-match": "*",
        "x-amz-checksum-sha256": base64_of(sha256),
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": settings().kms_key_arn,
    }
    return signed("PUT", key, {}, headers, PUT_SECONDS)


def signed_part(
    key: str, upload_id: str, number: int, *, size_bytes: int, sha256: str
) -> SignedRequest:
    """Sign the upload of part *number* (1 to 10,000) of a multipart upload."""
    headers = {"content-length": str(size_bytes), "x-amz-checksum-sha256": base64_of(sha256)}
    query = {"partNumber": str(number), "uploadId": upload_id}
    return signed("PUT", key, query, headers, PART_SECONDS)


def signed_get(key: str, media: str = CONTENT_TYPE) -> SignedRequest:
    """Sign one download, to be taken for *media*.  Its audit row has been committed before."""
    query = {
        "response-cache-control": "no-store",
        "response-content-encoding": "identity",  # whatever header an upload brought along
        "response-content-type": media,
    }
    return signed("GET", key, query, {}, GET_SECONDS)


def signed_original(key: str, file_name: str) -> SignedRequest:
    """Sign one download of an object, to be saved as *file_name*, which tells nobody's data."""
    query = {
        "response-cache-control": "no-store",
        "response-content-disposition": f'attachment; filename="{file_name}"',
        "response-content-encoding": "identity",
        "response-content-type": CONTENT_TYPE,
    }
    return signed("GET", key, query, {}, GET_SECONDS)


def signed_download(key: str, file_name: str, media: str = "application/zip") -> SignedRequest:
    """Sign one download from the media bucket.  The caller has committed its audit row first."""
    query = {
        "response-cache-control": "no-store",
        "response-content-disposition": f'attachment; filename="{file_name}"',
        "response-content-type": media,
    }
    return signed("GET", key, query, {}, GET_SECONDS, settings().media_bucket)


def download_origin() -> str:
    """Return scheme and host of such a download, for a page's policy."""
    base, _, _ = address(settings().media_bucket)
    return base


def objects_origin() -> str:
    """Return scheme and host that agents send objects to, and fetch them from."""
    base, _, _ = address(settings().objects_bucket)
    return base


def signed(
    method: str,
    key: str,
    query: Mapping[str, str],
    headers: dict[str, str],
    seconds: int,
    bucket: str = "",
) -> SignedRequest:
    base, host, path = address(bucket or settings().objects_bucket)
    at = clock.wall_now()
    path = f"{path}/{key}"  # our keys need no encoding: letters, digits, '-', '/'
    signed = sigv4.presigned_query(
        _credentials(),
        method=method,
        host=host,
        path=path,
        query=query,
        headers=headers,
        region=client().meta.region_name,
        at=at,
        seconds=seconds,
    )
    expires_at = clock.text(clock.now() + timedelta(seconds=seconds))
    return SignedRequest(f"{base}{path}?{signed}", headers, expires_at)


def _credentials() -> sigv4.Credentials:
    found = session().get_credentials()
    if found is None:
        raise Unavailable("the service has no AWS credentials")
    frozen = found.get_frozen_credentials()
    return sigv4.Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)
