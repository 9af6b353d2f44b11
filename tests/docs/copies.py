"""Copies of a bucket as an auditor has them, and the script that the documentation offers."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SCRIPT = EXAMPLES / "verify_archive.py"
TARGET = "target-1"
APRIL_1, APRIL_2 = "2026-04-01T17:12:31.204118Z", "2026-04-02T17:12:31.204118Z"
IMAGE, OTHER_IMAGE = b"\xff\xd8 an image \xff\xd9", b"\xff\xd8 another one \xff\xd9"
PATIENT = "YAMADA^HANAKO"


def loaded(name: str) -> ModuleType:
    """Return an example of the documentation as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look there
    spec.loader.exec_module(module)
    return module


verify_archive = loaded("verify_archive")


class Outcome(NamedTuple):
    """What the command answered."""

    status: int
    lines: list[str]
    stderr: str

    @property
    def kinds(self) -> list[str]:
        return [line.partition(":")[0] for line in self.lines[:-1]]


Verify = Callable[..., Outcome]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def object_of(copy: Path, content: bytes, target: str = TARGET) -> Path:
    return copy / "t" / target / sha256(content)


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def entry(path: str, content: bytes) -> dict[str, Any]:
    return {
        "path": path,
        "size": len(content),
        "sha256": sha256(content),
        "examination_id": "exam-1",
        "stored_at": "2026-04-01T17:03:10.000000Z",
        "stored_in": "batch-1",
        "facts": {"kind": "jpeg", "width": 1280, "height": 1024},
    }


def manifest(
    files: dict[str, bytes], completed_at: str = APRIL_1, **changes: Any
) -> dict[str, Any]:
    return {
        "format": "hokan-manifest/1",
        "facility_id": "facility-1",
        "target_id": TARGET,
        "batch_id": "batch-1",
        "agent_id": "agent-1",
        "opened_at": "2026-04-01T17:00:00.000000Z",
        "completed_at": completed_at,
        "outcome": "complete",
        "examinations": [
            {
                "examination_id": "exam-1",
                "source": {"id": "E-1", "patient": {"id": "P-1", "name": PATIENT}},
            }
        ],
        "entries": [entry(path, content) for path, content in files.items()],
    } | changes


def key_of(completed_at: str = APRIL_1, target: str = TARGET, batch: str = "batch-1") -> str:
    return f"m/{target}/{completed_at.replace('-', '').replace(':', '')}-{batch}.json"


def write_manifest(copy: Path, content: dict[str, Any], key: str | None = None) -> Path:
    key = key or key_of(content["completed_at"], content["target_id"], content["batch_id"])
    return write(copy / key, json.dumps(content).encode())


def archive(copy: Path, files: dict[str, bytes], completed_at: str = APRIL_1, **ids: str) -> Path:
    """Do what a finished batch does: leave the objects, then the manifest."""
    content = manifest(files, completed_at, **ids)
    for data in files.values():
        write(object_of(copy, data, content["target_id"]), data)
    return write_manifest(copy, content)
