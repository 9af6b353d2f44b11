"""What an auditor finds of objects in a copy of the bucket: whole, altered, missing or extra."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.copies import (
    APRIL_2,
    IMAGE,
    OTHER_IMAGE,
    TARGET,
    Verify,
    archive,
    entry,
    manifest,
    object_of,
    sha256,
    verify_archive,
    write,
    write_manifest,
)


def test_an_intact_copy_holds(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE, "E-1/IMG2.JPG": OTHER_IMAGE})

    assert verify(copy).status == 0


def test_the_summary_counts_what_was_looked_at(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE, "E-1/IMG2.JPG": OTHER_IMAGE})

    size = len(IMAGE) + len(OTHER_IMAGE)
    assert verify(copy).lines == [f"2 objects, {size} bytes, 1 manifests, 0 faults"]


def test_an_empty_file_is_an_object_like_any_other(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/EMPTY.JPG": b""})

    assert verify(copy).lines == ["1 objects, 0 bytes, 1 manifests, 0 faults"]


def test_twins_are_one_object(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE, "E-1/COPY OF IMG1.JPG": IMAGE})

    assert verify(copy).lines == [f"1 objects, {len(IMAGE)} bytes, 1 manifests, 0 faults"]


def test_an_object_larger_than_a_piece_is_read_whole(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/LARGE.DCM": b"\x00" * (verify_archive.PIECE_BYTES + 1)})

    assert verify(copy).status == 0


def test_an_object_may_be_of_an_earlier_batch(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write_manifest(copy, manifest({"E-1/IMG1.JPG": IMAGE}, APRIL_2, batch_id="batch-2"))

    assert verify(copy).lines == [f"1 objects, {len(IMAGE)} bytes, 2 manifests, 0 faults"]


def test_each_target_has_objects_of_its_own(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    archive(copy, {"E-1/IMG1.JPG": IMAGE}, target_id="target-2")

    assert verify(copy).lines == [f"2 objects, {2 * len(IMAGE)} bytes, 2 manifests, 0 faults"]


def test_files_that_could_not_be_read_at_the_facility_are_no_fault(
    copy: Path, verify: Verify
) -> None:
    exceptions = [{"path": "E-1/locked.jpg", "reason": "unreadable"}]
    write_manifest(copy, manifest({}, outcome="partial", exceptions=exceptions))

    assert verify(copy).status == 0


def test_members_it_does_not_know_are_ignored(copy: Path, verify: Verify) -> None:
    write_manifest(copy, manifest({}, weather="fine"))

    assert verify(copy).status == 0


def test_other_folders_of_the_copy_are_not_looked_at(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write(copy / "notes" / "auditor.txt", b"looks fine")

    assert verify(copy).status == 0


def test_one_flipped_bit_is_found(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE, "E-1/IMG2.JPG": OTHER_IMAGE})
    altered = bytes([IMAGE[0] ^ 1]) + IMAGE[1:]
    object_of(copy, IMAGE).write_bytes(altered)

    assert verify(copy).lines[:-1] == [
        f"altered-bytes: t/{TARGET}/{sha256(IMAGE)}: their SHA-256 is {sha256(altered)}"
    ]


def test_a_missing_object_is_named_with_the_files_it_held(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE, "E-1/IMG2.JPG": IMAGE})
    object_of(copy, IMAGE).unlink()

    assert verify(copy).lines[:-1] == [
        f"missing-object: t/{TARGET}/{sha256(IMAGE)}: the bytes of E-1/IMG1.JPG, E-1/IMG2.JPG"
    ]


def test_an_object_no_manifest_names_is_extra(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write(object_of(copy, OTHER_IMAGE), OTHER_IMAGE)

    assert verify(copy).lines[:-1] == [
        f"extra-object: t/{TARGET}/{sha256(OTHER_IMAGE)}: no readable entry of a manifest names it"
    ]


def test_an_object_is_extra_where_only_another_targets_manifest_names_it(
    copy: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write(object_of(copy, IMAGE, "target-2"), IMAGE)

    assert verify(copy).kinds == ["extra-object"]


def test_a_truncated_object_has_the_wrong_size_and_other_bytes(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    object_of(copy, IMAGE).write_bytes(IMAGE[:-1])

    assert verify(copy).kinds == ["wrong-size", "altered-bytes"]


def test_a_size_only_the_manifest_has_wrong_is_no_altered_object(
    copy: Path, verify: Verify
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    wrong = entry("E-1/IMG1.JPG", IMAGE) | {"size": 1}
    write_manifest(copy, manifest({}, entries=[wrong]))

    assert verify(copy).kinds == ["wrong-size"]


def test_every_size_stated_of_an_object_is_compared(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    right, wrong = entry("E-1/IMG1.JPG", IMAGE), entry("E-1/IMG2.JPG", IMAGE) | {"size": 1}
    write_manifest(copy, manifest({}, entries=[right, wrong]))

    assert verify(copy).lines[:-1] == [
        f"wrong-size: t/{TARGET}/{sha256(IMAGE)}: {len(IMAGE)} bytes where a manifest says 1"
    ]


def test_a_link_in_place_of_an_object_is_not_followed(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    elsewhere = object_of(copy, IMAGE).rename(copy / "elsewhere")
    object_of(copy, IMAGE).symlink_to(elsewhere)

    assert verify(copy).kinds == ["not-a-file", "missing-object"]


def test_a_link_in_place_of_a_targets_folder_is_not_followed(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    elsewhere = (copy / "t" / TARGET).rename(copy / "elsewhere")
    (copy / "t" / TARGET).symlink_to(elsewhere)

    assert verify(copy).kinds == ["not-a-file", "missing-object"]


def test_an_object_that_cannot_be_read_is_named(
    copy: Path, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})

    def failing(path: str, flags: int) -> int:
        if os.fsdecode(path) == str(object_of(copy, IMAGE)):
            raise PermissionError(13, "Permission denied")
        return os.open(path, flags)

    monkeypatch.setattr(verify_archive, "open_unlinked", failing)

    assert verify(copy).lines[:-1] == [
        f"unreadable-object: t/{TARGET}/{sha256(IMAGE)}: Permission denied"
    ]
