"""What an auditor is told of manifests that nobody can read, or that lie in a wrong place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.docs.copies import (
    APRIL_2,
    IMAGE,
    PATIENT,
    TARGET,
    Verify,
    archive,
    entry,
    key_of,
    manifest,
    sha256,
    write,
    write_manifest,
)


def test_a_truncated_manifest_is_named(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    truncated = archive(copy, {}, APRIL_2, batch_id="batch-2")
    truncated.write_bytes(truncated.read_bytes()[:-1])

    assert (
        verify(copy)
        .lines[0]
        .startswith(f"unreadable-manifest: {key_of(APRIL_2, batch='batch-2')}: ")
    )


def test_objects_are_extra_when_the_manifest_that_names_them_is_not_readable(
    copy: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE}).write_bytes(b"")

    assert verify(copy).kinds == ["unreadable-manifest", "extra-object"]


@pytest.mark.parametrize(
    "content",
    [b"null", b"[]", b"\xff\xfe\xff", b"{}", b'{"format": 1}', b"[" * 100_000, b"9" * 5_000],
    ids=["null", "list", "no-text", "empty", "format-a-number", "deep", "long-number"],
)
def test_what_is_no_manifest_at_all_is_named(copy: Path, verify: Verify, content: bytes) -> None:
    write(copy / key_of(), content)

    assert verify(copy).kinds == ["unreadable-manifest"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"entries": None},
        {"entries": {"path": "E-1/IMG1.JPG"}},
        {"target_id": 1},
        {"target_id": "\ud800"},
        {"batch_id": ["batch-1"]},
        {"completed_at": 20260401},
        {"completed_at": "yesterday"},
        {"completed_at": "2026-04-01T17:12:31.204118"},
        {"completed_at": "0001-01-01T00:00:00+14:00"},
    ],
    ids=str,
)
def test_a_manifest_with_wrong_types_is_named(
    copy: Path, verify: Verify, wrong: dict[str, Any]
) -> None:
    write_manifest(copy, manifest({}) | wrong, key_of())

    assert verify(copy).kinds == ["unreadable-manifest"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": None},
        {"path": "100%.JPG"},
        {"path": "%E.JPG"},
        {"path": "\ud800.JPG"},
        {"size": "271828"},
        {"size": True},
        {"size": 1.5},
        {"sha256": None},
        {"sha256": "../../etc/passwd"},
        {"sha256": sha256(IMAGE) + "\n"},
    ],
    ids=str,
)
def test_an_entry_with_wrong_types_is_named_by_its_number(
    copy: Path, verify: Verify, wrong: dict[str, Any]
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    right = entry("E-1/IMG1.JPG", IMAGE)
    write_manifest(copy, manifest({}, entries=[right, right | wrong]))

    assert [line.split(": ")[:3] for line in verify(copy).lines[:-1]] == [
        ["bad-entry", key_of(), "entries[1]"]
    ]


def test_an_entry_that_is_no_object_is_named(copy: Path, verify: Verify) -> None:
    write_manifest(copy, manifest({}, entries=["E-1/IMG1.JPG"]))

    assert verify(copy).kinds == ["bad-entry"]


def test_the_other_entries_count_beside_a_wrong_one(copy: Path, verify: Verify) -> None:
    write_manifest(copy, manifest({}, entries=[None, entry("E-1/IMG1.JPG", IMAGE)]))

    assert verify(copy).kinds == ["bad-entry", "missing-object"]


def test_another_format_is_named_as_such(copy: Path, verify: Verify) -> None:
    write_manifest(copy, manifest({}, format="hokan-manifest/2"))

    assert verify(copy).lines[:-1] == [
        f"unknown-format: {key_of()}: 'hokan-manifest/2' is not 'hokan-manifest/1'"
    ]


@pytest.mark.parametrize(
    "key",
    [
        key_of(target="target-2"),
        key_of(batch="batch-2"),
        key_of(APRIL_2),
        f"m/{TARGET}/manifest.json",
        "m/manifest.json",
    ],
)
def test_a_manifest_of_another_place_is_named(copy: Path, verify: Verify, key: str) -> None:
    write_manifest(copy, manifest({}), key)

    assert verify(copy).lines[:-1] == [
        f"misplaced-manifest: {key}: its content belongs at {key_of()}"
    ]


def test_a_link_in_place_of_all_manifests_is_a_fault_and_no_empty_copy(
    copy: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    (copy / "m").rename(copy / "elsewhere")
    (copy / "m").symlink_to(copy / "elsewhere")

    assert verify(copy).kinds == ["not-a-file", "extra-object"]


def test_a_patients_name_is_never_printed(copy: Path, verify: Verify) -> None:
    intact = archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write(copy / key_of(APRIL_2), intact.read_bytes())
    write(copy / key_of(batch="batch-2"), intact.read_bytes()[:-1])

    assert PATIENT not in "".join(verify(copy, "--json").lines)


def test_faults_of_other_targets_do_not_count(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write_manifest(copy, manifest({"E-1/IMG1.JPG": IMAGE}, target_id="target-2"))

    assert verify(copy, "--target", TARGET).status == 0


def test_a_target_is_not_another_one_whose_name_starts_the_same(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    archive(copy, {"E-1/IMG1.JPG": IMAGE}, target_id="target-10")

    outcome = verify(copy, "--target", TARGET)

    assert outcome.lines == [f"1 objects, {len(IMAGE)} bytes, 1 manifests, 0 faults"]
