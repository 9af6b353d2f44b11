"""A copy of a bucket, what was restored of it, and the command that proves both."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.copies import (
    Outcome,
    Verify,
    verify_archive,
)


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Verify:
    """Run the command."""

    def run(*arguments: str | Path) -> Outcome:
        status = verify_archive.main([os.fspath(argument) for argument in arguments])
        output = capsys.readouterr()
        return Outcome(status, output.out.splitlines(), output.err)

    return run


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy of a bucket goes."""
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


@pytest.fixture
def restored(tmp_path: Path) -> Path:
    """Where the files of a target were restored to."""
    folder = tmp_path / "restored"
    folder.mkdir()
    return folder
