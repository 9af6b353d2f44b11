"""What an auditor finds when a restored folder is compared with the copy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.copies import (
    APRIL_1,
    APRIL_2,
    IMAGE,
    OTHER_IMAGE,
    Verify,
    archive,
    entry,
    manifest,
    object_of,
    sha256,
    write,
    write_manifest,
)


def test_a_restored_folder_that_equals_the_archive_holds(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE, "EMPTY.JPG": b""})
    write(restored / "E-1" / "IMG1.JPG", IMAGE)
    write(restored / "EMPTY.JPG", b"")

    outcome = verify(copy, "--restored", restored)

    assert outcome.lines == [
        f"2 objects, {len(IMAGE)} bytes, 1 manifests, 2 restored files, 0 faults"
    ]


def test_a_file_that_was_not_restored_is_missing(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})

    assert verify(copy, "--restored", restored).lines[:-1] == [
        f"missing-file: E-1/IMG1.JPG: archived as {sha256(IMAGE)}"
    ]


def test_a_restored_file_with_other_bytes_is_altered(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write(restored / "E-1" / "IMG1.JPG", OTHER_IMAGE)

    assert verify(copy, "--restored", restored).lines[:-1] == [
        f"altered-file: E-1/IMG1.JPG: archived as {sha256(IMAGE)}"
    ]


def test_a_file_the_archive_does_not_know_is_extra(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write(restored / "E-1" / "IMG1.JPG", IMAGE)
    write(restored / "E-1" / "IMG2.JPG", IMAGE)

    assert verify(copy, "--restored", restored).lines[:-1] == [
        "extra-file: E-1/IMG2.JPG: not in the state of the target"
    ]


def test_a_link_in_the_restored_folder_is_not_followed(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    (restored / "E-1").mkdir()
    (restored / "E-1" / "IMG1.JPG").symlink_to(object_of(copy, IMAGE))

    assert verify(copy, "--restored", restored).kinds == ["not-a-file", "missing-file"]


@pytest.mark.parametrize(
    ("archived", "on_disk"),
    [
        ("100%25.JPG", b"100%.JPG"),
        ("%2541.JPG", b"%41.JPG"),
        ("%8E%52%93%63.JPG", "山田.JPG".encode("shift_jis")),
        ("%8eR%93c.JPG", "山田.JPG".encode("shift_jis")),
        ("内視鏡/画像　１.JPG", "内視鏡/画像　１.JPG".encode()),
        ("two\nlines.JPG", b"two\nlines.JPG"),
    ],
    ids=ascii,
)
def test_a_path_is_turned_back_into_the_bytes_it_had(
    copy: Path, restored: Path, verify: Verify, archived: str, on_disk: bytes
) -> None:
    archive(copy, {archived: IMAGE})
    write(restored / os.fsdecode(on_disk), IMAGE)

    assert verify(copy, "--restored", restored).status == 0


@pytest.mark.parametrize(
    ("on_disk", "reported"),
    [
        (b"100%.JPG", "100%25.JPG"),
        ("山田.JPG".encode("shift_jis"), "%8ER%93c.JPG"),
        ("画像　１.JPG".encode(), "画像　１.JPG"),
        (b"two\nlines.JPG", "two%0Alines.JPG"),
        (b"\x1b[2J.JPG", "%1B[2J.JPG"),
    ],
    ids=ascii,
)
def test_a_path_is_reported_as_manifests_write_it_on_one_line(
    copy: Path, restored: Path, verify: Verify, on_disk: bytes, reported: str
) -> None:
    archive(copy, {})
    write(restored / os.fsdecode(on_disk), IMAGE)

    assert verify(copy, "--restored", restored).lines[0].split(": ")[1] == reported


@pytest.fixture
def two_days(copy: Path) -> Path:
    """One file, archived on April 1st and, changed, on April 2nd; and another of the 2nd."""
    archive(copy, {"IMG1.JPG": IMAGE})
    later = {"IMG1.JPG": OTHER_IMAGE, "IMG2.JPG": OTHER_IMAGE}
    archive(copy, later, APRIL_2, batch_id="batch-2")
    return copy


def test_the_last_entry_of_a_path_counts(two_days: Path, restored: Path, verify: Verify) -> None:
    write(restored / "IMG1.JPG", OTHER_IMAGE)
    write(restored / "IMG2.JPG", OTHER_IMAGE)

    assert verify(two_days, "--restored", restored).status == 0


def test_the_last_entry_of_a_path_counts_within_a_manifest(
    copy: Path, restored: Path, verify: Verify
) -> None:
    archive(copy, {"IMG1.JPG": IMAGE, "IMG2.JPG": OTHER_IMAGE})
    twice = [entry("IMG1.JPG", IMAGE), entry("IMG1.JPG", OTHER_IMAGE)]
    write_manifest(copy, manifest({}, entries=twice))
    write(restored / "IMG1.JPG", OTHER_IMAGE)

    assert verify(copy, "--restored", restored).status == 0


def test_manifests_after_the_moment_do_not_count(
    two_days: Path, restored: Path, verify: Verify
) -> None:
    write(restored / "IMG1.JPG", IMAGE)

    outcome = verify(two_days, "--restored", restored, "--as-of", "2026-04-02T00:00:00Z")

    assert outcome.status == 0


@pytest.mark.parametrize("as_of", [APRIL_1, "2026-04-02T02:12:31.204118+09:00"])
def test_a_manifest_of_the_very_moment_counts(
    two_days: Path, restored: Path, verify: Verify, as_of: str
) -> None:
    write(restored / "IMG1.JPG", IMAGE)

    assert verify(two_days, "--restored", restored, "--as-of", as_of).status == 0


def test_before_the_first_manifest_there_are_no_files(
    two_days: Path, restored: Path, verify: Verify
) -> None:
    outcome = verify(two_days, "--restored", restored, "--as-of", "2026-01-01T00:00:00Z")

    assert outcome.status == 0


def test_the_copy_is_checked_whole_whatever_the_moment(
    two_days: Path, restored: Path, verify: Verify
) -> None:
    write(restored / "IMG1.JPG", IMAGE)
    object_of(two_days, OTHER_IMAGE).unlink()

    outcome = verify(two_days, "--restored", restored, "--as-of", APRIL_1)

    assert outcome.kinds == ["missing-object"]
