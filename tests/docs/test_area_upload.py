"""Who knows docs/api.md alone sends a file into an area: its commands, typed as they stand."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from chalice.test import Client

from chalicelib import buckets
from chalicelib.settings import settings
from tests.areas.scene import admin, names, rent, send
from tests.docs.test_api_doc import DOCS
from tests.support.serving import serving
from tests.support.snapshot import once
from tests.support.world import World, build

SLIDES = b"%PDF-1.7 slides"
Type = Callable[[], Any]


class Gateway(BaseHTTPRequestHandler):
    """The application, and beside it a storage that takes what a URL was signed for."""

    world: ClassVar[World]
    stored: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        found = self.world.client.http.request(self.command, self.path, headers=headers, body=sent)
        here = f"http://{self.headers['Host']}/storage"
        told = found.body.decode().replace(f"https://{storage()}", here)
        self._answer(found.status_code, told.encode())

    def do_PUT(self) -> None:
        if not self.path.startswith("/storage/"):
            self.do_POST()
            return
        asked = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        (signed,) = parse_qs(asked.query)["X-Amz-SignedHeaders"]
        missing = [each for each in signed.split(";") if each not in self.headers]
        if missing:
            self._answer(403, b"")
            return
        key = asked.path.removeprefix("/storage/")
        boto3.client("s3").put_object(
            Bucket=settings().objects_bucket,
            Key=key,
            Body=body,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=self.headers["x-amz-checksum-sha256"],
        )
        self.stored.append(key)
        self.world.deliver([key])
        self._answer(200, b"")

    def _answer(self, status: int, told: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        pass


def storage() -> str:
    return urlsplit(buckets.objects_origin()).netloc


def commands() -> str:
    """Return the shell commands of the document."""
    _, _, after = (DOCS / "api.md").read_text().partition("A whole upload with `curl`")
    return after.partition("```sh\n")[2].partition("```")[0]


@pytest.fixture
def area(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


@pytest.fixture
def typed(area: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Type the document's commands into a shell; return what the last one answers."""
    monkeypatch.setattr(Gateway, "world", area, raising=False)
    monkeypatch.setattr(Gateway, "stored", [])
    (tmp_path / "slides.pdf").write_bytes(SLIDES)
    with serving(HTTPServer(("127.0.0.1", 0), Gateway)) as server:
        known = {
            "API": f"http://127.0.0.1:{server.server_port}",
            "AREA": area.target_id,
            "SESSION": area.admin.session_id,
        }

        def run() -> Any:
            shell = ["bash", "-euo", "pipefail", "-c", commands()]
            done = subprocess.run(
                shell,
                cwd=tmp_path,
                env=os.environ | known | {"no_proxy": "*"},
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr.decode()
            return json.loads(done.stdout)

        yield run


def test_the_documents_commands_bring_a_file_into_an_area(area: World, typed: Type) -> None:
    finished = typed()
    assert finished["summary"]["state"] == "complete"
    (top,) = finished["nodes"]
    assert (top["name"], names(area), names(area, top["node_id"])) == (
        "lessons",
        ["lessons/"],
        ["slides.pdf"],
    )
    assert len(Gateway.stored) == 1


def test_typed_again_they_bring_one_more_and_send_no_byte(area: World, typed: Type) -> None:
    typed()
    (top,) = typed()["nodes"]
    assert names(area, top["node_id"]) == ["slides.pdf"]
    assert len(Gateway.stored) == 1


def test_typed_beside_another_file_they_keep_both(area: World, typed: Type) -> None:
    (top,) = send(area, {"lessons/slides.pdf": b"others"}, caller=admin(area))
    typed()
    assert names(area, top.node_id) == ["slides (2).pdf", "slides.pdf"]
