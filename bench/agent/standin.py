"""
A stand-in of the service, where the storage is not the service's own: ``python -m ... PORT``.

It speaks docs/api.md as far as the agent asks, signs URLs as the service does (real SigV4, the
service's own code), and keeps nothing but what was declared.  It asks for no signature, and takes
the word of S3's answer for what is stored: what is measured on it is the agent, not the service.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import boto3

from bench.agent.servers import Storage
from chalicelib.kernel import sigv4
from chalicelib.uploads.model import BATCH_ENTRIES, CHUNK_ENTRIES, MULTIPART_BYTES, part_bytes

REGION, BUCKET = "us-east-1", "objects"
URL_SECONDS = 900
PLAN = {
    "timing": {"kind": "nightly", "at": "02:00"},
    "batch_scope": "facility",
    "patients": {"mode": "all", "marked": []},
    "capacity_bytes": 10**12,
    "available_bytes": 10**12,
}
LIMITS = {
    "batch_id": "B",
    "chunk_entries": CHUNK_ENTRIES,
    "batch_entries": BATCH_ENTRIES,
    "multipart_bytes": MULTIPART_BYTES,
}
PAGE_FILES = 1_000

Told = dict[str, Any]


@dataclass
class Standin:
    """What was declared, and how to let it in and out."""

    storage: Storage
    files: dict[str, Told] = field(default_factory=dict)  # by path
    sizes: dict[str, int] = field(default_factory=dict)  # by digest
    uploads: dict[str, str] = field(default_factory=dict)

    @cached_property
    def s3(self) -> Any:
        keys = (self.storage.access_key, self.storage.secret_key)
        session = boto3.Session(*keys, region_name=REGION)
        return session.client("s3", endpoint_url=self.storage.endpoint)

    def url(self, method: str, sha256: str, headers: Told, query: Told | None = None) -> Told:
        """Return a URL as the service hands it out, with the headers to send."""
        path = f"/{BUCKET}/{sha256}"
        signed = sigv4.presigned_query(
            sigv4.Credentials(self.storage.access_key, self.storage.secret_key, None),
            method=method,
            host=urlsplit(self.storage.endpoint).netloc,
            path=path,
            query=query or {},
            headers=headers,
            region=REGION,
            at=datetime.now(UTC),
            seconds=URL_SECONDS,
        )
        return {
            "sha256": sha256,
            "url": f"{self.storage.endpoint}{path}?{signed}",
            "headers": headers,
        }

    # --- what the agent asks ---

    def agent(self, _: Told) -> Told:
        target = {"target_id": "T", "name": "Endoscopy", "kind": "mass_storage", "plan": PLAN}
        return {"agent_id": "A", "facility_id": "F", "targets": [target]}

    def enrol(self, _: Told) -> Told:
        return {"agent_id": "A", "facility_id": "F"}

    def open_batch(self, _: Told) -> Told:
        return LIMITS

    def declare(self, chunk: Told) -> Told:
        return {"answers": [self._declared(each) for each in chunk["entries"]]}

    def _declared(self, entry: Told) -> Told:
        sha256, size = entry["sha256"], entry["size"]
        known = sha256 in self.sizes
        self.sizes[sha256] = size
        self.files[entry["path"]] = {
            "path": entry["path"],
            "sha256": sha256,
            "size": size,
            "examination_id": "E",
            "backed_up_at": datetime.now(UTC).isoformat(),
        }
        if known:
            return {"sha256": sha256, "state": "stored"}
        if size > MULTIPART_BYTES:
            return {"sha256": sha256, "state": "multipart"}
        return self._upload(sha256)

    def _upload(self, sha256: str) -> Told:
        headers = _headers(sha256, self.sizes[sha256]) | {
            "content-type": "application/octet-stream",
            "if-none-match": "*",
        }
        return {"state": "upload"} | self.url("PUT", sha256, headers)

    def urls(self, asked: Told) -> Told:
        return {"answers": [self._upload(each) for each in asked["sha256"]]}

    def begin_parts(self, _: Told, sha256: str) -> Told:
        begun = self.s3.create_multipart_upload(Bucket=BUCKET, Key=sha256)
        self.uploads[sha256] = begun["UploadId"]
        size = part_bytes(self.sizes[sha256])
        count = -(-self.sizes[sha256] // size)
        return {"part_bytes": size, "part_count": count, "uploaded": []}

    def sign_parts(self, asked: Told, sha256: str) -> Told:
        upload = {"uploadId": self.uploads[sha256]}
        parts = [
            {"number": each["number"]}
            | self.url(
                "PUT",
                sha256,
                _headers(each["sha256"], each["size"]),
                upload | {"partNumber": str(each["number"])},
            )
            for each in asked["parts"]
        ]
        return {"parts": parts}

    def complete_parts(self, _: Told, sha256: str) -> Told:
        upload = {"Bucket": BUCKET, "Key": sha256, "UploadId": self.uploads[sha256]}
        parts = [
            {"PartNumber": each["PartNumber"], "ETag": each["ETag"]}
            for each in self.s3.list_parts(**upload)["Parts"]
        ]
        self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        return {"state": "uploaded"}

    def finish(self, _: Told) -> Told:
        return {"state": "complete", "exceptions": []}

    def restores(self, _: Told) -> Told:
        return {"items": [{"restore_id": "R"}]}

    def restore_files(self, asked: Told) -> Told:
        start = int(asked["cursor"] or 0)
        items = list(self.files.values())
        end = start + PAGE_FILES
        return {"items": items[start:end], "cursor": str(end) if end < len(items) else None}

    def restore_urls(self, asked: Told) -> Told:
        return {"urls": [self.url("GET", each, {}) for each in asked["sha256"]]}

    def end_restore(self, _: Told) -> Told:
        return {"state": "done"}


def _headers(sha256: str, size: int) -> Told:
    checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {"content-length": str(size), "x-amz-checksum-sha256": checksum}


ROUTES: list[tuple[str, Callable[..., Told]]] = [
    ("GET /api/agent", Standin.agent),
    ("GET /api/agent/restores", Standin.restores),
    ("POST /api/agents", Standin.enrol),
    ("POST /api/targets/T/batches", Standin.open_batch),
    (r"PUT /api/targets/T/batches/B/chunks/\d+", Standin.declare),
    ("POST /api/targets/T/batches/B/urls", Standin.urls),
    ("POST /api/targets/T/batches/B/multipart/([0-9a-f]+)", Standin.begin_parts),
    ("POST /api/targets/T/batches/B/multipart/([0-9a-f]+)/parts", Standin.sign_parts),
    ("POST /api/targets/T/batches/B/multipart/([0-9a-f]+)/complete", Standin.complete_parts),
    ("POST /api/targets/T/batches/B/finish", Standin.finish),
    ("POST /api/restores/R/files", Standin.restore_files),
    ("POST /api/restores/R/urls", Standin.restore_urls),
    ("POST /api/restores/R/finish", Standin.end_restore),
]


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = _told(standin, f"{self.command} {self.path}", json.loads(body or b"{}"))
            answer = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _told(standin: Standin, request: str, body: Told) -> Told:
    for route, answering in ROUTES:
        if found := re.fullmatch(route, request):
            return answering(standin, body, *found.groups())
    raise LookupError(request)


def main() -> None:
    """Serve until ended."""
    port, *storage = sys.argv[1:]
    standin = Standin(Storage(*storage))
    standin.s3.create_bucket(Bucket=BUCKET)
    ThreadingHTTPServer(("127.0.0.1", int(port)), _handler(standin)).serve_forever()


if __name__ == "__main__":
    main()
