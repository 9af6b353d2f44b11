"""Files go with an inquiry from a real browser: straight to where they are stored, or by the form."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import boto3
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from chalicelib.inquiries import store
from chalicelib.settings import settings
from tests.inquiries.asked import FORM, NEW, at_inquiries, latest
from tests.inquiries.scene import PDF, kept
from tests.support.visitor import HOST, Visitor
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

CORS = {"access-control-allow-origin": "*"}
LARGE = PDF + bytes(2_000_000)  # no form takes it


@dataclass
class Shore:
    """What a browser reaches: the portal, and where files wait; so often the network is cut."""

    visitor: Visitor
    cuts: int = 0
    bodies: dict[str, bytes] = field(default_factory=lambda: {digest(LARGE): LARGE})

    def answer(self, route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.netloc != HOST:
            self._store(route, asked.path.lstrip("/"))
            return
        body = route.request.post_data_buffer or b""
        kind = {"content-type": route.request.headers.get("content-type", "")}
        headers = {"origin": f"https://{HOST}", "sec-fetch-site": "same-origin"}
        path = f"{asked.path}?{asked.query}" if asked.query else asked.path
        is_get = route.request.method == "GET"
        found = self.visitor.get(path) if is_get else self._sent(path, headers | kind, body)
        route.fulfill(status=found.status, headers=found.headers, body=found.text)

    def _sent(self, path: str, headers: dict[str, str], body: bytes) -> object:
        return self.visitor.ask("POST", path, headers, body)

    def _store(self, route: Route, key: str) -> None:
        """Store by the digest it says: the browser keeps the bytes to itself."""
        if self.cuts:
            self.cuts -= 1
            route.abort("internetdisconnected")
            return
        sha256 = base64.b64decode(route.request.headers["x-amz-checksum-sha256"]).hex()
        place = {"Bucket": settings().media_bucket, "Key": key}
        body = self.bodies[sha256]
        boto3.client("s3").put_object(Body=body, ChecksumAlgorithm="SHA256", **place)
        route.fulfill(status=200, headers=CORS)
