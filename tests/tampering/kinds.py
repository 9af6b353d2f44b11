"""
How a presigned URL can be abused, by what one does to it.

Each kind has the answer that refuses it.  Where an engine answers otherwise, it says so itself
(ANSWERS in engines.py), and where it does not refuse at all, too (LETS_THROUGH).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest import mock

from chalicelib.buckets.client import base64_of
from chalicelib.kernel import clock
from infra.template import REGION
from tests.tampering.engines import BUCKET, OTHER_BUCKET
from tests.tampering.scene import Scene
from tests.tampering.wire import DENIED, MISMATCH, Answer, Request

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One way to tamper.

    Attributes:
        refused: What S3 answers.
        signed_in: When the URL was signed, in seconds from now (negative: ago).
    """

    tamper: Callable[[Request, Scene], Request]
    refused: Answer = MISMATCH
    signed_in: int = 0

    def of(self, sign: Callable[[], Request], scene: Scene) -> Request:
        """Return what *sign* signs when it is time, tampered with."""
        at = datetime.now(UTC) + timedelta(seconds=self.signed_in)
        with mock.patch.object(clock, "wall_now", return_value=at):
            signed = sign()
        return self.tamper(signed, scene)


def as_it_is(request: Request, _: Scene) -> Request:
    return request


def by(method: str, refused: Answer = MISMATCH) -> Kind:
    return Kind(lambda request, _: request.by(method), refused)


def header(name: str, value: str | None, refused: Answer = MISMATCH) -> Kind:
    return Kind(lambda request, _: request.header(name, value), refused)


def query(name: str, value: str | None, refused: Answer = MISMATCH) -> Kind:
    return Kind(lambda request, _: request.query(name, value), refused)


# --- any URL -----------------------------------------------------------------------------------


def another_signature(request: Request, _: Scene) -> Request:
    signature = request.asked("X-Amz-Signature")
    last = "1" if signature.endswith("0") else "0"
    return request.query("X-Amz-Signature", signature[:-1] + last)


def a_truncated_signature(request: Request, _: Scene) -> Request:
    return request.query("X-Amz-Signature", request.asked("X-Amz-Signature")[:-1])


def a_second_later(request: Request, _: Scene) -> Request:
    """Move X-Amz-Date by some seconds within its minute: the day of the scope stays right."""
    date = request.asked("X-Amz-Date")
    seconds = "00" if not date.endswith("00Z") else "01"
    return request.query("X-Amz-Date", f"{date[:-3]}{seconds}Z")


def in_scope(request: Request, before: str, after: str) -> Request:
    scope = request.asked("X-Amz-Credential")
    assert before in scope
    return request.query("X-Amz-Credential", scope.replace(before, after))


def the_name_of_anothers_key(request: Request, scene: Scene) -> Request:
    engine = scene.engine
    return in_scope(request, engine.credentials.access_key, engine.stranger.access_key)


def a_key_nobody_knows(request: Request, scene: Scene) -> Request:
    return in_scope(request, scene.engine.credentials.access_key, "AKIAIOSFODNN7EXAMPLE")


def any_url(seconds: int) -> dict[str, Kind]:
    """Return what can be done to every URL that is good for *seconds*."""
    return {
        "another object of the target": Kind(lambda r, scene: r.at(scene.key, scene.neighbour)),
        "an object of another target": Kind(lambda r, scene: r.at(scene.key, scene.stranger)),
        "another bucket": Kind(lambda r, _: r.at(BUCKET, OTHER_BUCKET)),
        "another host": header("host", f"{OTHER_BUCKET}.s3.amazonaws.com"),
        "a URL that has expired": Kind(as_it_is, DENIED, -seconds - 1),
        "an expired URL made to last": Kind(
            lambda r, _: r.query("X-Amz-Expires", "86400"), signed_in=-seconds - 1
        ),
        "an expired URL with a second expiry": Kind(
            lambda r, _: r.also("X-Amz-Expires", "86400"), signed_in=-seconds - 1
        ),
        "a URL made to last longer": query("X-Amz-Expires", "86400"),
        "a URL of long ago": Kind(as_it_is, DENIED, -365 * 24 * HOUR),
        "a URL signed an hour ahead": Kind(as_it_is, DENIED, HOUR),
        "another date": Kind(a_second_later),
        "another signature": Kind(another_signature),
        "a truncated signature": Kind(a_truncated_signature),
        "no signature": Kind(lambda r, _: r.unsigned(), DENIED),
        "the name of another's key": Kind(the_name_of_anothers_key),
        "a key nobody knows": Kind(a_key_nobody_knows, Answer(403, "InvalidAccessKeyId")),
        "another region": Kind(lambda r, _: in_scope(r, REGION, "us-east-1")),
    }


SUBRESOURCES = {
    f"?{name}": query(name, value)
    for name, value in {
        "acl": "",
        "retention": "",
        "tagging": "",
        "uploads": "",
        "versionId": "null",
    }.items()
}


# --- bodies ------------------------------------------------------------------------------------


def longer(request: Request, scene: Scene) -> Request:
    return request.header("content-length", str(len(scene.body) + 1)).carrying(scene.body + b"!")


def shorter(request: Request, scene: Scene) -> Request:
    return request.header("content-length", str(len(scene.body) - 1)).carrying(scene.body[:-1])


def other_bytes_with_their_hash(request: Request, scene: Scene) -> Request:
    sha256 = scene.neighbour.rpartition("/")[2]
    return request.header("x-amz-checksum-sha256", base64_of(sha256)).carrying(scene.other_body)


def chunked(request: Request, scene: Scene) -> Request:
    """Send the very bytes, framed in chunks (RFC 9112, 7.1)."""
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(scene.body), scene.body)
    return request.header("transfer-encoding", "chunked").carrying(framed)


def framed_by_aws(request: Request, scene: Scene) -> Request:
    """Fill the announced length with fewer bytes in AWS's own framing, as SDKs upload."""
    inner = scene.body[: len(scene.body) - len(b"00\r\n\r\n0\r\n\r\n")]
    framed = b"%02x\r\n%b\r\n0\r\n\r\n" % (len(inner), inner)
    assert len(framed) == len(scene.body)
    request = request.header("content-encoding", "aws-chunked").carrying(framed)
    request = request.header("x-amz-decoded-content-length", str(len(inner)))
    return request.header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")


BAD_DIGEST = Answer(400, "BadDigest")
INCOMPLETE = Answer(400, "IncompleteBody")

BODIES = {
    "a byte more": Kind(longer),
    "a byte less": Kind(shorter),
    "a byte more in front": Kind(lambda r, scene: r.carrying(b"!" + scene.body), BAD_DIGEST),
    "a byte less than announced": Kind(lambda r, scene: r.carrying(scene.body[:-1]), INCOMPLETE),
    "other bytes": Kind(lambda r, scene: r.carrying(scene.other_body), BAD_DIGEST),
    "other bytes with their hash": Kind(other_bytes_with_their_hash),
    "another hash": header("x-amz-checksum-sha256", base64_of("00" * 32)),
    "chunks and a length": Kind(chunked),
    "chunks instead of a length": Kind(
        lambda r, scene: chunked(r, scene).header("content-length", None)
    ),
    "AWS's own chunks": Kind(framed_by_aws),
}


# --- headers -----------------------------------------------------------------------------------

# AWS refuses any x-amz-* header that was not signed (AccessDenied, HeadersNotSigned).
UNSIGNED = {
    "x-amz-acl": "public-read",
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-meta-note": "a note",
    "x-amz-object-lock-legal-hold": "ON",
    "x-amz-object-lock-mode": "COMPLIANCE",
    "x-amz-object-lock-retain-until-date": "2099-01-01T00:00:00Z",
    "x-amz-server-side-encryption-context": "e30=",
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-storage-class": "STANDARD_IA",
    "x-amz-tagging": "public=yes",
    "x-amz-website-redirect-location": "https://example.com/",
}
SIGNED = (
    "content-length",
    "content-type",
    "if-none-match",
    "x-amz-checksum-sha256",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
)


def copying(request: Request, scene: Scene) -> Request:
    """Turn the upload into a copy of an object that is there."""
    return request.header("x-amz-copy-source", f"/{BUCKET}/{scene.neighbour}")


def weaker(request: Request, _: Scene) -> Request:
    request = request.header("x-amz-server-side-encryption", "AES256")
    return request.header("x-amz-server-side-encryption-aws-kms-key-id", None)


UPLOADS: Mapping[str, Kind] = {
    **any_url(seconds=300),
    **SUBRESOURCES,
    **BODIES,
    "no bytes": Kind(lambda r, _: r.carrying(b""), INCOMPLETE),
    "fewer signed headers": query("X-Amz-SignedHeaders", "host"),
    **{f"{name} left out": header(name, None) for name in SIGNED},
    **{f"an unsigned {name}": header(name, value) for name, value in UNSIGNED.items()},
    "an unsigned x-amz-copy-source": Kind(copying),
    "GET": by("GET"),
    "HEAD": by("HEAD", Answer(403)),
    "DELETE": by("DELETE"),
    "POST": by("POST"),
    "another type": header("content-type", "text/html"),
    "another condition": header("if-none-match", '"an-etag"'),
    "weaker encryption": Kind(weaker),
    "another key of KMS": Kind(
        lambda r, scene: r.header(
            "x-amz-server-side-encryption-aws-kms-key-id", scene.engine.other_kms_key
        )
    ),
    "?partNumber and ?uploadId": Kind(
        lambda r, _: r.query("partNumber", "1").query("uploadId", "an-upload")
    ),
    "?x-amz-acl": query("x-amz-acl", "public-read"),
}

PARTS: Mapping[str, Kind] = {
    **any_url(seconds=900),
    **BODIES,
    "a part without bytes": Kind(lambda r, _: r.carrying(b""), INCOMPLETE),
    "fewer signed headers": query("X-Amz-SignedHeaders", "host"),
    **{
        f"{name} left out": header(name, None)
        for name in ("content-length", "x-amz-checksum-sha256")
    },
    "an unsigned x-amz-copy-source for a part": Kind(copying),
    "another part": query("partNumber", "2"),
    "?acl of a part": query("acl", ""),
    "?uploads of a part": query("uploads", ""),
    "a second number": Kind(lambda r, _: r.also("partNumber", "2")),
    "another upload": Kind(lambda r, scene: r.query("uploadId", scene.other_upload_id)),
    "no part, the whole object": Kind(
        lambda r, _: r.query("partNumber", None).query("uploadId", None)
    ),
    "GET of the parts": Kind(lambda r, _: r.by("GET").query("partNumber", None)),
    "POST, which completes": Kind(lambda r, _: r.by("POST").query("partNumber", None)),
    "DELETE, which gives up": Kind(lambda r, _: r.by("DELETE").query("partNumber", None)),
}

DOWNLOADS: Mapping[str, Kind] = {
    **any_url(seconds=300),
    **SUBRESOURCES,
    "HEAD": by("HEAD", Answer(403)),
    "PUT": by("PUT"),
    "PUT of other bytes": Kind(
        lambda r, scene: Request("PUT", r.url, {"content-length": "64"}, scene.other_body)
    ),
    "DELETE": by("DELETE"),
    "POST": by("POST"),
    "?versionId of a version": Kind(
        lambda r, scene: r.query("versionId", scene.head()["VersionId"])
    ),
    "?response-content-disposition": query("response-content-disposition", "inline"),
    "?response-content-type of a page": query("response-content-type", "text/html"),
    "?response-cache-control left out": query("response-cache-control", None),
    "an unsigned x-amz-checksum-mode": header("x-amz-checksum-mode", "ENABLED"),
    "an unsigned x-amz-expected-bucket-owner": header("x-amz-expected-bucket-owner", "1" * 12),
}

# What the bucket's own policy refuses, even when it is properly signed.
SENDERS_KEY = b"a key of thirty-two bytes, known"
SIGNED_FOR: Mapping[str, Mapping[str, str | None]] = {
    "AES256": {
        "x-amz-server-side-encryption": "AES256",
        "x-amz-server-side-encryption-aws-kms-key-id": None,
    },
    "two layers": {"x-amz-server-side-encryption": "aws:kms:dsse"},
    "another key of KMS, signed": {"x-amz-server-side-encryption-aws-kms-key-id": "OTHER"},
    "a key of its sender": {
        "x-amz-server-side-encryption": None,
        "x-amz-server-side-encryption-aws-kms-key-id": None,
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": base64.b64encode(SENDERS_KEY).decode(),
        "x-amz-server-side-encryption-customer-key-md5": base64.b64encode(
            hashlib.md5(SENDERS_KEY).digest()
        ).decode(),
    },
}
