"""What an auditor finds in a copy of the bucket, with the script the documentation offers."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "verify_archive.py"
TARGET = "target-1"
APRIL_1, APRIL_2 = "2026-04-01T17:12:31.204118Z", "2026-04-02T17:12:31.204118Z"
IMAGE, OTHER_IMAGE = b"\xff\xd8 an image \xff\xd9", b"\xff\xd8 another one \xff\xd9"
PATIENT = "YAMADA^HANAKO"


def loaded_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_archive", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify_archive = loaded_script()


class Outcome(NamedTuple):
    """What the command answered."""

    status: int
    lines: list[str]
    stderr: str

    @property
    def kinds(self) -> list[str]:
        return [line.partition(":")[0] for line in self.lines[:-1]]


Verify = Callable[..., Outcome]


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


# A copy in order


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


# Objects


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


# Manifests


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


# One target


def test_faults_of_other_targets_do_not_count(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    write_manifest(copy, manifest({"E-1/IMG1.JPG": IMAGE}, target_id="target-2"))

    assert verify(copy, "--target", TARGET).status == 0


def test_a_target_is_not_another_one_whose_name_starts_the_same(copy: Path, verify: Verify) -> None:
    archive(copy, {"E-1/IMG1.JPG": IMAGE})
    archive(copy, {"E-1/IMG1.JPG": IMAGE}, target_id="target-10")

    outcome = verify(copy, "--target", TARGET)

    assert outcome.lines == [f"1 objects, {len(IMAGE)} bytes, 1 manifests, 0 faults"]


# A restored folder


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


# A moment


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


# JSON


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


# Nothing to check


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


# The script itself


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
