"""
A rented area in front of a real Chromium: pages are the application's on moto, and so is S3.

The browser's own bytes stay with Chromium, so what arrives is found by the digest it says.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import boto3
from playwright.sync_api import Page, Route

from chalicelib.access.model import Role
from chalicelib.settings import settings
from chalicelib.uploads.model import part_bytes
from tests.support.visitor import HOST, Visitor, signed_in
from tests.support.world import World

CORS = {"access-control-allow-origin": "*"}


@dataclass
class Shore:
    """
    What a browser reaches: the portal and where files are stored.

    Attributes:
        files: What may arrive, by digest (hex).
        arrived: Digests, as often as they came.
        room: After so many files nothing arrives any more: the network is cut.
    """

    world: World
    visitor: Visitor
    files: dict[str, bytes] = field(default_factory=dict)
    arrived: list[str] = field(default_factory=list)
    room: int = 1_000

    @property
    def home(self) -> str:
        return f"https://{HOST}/portal/areas/{self.world.target_id}"

    @property
    def is_cut(self) -> bool:
        return len(self.arrived) >= self.room

    def holds_parts_of(self, path: Path) -> None:
        """Know a large file's parts when they come."""
        body = path.read_bytes()
        for start in range(0, len(body), part_bytes(len(body))):
            part = body[start : start + part_bytes(len(body))]
            self.files[hashlib.sha256(part).hexdigest()] = part

    def serve(self, page: Page) -> None:
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        asked = urlsplit(route.request.url)
        if self.is_cut and "/static/" not in asked.path and route.request.method != "GET":
            route.abort("internetdisconnected")
        elif asked.netloc != HOST:
            self._store(route)
        else:
            self._tell(route, f"{asked.path}?{asked.query}" if asked.query else asked.path)

    def _store(self, route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(status=200, content_type="image/png", body=self.files["shown"])
            return
        header = route.request.headers["x-amz-checksum-sha256"]
        sha256 = base64.b64decode(header).hex()
        self.arrived.append(sha256)
        part = dict(parse_qsl(urlsplit(route.request.url).query))
        if "partNumber" in part:
            self._store_part(urlsplit(route.request.url).path, part, self.files[sha256])
            route.fulfill(status=200, headers=CORS)
            return
        self.world.put_object(sha256, self.files[sha256])
        route.fulfill(status=200, headers=CORS)
        self.world.arrived(sha256)

    def _store_part(self, path: str, part: dict[str, str], body: bytes) -> None:
        boto3.client("s3").upload_part(
            Bucket=settings().objects_bucket,
            Key=path.removeprefix("/"),
            UploadId=part["uploadId"],
            PartNumber=int(part["partNumber"]),
            Body=body,
            ChecksumAlgorithm="SHA256",
        )

    def _tell(self, route: Route, path: str) -> None:
        request, visitor = route.request, self.visitor
        body = request.post_data_buffer or b""
        headers = {"origin": f"https://{HOST}", "sec-fetch-site": "same-origin"}
        kind = {"content-type": request.headers.get("content-type", "")}
        if request.method == "GET":
            found = visitor.get(path)
        else:
            found = visitor.ask("POST", path, headers | kind, body)
        joined = re.search(r"/multipart/([0-9a-f]{64})/complete$", path)
        if joined:  # as S3 tells of it
            self.world.arrived(joined[1])
        route.fulfill(status=found.status, headers=found.headers, body=found.text)


def shore(world: World, role: Role = Role.FACILITY_ADMIN, language: str = "en") -> Shore:
    visitor = signed_in(role, world.facility_id)
    visitor.language = language
    return Shore(world, visitor)
