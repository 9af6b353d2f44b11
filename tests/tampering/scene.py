"""What is signed honestly, and what is stored afterwards."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from chalicelib import buckets
from chalicelib.buckets import signing
from chalicelib.kernel import clock, sigv4
from infra.template import REGION
from tests.tampering.engines import BUCKET, OTHER_BUCKET, S3Engine
from tests.tampering.wire import TAKEN, Request

VERSION = re.compile(rb"<(?:Version|DeleteMarker)>.+?</(?:Version|DeleteMarker)>", re.DOTALL)


def new_target() -> str:
    return f"target-{secrets.token_hex(8)}"


@dataclass(slots=True)
class Scene:
    """
    One object to store, among others.

    Attributes:
        neighbour: The key of another object of the same target, with bytes of the same length.
        stranger: The key of an object of another target.
        upload_id: Of a multipart upload of the object; *other_upload_id* of another of it.
    """

    engine: S3Engine
    target_id: str = field(default_factory=new_target)
    body: bytes = field(default_factory=lambda: secrets.token_bytes(64))
    other_body: bytes = field(default_factory=lambda: secrets.token_bytes(64))
    upload_id: str = ""
    other_upload_id: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def key(self) -> str:
        return buckets.object_key(self.target_id, self.sha256)

    @property
    def neighbour(self) -> str:
        return buckets.object_key(self.target_id, hashlib.sha256(self.other_body).hexdigest())

    @property
    def stranger(self) -> str:
        return buckets.object_key("target-0123456789abcdef", self.sha256)

    def upload(self) -> Request:
        """Return the upload as the service signs it."""
        signed = buckets.signed_put(self.key, size_bytes=len(self.body), sha256=self.sha256)
        return Request("PUT", signed.url, signed.headers, self.body)

    def upload_signed_for(self, instead: Mapping[str, str | None]) -> Request:
        """Return the upload as a careless signer would sign it: with other headers (None: none)."""
        headers = {**self.upload().headers, **instead}
        told = {name: value for name, value in headers.items() if value is not None}
        signed = signing.signed("PUT", self.key, {}, told, buckets.PUT_SECONDS)
        return Request("PUT", signed.url, signed.headers, self.body)

    def download(self) -> Request:
        signed = buckets.signed_get(self.key)
        return Request("GET", signed.url, signed.headers)

    def start_parts(self) -> None:
        self.upload_id, self.other_upload_id = (buckets.start_multipart(self.key) for _ in range(2))

    def part(self) -> Request:
        """Return the upload of part 1, all there is, as the service signs it."""
        signed = buckets.signed_part(
            self.key, self.upload_id, 1, size_bytes=len(self.body), sha256=self.sha256
        )
        return Request("PUT", signed.url, signed.headers, self.body)

    def store(self, body: bytes) -> None:
        """Store *body* as an object of the target, honestly."""
        honest = Scene(self.engine, self.target_id, body)
        assert honest.upload().send().status == 200

    def head(self) -> dict[str, Any]:
        """Return what S3 tells of the object."""
        return dict(self.engine.s3.head_object(Bucket=BUCKET, Key=self.key))

    def stored(self) -> set[bytes]:
        """Return every version and delete marker of both buckets, and the parts that arrived."""
        found = self._versions(BUCKET) | self._versions(OTHER_BUCKET)
        for upload_id in filter(None, (self.upload_id, self.other_upload_id)):
            found.add(f"{upload_id}: {buckets.parts_of(self.key, upload_id)}".encode())
        return found

    def _versions(self, bucket: str) -> set[bytes]:
        """List a bucket as S3 writes it down; boto3 takes five times as long, a thousand times."""
        endpoint, key = self.engine.endpoint, self.engine.credentials
        query = sigv4.presigned_query(
            sigv4.Credentials(key.access_key, key.secret_key, None),
            method="GET",
            host=urlsplit(endpoint).netloc,
            path=f"/{bucket}",
            query={"versions": ""},
            headers={},
            region=REGION,
            at=clock.wall_now(),
            seconds=60,
        )
        answer = Request("GET", f"{endpoint}/{bucket}?{query}", {}).send()
        assert answer == TAKEN
        assert b"<IsTruncated>false<" in answer.body
        return set(VERSION.findall(answer.body))
