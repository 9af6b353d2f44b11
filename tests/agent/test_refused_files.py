"""What the service refused is asked for again every night, and read again only when it changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hokan_agent.machine.state import State
from hokan_agent.sources.folders import Watched
from hokan_agent.sources.scan import scan
from hokan_agent.upload.backup import Backup
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.loopback import PLAN, TARGET, Loopback, loopback
from tests.support.serving import enrolled

KEPT = "f" * 64  # not its digest: who reads the file finds another


@pytest.fixture
def service() -> Iterator[Loopback]:
    with loopback() as serving:
        yield serving


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """Return a file that was refused in an earlier night."""
    file = tmp_path / "folder" / "a.jpg"
    file.parent.mkdir()
    file.write_bytes(b"x")
    with closing(State(tmp_path / "state.sqlite")) as state:
        state.keep_refused(TARGET, [(found, KEPT) for found in scan(file.parent, "room/").files])
    return file


def declared(service: Loopback, file: Path, home: Path) -> str:
    """Return the digest under which a night's backup declares the file."""
    with closing(Web()) as web, closing(State(home / "state.sqlite")) as state:
        agent = Service.of(enrolled(home / "home", f"{service.url}/api"), web)
        backup = Backup(web, agent, state, workers=1)
        backup.run(Watched(file.parent, TARGET, "room"), {"target_id": TARGET, "plan": PLAN})
    return str(service.entries["room/a.jpg"]["sha256"])


def test_a_refused_file_is_not_read_again(service: Loopback, refused: Path, tmp_path: Path) -> None:
    assert declared(service, refused, tmp_path) == KEPT


def test_a_refused_file_that_changed_is_read_again(
    service: Loopback, refused: Path, tmp_path: Path
) -> None:
    before = refused.stat()
    os.utime(refused, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert declared(service, refused, tmp_path) == hashlib.sha256(b"x").hexdigest()
