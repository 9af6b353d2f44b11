"""
Prove that a copy of a Hokan bucket lost nothing, with no code of Hokan's and nothing to install.

    aws s3 sync s3://BUCKET COPY
    python3 verify_archive.py COPY
    python3 verify_archive.py COPY --restored FOLDER --as-of 2026-04-02T00:00:00+09:00

It holds the copy against docs/manifest.md: every manifest, every object a manifest names, every
object none names; with --restored, also a folder against the state of its target at a moment.
Exit status: 0 everything holds, 1 something does not (a line each), 2 there is nothing to check.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import unquote_to_bytes

EXIT_HOLDS, EXIT_FAULTS, EXIT_USAGE = 0, 1, 2
FORMAT = "hokan-manifest/1"
PIECE_BYTES = 1024 * 1024
RFC_3339 = r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, lone surrogates, ends of lines
T = TypeVar("T")


class Entry(NamedTuple):
    """One file of a batch; the object at *key* holds its bytes."""

    path: bytes
    size: int
    sha256: str
    key: bytes


class Manifest(NamedTuple):
    """What one finished batch left."""

    key: bytes
    completed_at: datetime
    entries: list[Entry]


class Unusable(ValueError):
    """A manifest of another format or another place."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Report:
    """What was looked at, and what does not hold."""

    def __init__(self) -> None:
        self.counts = {"objects": 0, "bytes": 0, "manifests": 0}
        self.faults: list[dict[str, str]] = []

    def fault(self, kind: str, where: bytes, detail: str | Exception) -> None:
        """Add one thing that does not hold."""
        detail = getattr(detail, "strerror", None) or str(detail)
        self.faults.append({"kind": kind, "where": written(where), "detail": detail})

    def print(self, *, as_json: bool) -> None:
        """Print a line a fault and a summary, or all of it as one JSON object."""
        if as_json:
            print(json.dumps({"holds": not self.faults, **self.counts, "faults": self.faults}))
            return
        for fault in self.faults:
            print(f"{fault['kind']}: {fault['where']}: {fault['detail']}")
        counts = {**self.counts, "faults": len(self.faults)}
        print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))


def written(path: bytes) -> str:
    """Write *path* as manifests do, and what would upset a line or a terminal as %XX too."""
    text = path.replace(b"%", b"%25").decode(errors="surrogateescape")
    return "".join(escaped(c) if unicodedata.category(c) in UNSEEN else c for c in text)


def escaped(character: str) -> str:
    """Write the bytes of *character* as %XX."""
    return "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogateescape"))


def path_bytes(text: str) -> bytes:
    """Turn a manifest's path back into the bytes of the file's path."""
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise ValueError("path has a % without two hex digits")
    return unquote_to_bytes(text)


def moment(text: str) -> datetime:
    """Read an RFC 3339 moment."""
    if not re.fullmatch(RFC_3339, text):
        raise ValueError("not an RFC 3339 moment")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a moment outside the calendar") from error


def member(content: object, name: str, kind: type[T]) -> T:
    """Return the member *name* of *content*, which must be there and of *kind*."""
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{name} is missing or of a wrong type")  # noqa: TRY004 - a fault like others
    return value


def files_below(root: bytes, prefixes: Sequence[bytes], report: Report) -> set[bytes]:
    """List the regular files of *root* under *prefixes*; links are faults, and not followed."""
    found, folders = set(), [b""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root + b"/" + folder) as entries:
                for entry in entries:
                    path = folder + entry.name
                    if not any((path + b"/").startswith(p[: len(path) + 1]) for p in prefixes):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(path + b"/")
                    elif entry.is_file(follow_symlinks=False):
                        found.add(path)
                    else:
                        report.fault("not-a-file", path, "a link or a device")
        except OSError as error:
            report.fault("unreadable-folder", folder, error)
    return found


def open_unlinked(path: str, flags: int) -> int:
    """Open a file, unless it became a link since it was listed."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def size_and_sha256(path: bytes) -> tuple[int, str]:
    """Read a file once, a piece at a time."""
    size, digest = 0, hashlib.sha256()
    with open(path, "rb", opener=open_unlinked) as file:
        while piece := file.read(PIECE_BYTES):
            size += len(piece)
            digest.update(piece)
    return size, digest.hexdigest()


def read_manifests(copy: bytes, keys: Iterable[bytes], report: Report) -> list[Manifest]:
    """Read the manifests at *keys*, and report those that cannot be used."""
    manifests = []
    for key in sorted(keys):
        try:
            manifests.append(read_manifest(copy, key, report))
        except Unusable as error:
            report.fault(error.kind, key, error)
        except (OSError, ValueError, RecursionError) as error:
            report.fault("unreadable-manifest", key, error)
    report.counts["manifests"] = len(manifests)
    return manifests


def read_manifest(copy: bytes, key: bytes, report: Report) -> Manifest:
    """Read one manifest, whose key must be the one its content says."""
    with open(copy + b"/" + key, "rb", opener=open_unlinked) as file:
        content = json.loads(file.read())
    if (name := member(content, "format", str)) != FORMAT:
        raise Unusable("unknown-format", f"{name[:40]!a} is not {FORMAT!r}")
    target, batch = member(content, "target_id", str), member(content, "batch_id", str)
    completed_at = moment(member(content, "completed_at", str))
    place = f"m/{target}/{completed_at:%Y%m%dT%H%M%S.%fZ}-{batch}.json".encode()
    if key != place:
        raise Unusable("misplaced-manifest", f"its content belongs at {written(place)}")

    entries = []
    for number, entry in enumerate(member(content, "entries", list)):
        try:
            entries.append(read_entry(target, entry))
        except ValueError as error:
            report.fault("bad-entry", key, f"entries[{number}]: {error}")
    return Manifest(key, completed_at, entries)


def read_entry(target: str, content: object) -> Entry:
    """Read one entry of a manifest."""
    path, sha256 = path_bytes(member(content, "path", str)), member(content, "sha256", str)
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError("sha256 is not 64 hex digits")
    return Entry(path, member(content, "size", int), sha256, f"t/{target}/{sha256}".encode())


def check_objects(
    copy: bytes, present: set[bytes], manifests: Iterable[Manifest], report: Report
) -> None:
    """Hold each object against all that manifests say of it, and report those they do not name."""
    named: dict[bytes, list[Entry]] = {}
    for manifest in manifests:
        for entry in manifest.entries:
            named.setdefault(entry.key, []).append(entry)
    for key in sorted(named):
        if key in present:
            check_object(copy, key, {entry.size for entry in named[key]}, report)
        else:
            paths = sorted({written(entry.path) for entry in named[key]})
            report.fault("missing-object", key, f"the bytes of {', '.join(paths)}")
    for key in sorted(present - named.keys()):
        report.fault("extra-object", key, "no readable entry of a manifest names it")


def check_object(copy: bytes, key: bytes, sizes: set[int], report: Report) -> None:
    """Read one object, and compare it with its name and the sizes manifests state."""
    try:
        size, sha256 = size_and_sha256(copy + b"/" + key)
    except OSError as error:
        report.fault("unreadable-object", key, error)
        return
    report.counts["objects"] += 1
    report.counts["bytes"] += size
    for stated in sorted(sizes - {size}):
        report.fault("wrong-size", key, f"{size} bytes where a manifest says {stated}")
    if not key.endswith(b"/" + sha256.encode()):
        report.fault("altered-bytes", key, f"their SHA-256 is {sha256}")


def state(manifests: Iterable[Manifest], as_of: datetime | None) -> dict[bytes, Entry]:
    """Return a target's files at a moment: of entries with the same path, the last counts."""
    until = [m for m in manifests if as_of is None or m.completed_at <= as_of]
    in_order = sorted(until, key=lambda manifest: manifest.key)
    return {entry.path: entry for manifest in in_order for entry in manifest.entries}


def check_restored(folder: bytes, expected: dict[bytes, Entry], report: Report) -> None:
    """Compare a restored folder with the state it should be."""
    found = files_below(folder, [b""], report)
    report.counts["restored_files"] = len(found)
    for path in sorted(found | expected.keys()):
        if path not in found:
            report.fault("missing-file", path, f"archived as {expected[path].sha256}")
        elif path not in expected:
            report.fault("extra-file", path, "not in the state of the target")
        else:
            check_file(folder, expected[path], report)


def check_file(folder: bytes, expected: Entry, report: Report) -> None:
    """Compare one restored file with its entry."""
    try:
        restored = size_and_sha256(folder + b"/" + expected.path)
    except OSError as error:
        report.fault("unreadable-file", expected.path, error)
        return
    if restored != (expected.size, expected.sha256):
        report.fault("altered-file", expected.path, f"archived as {expected.sha256}")


def parser() -> argparse.ArgumentParser:
    """Say how the command is called."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("copy", metavar="COPY", type=os.fsencode, help="holds m/ and t/")
    parser.add_argument("--target", metavar="TARGET_ID", help="look at this target only")
    parser.add_argument("--restored", metavar="FOLDER", type=os.fsencode, help="compare it too")
    parser.add_argument("--as-of", metavar="RFC3339", type=moment, help="the moment of --restored")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def refused(reason: str) -> int:
    """Say why there is nothing to check."""
    print(f"verify_archive: {reason}", file=sys.stderr)
    return EXIT_USAGE


def main(argv: Sequence[str] | None = None) -> int:
    """Check what *argv* asks for; return the exit status."""
    arguments, report = parser().parse_args(argv), Report()
    copy, restored, target = arguments.copy, arguments.restored, arguments.target
    for folder in [copy] if restored is None else [copy, restored]:
        if not folder or not Path(os.fsdecode(folder)).is_dir():
            return refused(f"{written(folder)!r} is not a folder")
    if arguments.as_of is not None and restored is None:
        return refused("--as-of is for --restored; the copy itself is always checked whole")

    below = b"" if target is None else os.fsencode(f"{target}/")
    keys = files_below(copy, [b"m/" + below, b"t/" + below], report)
    manifest_keys = {key for key in keys if key.startswith(b"m/")}
    if not manifest_keys and not report.faults:
        return refused(f"no manifest in {written(copy + b'/m/' + below)}")
    manifests = read_manifests(copy, manifest_keys, report)
    if restored is not None and len({m.key.rpartition(b"/")[0] for m in manifests}) > 1:
        return refused("more than one target: say with --target which one was restored")

    check_objects(copy, keys - manifest_keys, manifests, report)
    if restored is not None:
        check_restored(restored, state(manifests, arguments.as_of), report)
    report.print(as_json=arguments.json)
    return EXIT_FAULTS if report.faults else EXIT_HOLDS


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal knows every path
    sys.exit(main())
