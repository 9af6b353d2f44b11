"""The device of docs/examples/send_captures.py, before the application on moto."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import boto3
import pytest

from chalicelib import buckets
from chalicelib.access.model import Caller, Role
from chalicelib.settings import settings
from infra.build import ROOT
from tests.buffer.scene import a_jpeg, held, in_buffer
from tests.docs.copies import loaded
from tests.support.serving import serving
from tests.support.world import World

send_captures = loaded("send_captures")
TOOLS = ("curl", "jq", "openssl")


class Gateway(BaseHTTPRequestHandler):
    """What stands before the application, and the storage beside it."""

    world: ClassVar[World]
    lost: ClassVar[list[str]] = []  # ends of paths whose next answer gets lost

    def do_POST(self) -> None:
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        found = self.world.client.http.request("POST", self.path, headers=headers, body=self.body())
        told = found.body.decode().replace(f"https://{self.storage()}", f"{self.here()}/storage")
        self.answer(found.status_code, told.encode())

    def do_PUT(self) -> None:
        key = urlsplit(self.path).path.removeprefix("/storage/")
        place = {"Bucket": settings().media_bucket, "Key": key}
        boto3.client("s3").put_object(Body=self.body(), ChecksumAlgorithm="SHA256", **place)
        self.answer(200, b"")

    def answer(self, status: int, told: bytes) -> None:
        if any(urlsplit(self.path).path.endswith(each) for each in self.lost):
            self.lost.pop()
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def here(self) -> str:
        return f"http://{self.headers['Host']}"

    def storage(self) -> str:
        return urlsplit(buckets.download_origin()).netloc

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the application answers a device over HTTP."""
    monkeypatch.setattr(Gateway, "world", world, raising=False)
    monkeypatch.setattr(Gateway, "lost", [])
    monkeypatch.setattr(send_captures, "FIRST_PAUSE_SECONDS", 0.01)
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Gateway)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs curl, jq and openssl")
def test_the_lines_of_the_documentation_send_a_picture(
    world: World, service: str, tmp_path: Path
) -> None:
    (picture,) = pictures(tmp_path, 1)
    code = world.doctor.post("/camera-codes", status=201)["code"]
    given = {"API": service, "CODE": code, "PICTURE": str(picture)}
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", the_lines()],
        env=os.environ | given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(ran.stdout)["state"] == "safe"
    assert in_buffer(whose(world)) == [json.loads(ran.stdout)["capture_id"]]


def the_lines() -> str:
    """Return what docs/api.md has a device's maker type."""
    told = (ROOT / "docs" / "api.md").read_text().partition("## Captures\n")[2]
    return told.partition("```sh\n")[2].partition("```")[0]


@pytest.fixture
def kept(world: World, service: str, tmp_path: Path) -> Path:
    """What an enrolled device keeps of itself."""
    kept = tmp_path / "camera.json"
    code = world.doctor.post("/camera-codes", status=201)["code"]
    assert run(kept, "enrol", service, code, "Endoscope 3") == 0
    return kept


def run(kept: Path, *arguments: str | Path) -> int:
    return int(send_captures.main(["--kept", str(kept), *map(str, arguments)]))


def pictures(folder: Path, count: int) -> list[Path]:
    made = [folder / f"IMG{number:04}.JPG" for number in range(count)]
    for number, each in enumerate(made):
        each.write_bytes(a_jpeg(number))
    return made


def test_a_devices_pictures_are_in_the_buffer_of_who_enrolled_it(
    world: World, kept: Path, tmp_path: Path
) -> None:
    assert run(kept, "send", *pictures(tmp_path, 2)) == 0
    assert len(in_buffer(whose(world))) == 2


def test_its_key_is_for_its_owner_only(kept: Path) -> None:
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lost", ["/captures", "/arrived"])
def test_an_answer_that_was_lost_makes_no_second_picture(
    world: World, kept: Path, tmp_path: Path, lost: str
) -> None:
    Gateway.lost.append(lost)

    assert run(kept, "send", *pictures(tmp_path, 1)) == 0
    assert len(held(whose(world))) == 1


def test_what_is_safe_is_not_sent_again(world: World, kept: Path, tmp_path: Path) -> None:
    made = pictures(tmp_path, 1)
    run(kept, "send", *made)
    world.doctor.post("/captures/drop", {"capture_ids": in_buffer(whose(world))}, status=204)

    assert run(kept, "send", *made) == 0
    assert in_buffer(whose(world)) == []


def test_what_is_no_picture_is_told_and_holds_up_nothing(
    world: World, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.jpg"
    notes.write_bytes(b"notes")

    assert run(kept, "send", notes, *pictures(tmp_path, 1)) == 1
    assert "notes.jpg: not safe: 422 not-an-image" in capsys.readouterr().out
    assert len(in_buffer(whose(world))) == 1


def test_a_revoked_device_sends_nothing(world: World, kept: Path, tmp_path: Path) -> None:
    camera_id = json.loads(kept.read_text())["camera_id"]
    world.doctor.expect(204, "DELETE", f"/cameras/{camera_id}")

    assert run(kept, "send", *pictures(tmp_path, 1)) == 1


def test_a_device_that_is_not_enrolled_is_told_so(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "camera.json"
    assert run(kept, "send", *pictures(tmp_path, 1)) == 1
    assert run(kept, "enrol", service, "WRONG-CODE", "Endoscope 3") == 1
    told = capsys.readouterr().out
    assert "enrol this device first" in told
    assert "not enrolled: 404" in told


def test_a_picture_that_cannot_be_read_is_told_and_holds_up_nothing(
    world: World, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kept, "send", tmp_path / "gone.jpg", *pictures(tmp_path, 1)) == 1
    assert "gone.jpg: not safe" in capsys.readouterr().out
    assert len(in_buffer(whose(world))) == 1


def whose(world: World) -> Caller:
    """Return who enrolled the device."""
    person_id = world.doctor.get("/me")["id"]
    return Caller(Role.DOCTOR, person_id, world.facility_id)
