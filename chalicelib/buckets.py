"""
S3, and the only module that speaks to it.

Keys of the objects bucket:

t/<target id>/<sha256 hex>                   a facility's bytes, content-addressed, never rewritten
m/<target id>/<completed at>-<batch id>.json the manifest of a finished batch

Keys of the media bucket, which forgets:

zip/<facility id>/<export id>.zip            a restore somebody asked for, for a week

None holds patient data.  A PUT signs key, length, type, SHA-256, ``If-None-Match: *`` and the
encryption, so a URL stores these very bytes once, or nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.session import Session

from chalicelib.kernel import clock, sigv4
from chalicelib.kernel.errors import Unavailable
from chalicelib.settings import settings

PUT_SECONDS = 300
PART_SECONDS = 900
GET_SECONDS = 300
CONTENT_TYPE = "application/octet-stream"  # what it really is, only its reader decides
READ_BYTES = 1 << 20
PIECE_BYTES = 16 << 20  # of a stream from bucket to bucket: 10,000 parts make 160 GB
VERSIONS = 1_000  # a request, S3's limit
TRIES = 3  # of a piece whose connection breaks


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request somebody without AWS credentials may make: exactly these headers, this URL."""

    url: str
    headers: dict[str, str]
    expires_at: str


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """
    What S3 knows of an object.

    Attributes:
        sha256: Hex digest of the whole object, or None when S3 holds none (multipart).
    """

    size_bytes: int
    sha256: str | None
    version_id: str | None


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    etag: str
    size_bytes: int
    sha256: str  # base64, as S3 speaks


def object_key(target_id: str, sha256: str) -> str:
    return f"t/{target_id}/{sha256}"


# --- signing -----------------------------------------------------------------------------------


def signed_put(key: str, *, size_bytes: int, sha256: str) -> SignedRequest:
    """Sign the upload of exactly *size_bytes* bytes whose digest is *sha256* (hex)."""
    headers = {
        "content-length": str(size_bytes),
        "content-type": CONTENT_TYPE,
        "if-none-match": "*",
        "x-amz-checksum-sha256": _base64(sha256),
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": settings().kms_key_arn,
    }
    return _signed("PUT", key, {}, headers, PUT_SECONDS)


def signed_part(
    key: str, upload_id: str, number: int, *, size_bytes: int, sha256: str
) -> SignedRequest:
    """Sign the upload of part *number* (1 to 10,000) of a multipart upload."""
    headers = {"content-length": str(size_bytes), "x-amz-checksum-sha256": _base64(sha256)}
    query = {"partNumber": str(number), "uploadId": upload_id}
    return _signed("PUT", key, query, headers, PART_SECONDS)


def signed_get(key: str) -> SignedRequest:
    """Sign one download.  The caller has committed its audit row first."""
    query = {
        "response-cache-control": "no-store",
        "response-content-encoding": "identity",  # whatever header an upload brought along
        "response-content-type": CONTENT_TYPE,
    }
    return _signed("GET", key, query, {}, GET_SECONDS)


def signed_download(key: str, file_name: str) -> SignedRequest:
    """Sign one download from the media bucket.  The caller has committed its audit row first."""
    query = {
        "response-cache-control": "no-store",
        "response-content-disposition": f'attachment; filename="{file_name}"',
        "response-content-type": "application/zip",
    }
    return _signed("GET", key, query, {}, GET_SECONDS, settings().media_bucket)


def download_origin() -> str:
    """Return scheme and host of such a download, for a page's policy."""
    base, _, _ = _address(settings().media_bucket)
    return base


def _signed(
    method: str,
    key: str,
    query: Mapping[str, str],
    headers: dict[str, str],
    seconds: int,
    bucket: str = "",
) -> SignedRequest:
    base, host, path = _address(bucket or settings().objects_bucket)
    at = clock.wall_now()
    path = f"{path}/{key}"  # our keys need no encoding: letters, digits, '-', '/'
    signed = sigv4.presigned_query(
        _credentials(),
        method=method,
        host=host,
        path=path,
        query=query,
        headers=headers,
        region=_client().meta.region_name,
        at=at,
        seconds=seconds,
    )
    expires_at = clock.text(clock.now() + timedelta(seconds=seconds))
    return SignedRequest(f"{base}{path}?{signed}", headers, expires_at)


def _credentials() -> sigv4.Credentials:
    found = _session().get_credentials()
    if found is None:
        raise Unavailable("the service has no AWS credentials")
    frozen = found.get_frozen_credentials()
    return sigv4.Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)


@cache
def _address(bucket: str) -> tuple[str, str, str]:
    """Where *bucket* answers: scheme and host, the Host header, and the path before a key."""
    endpoint = urlsplit(_client().meta.endpoint_url)
    if endpoint.hostname is not None and endpoint.hostname.endswith(".amazonaws.com"):
        host = f"{bucket}.{endpoint.netloc}"
        return f"{endpoint.scheme}://{host}", host, ""
    return f"{endpoint.scheme}://{endpoint.netloc}", endpoint.netloc, f"/{bucket}"


# --- what is stored ----------------------------------------------------------------------------


def stored_bytes(key: str) -> StoredBytes | None:
    """Return what S3 knows of *key*, or None when nothing is there."""
    try:
        head = _client().head_object(Bucket=_objects(), Key=key, ChecksumMode="ENABLED")
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


def read_range(key: str, offset: int, length: int) -> bytes:
    """Return at most *length* bytes of *key* from *offset* (a range GET); b"" past its end."""
    try:
        answer = _client().get_object(
            Bucket=_objects(), Key=key, Range=f"bytes={offset}-{offset + length - 1}"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidRange":
            return b""
        raise
    return bytes(answer["Body"].read(length))


def pieces(key: str, size_bytes: int) -> Iterator[bytes]:
    """Yield *key* in pieces; fewer than *size_bytes* when less is there, or nothing at all."""
    for offset in range(0, size_bytes, PIECE_BYTES):
        yield _piece(key, offset, min(PIECE_BYTES, size_bytes - offset))


def _piece(key: str, offset: int, length: int) -> bytes:
    """Read a range; botocore itself begins no second time once an answer has begun."""
    for _ in range(TRIES - 1):
        try:
            return _range_or_nothing(key, offset, length)
        except (HTTPClientError, IncompleteReadError):
            continue
    return _range_or_nothing(key, offset, length)


def _range_or_nothing(key: str, offset: int, length: int) -> bytes:
    try:
        return read_range(key, offset, length)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return b""
        raise


def sha256_of(key: str) -> str:
    """Read *key* whole, in pieces, and return its hex digest."""
    digest = hashlib.sha256()
    for piece in _client().get_object(Bucket=_objects(), Key=key)["Body"].iter_chunks(READ_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def read(key: str) -> bytes:
    """Return a small object (a manifest) whole."""
    return bytes(_client().get_object(Bucket=_objects(), Key=key)["Body"].read())


def put_once(key: str, body: bytes) -> bool:
    """Store *body* under *key* unless something is there; tell whether it was stored now."""
    try:
        _client().put_object(
            Bucket=_objects(),
            Key=key,
            Body=body,
            ContentType="application/json",
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
    pages = _client().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=_objects(), Prefix=prefix, StartAfter=after):
        for found in page.get("Contents", ()):
            yield found["Key"]


def hide(key: str) -> None:
    """
    Put a delete marker on *key*: its bytes stay as a version, its name becomes free.

    Object Lock keeps versions; this is how wrong bytes make room for the right ones.
    """
    _client().delete_object(Bucket=_objects(), Key=key)


# --- deleting for good ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a key, or a delete marker."""

    key: str
    version_id: str


def versions_under(prefix: str) -> list[Version]:
    """Return the first versions and delete markers under *prefix*, at most VERSIONS."""
    page = _client().list_object_versions(Bucket=_objects(), Prefix=prefix, MaxKeys=VERSIONS)
    found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [Version(each["Key"], each["VersionId"]) for each in found]


def erase(versions: list[Version]) -> int:
    """
    Delete *versions* for good; return how many are locked still and stay.

    Raises:
        Unavailable: S3 could not do it now, for another reason.
    """
    named = [{"Key": each.key, "VersionId": each.version_id} for each in versions]
    answer = _client().delete_objects(
        Bucket=_objects(), Delete={"Objects": named, "Quiet": True}, ChecksumAlgorithm="SHA256"
    )
    refused = [each.get("Code", "") for each in answer.get("Errors", ())]
    if set(refused) - {"AccessDenied"}:  # as S3 says of a lock
        raise Unavailable("S3 did not delete all it was asked to")
    return len(refused)


# --- multipart ---------------------------------------------------------------------------------


def start_multipart(key: str) -> str:
    """Begin a multipart upload whose parts carry SHA-256; return its upload id."""
    started = _client().create_multipart_upload(
        Bucket=_objects(),
        Key=key,
        ContentType=CONTENT_TYPE,
        ChecksumAlgorithm="SHA256",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=settings().kms_key_arn,
    )
    return str(started["UploadId"])


def parts_of(key: str, upload_id: str) -> list[Part] | None:
    """Return the parts that have arrived, or None when S3 knows no such upload."""
    pages = _client().get_paginator("list_parts")
    try:
        return [
            Part(each["PartNumber"], each["ETag"], each["Size"], each.get("ChecksumSHA256", ""))
            for page in pages.paginate(Bucket=_objects(), Key=key, UploadId=upload_id)
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
        _client().complete_multipart_upload(
            Bucket=_objects(),
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
        _client().abort_multipart_upload(Bucket=_objects(), Key=key, UploadId=upload_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":
            raise


class MediaUpload:
    """
    A file written into the media bucket, front to back, in parts.

    Nothing can be seen of it before :meth:`complete`; left by an error, its parts are given up.
    What a death leaves behind, the bucket's lifecycle clears away.
    """

    def __init__(self, key: str) -> None:
        self._place = {"Bucket": settings().media_bucket, "Key": key}
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        self.size_bytes = 0

    @property
    def parts_sent(self) -> int:
        return len(self._parts)

    def __enter__(self) -> Self:
        started = _client().create_multipart_upload(
            **self._place, ContentType="application/zip", ChecksumAlgorithm="SHA256"
        )
        self._place["UploadId"] = started["UploadId"]
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, Exception):  # a death is no time to call anybody
            with suppress(ClientError, HTTPClientError):
                _client().abort_multipart_upload(**self._place)

    def write(self, data: bytes) -> int:
        self._buffer += data
        self.size_bytes += len(data)
        while len(self._buffer) >= PIECE_BYTES:
            self._send(PIECE_BYTES)
        return len(data)

    def flush(self) -> None:
        """A part goes when it is full; a ZIP's writer asks more often."""

    def complete(self) -> None:
        """Send what is left, and let the file be seen."""
        if self._buffer:
            self._send(len(self._buffer))
        _client().complete_multipart_upload(**self._place, MultipartUpload={"Parts": self._parts})

    def _send(self, length: int) -> None:
        number = len(self._parts) + 1
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        sent = _client().upload_part(
            **self._place, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
        )
        checksum = {"ChecksumSHA256": sent["ChecksumSHA256"]} if "ChecksumSHA256" in sent else {}
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"], **checksum})


# --- the one client ----------------------------------------------------------------------------


@cache
def _session() -> Session:
    return Session()  # boto3 would add 40 ms of imports to a cold start, and nothing we use


@cache
def _client() -> Any:
    config = Config(signature_version="s3v4", retries={"mode": "standard", "max_attempts": 4})
    return _session().create_client("s3", config=config)


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    for kept in (_session, _client, _address):
        kept.cache_clear()


def _objects() -> str:
    return settings().objects_bucket


def _base64(hex_digest: str) -> str:
    return base64.b64encode(bytes.fromhex(hex_digest)).decode()


def stamp(at: datetime) -> str:
    """Write a time for a key: sorts like time, no colon."""
    return clock.text(at).replace(":", "").replace("-", "")
