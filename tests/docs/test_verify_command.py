"""The command an auditor types: its answers, its JSON, and what it cannot be used for."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.copies import (
    APRIL_1,
    IMAGE,
    SCRIPT,
    TARGET,
    Verify,
    archive,
    manifest,
    object_of,
    sha256,
    write,
    write_manifest,
)


def test_json_of_a_copy_that_holds(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})

    assert [json.loads(line) for line in verify(copy, "--json").lines] == [
        {"holds": True, "objects": 1, "bytes": len(IMAGE), "manifests": 1, "faults": []}
    ]


def test_json_names_each_fault(copy: Path, verify: Verify) -> None:
    write_manifest(copy, manifest({"E-1/IMG1.JPG": IMAGE}))

    (line,) = verify(copy, "--json").lines

    assert json.loads(line)["faults"] == [
        {
            "kind": "missing-object",
            "where": f"t/{TARGET}/{sha256(IMAGE)}",
            "detail": "the bytes of E-1/IMG1.JPG",
        }
    ]


def test_json_leaves_the_exit_status_as_it_is(copy: Path, verify: Verify) -> None:
    write_manifest(copy, manifest({"E-1/IMG1.JPG": IMAGE}))

    assert verify(copy, "--json").status == 1


def test_json_counts_restored_files_where_a_folder_is_compared(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"IMG1.JPG": IMAGE})
    write(restored / "IMG1.JPG", IMAGE)

    (line,) = verify(copy, "--json", "--restored", restored).lines

    assert json.loads(line)["restored_files"] == 1


@pytest.mark.parametrize("folder", ["no-such-folder", ""])
def test_no_such_copy_is_a_usage_error(verify: Verify, folder: str) -> None:
    assert verify(folder).status == 2


@pytest.mark.parametrize("folder", ["no-such-folder", ""])
def test_no_such_restored_folder_is_a_usage_error(copy: Path, verify: Verify, folder: str) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})

    assert verify(copy, "--restored", folder).status == 2


def test_a_file_is_no_copy(tmp_path: Path, verify: Verify) -> None:
    assert verify(write(tmp_path / "bucket.tar", b"")).status == 2


def test_a_copy_without_a_manifest_is_a_usage_error(copy: Path, verify: Verify) -> None:
    write(object_of(copy, IMAGE), IMAGE)

    assert verify(copy).status == 2


@pytest.mark.parametrize("target", ["target-2", "", ".", "..", f"../m/{TARGET}"])
def test_a_target_without_a_manifest_is_a_usage_error(
    copy: Path, verify: Verify, target: str
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})

    assert verify(copy, "--target", target).status == 2


def test_a_restored_folder_is_of_one_target(copy: Path, restored: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    archive(copy, {"E-1/IMG1.JPG": IMAGE}, target_id="target-2")

    assert verify(copy, "--restored", restored).status == 2


def test_a_moment_without_a_restored_folder_is_a_usage_error(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})

    assert verify(copy, "--as-of", APRIL_1).status == 2


@pytest.mark.parametrize("as_of", ["yesterday", "2026-04-01", "2026-04-01T17:12:31"])
def test_what_is_no_moment_is_a_usage_error(
    copy: Path, restored: Path, verify: Verify, as_of: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        verify(copy, "--restored", restored, "--as-of", as_of)


def test_why_there_is_nothing_to_check_is_said_apart_from_the_findings(verify: Verify) -> None:
    outcome = verify("no-such-folder", "--json")

    assert (outcome.lines, outcome.stderr) == (
        [],
        "verify_archive: 'no-such-folder' is not a folder\n",
    )


def test_it_runs_alone_on_a_terminal_that_knows_ascii_only(copy: Path) -> None:
    write_manifest(copy, manifest({"内視鏡.JPG": IMAGE}))
    command = [sys.executable, "-I", "-X", "utf8=0", str(SCRIPT), str(copy)]

    ran = subprocess.run(
        ["env", "LC_ALL=POSIX", "PYTHONCOERCECLOCALE=0", *command],
        capture_output=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (1, b"")


def test_it_imports_nothing_but_the_standard_library() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add("" if node.level else str(node.module).partition(".")[0])

    assert imported <= sys.stdlib_module_names
