"""
The ZIP itself: written front to back, checked while it is written.

files/<path>         every file under the name it had
...                  what an album has beside them
SHA256SUMS           of all of these, for ``sha256sum -c``
hokan-restore.json   what was asked for, and what each file is

Stored, not compressed: medical images are compressed already.  ZIP64 where it must be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.archive import wire_paths
from chalicelib.archive.model import LeftOut, RestoredFile
from chalicelib.exports.model import Export
from chalicelib.kernel import clock

FORMAT = "hokan-zip/1"
FIRST_YEAR, LAST_YEAR = 1980, 2107  # what a ZIP can say

Pieces = Callable[[RestoredFile], Iterable[bytes]]


class Damaged(Exception):
    """A stored object is not what it was when it was stored."""

    def __init__(self, file: RestoredFile) -> None:
        super().__init__(file.sha256)
        self.file = file


class Sink(Protocol):
    """Where a ZIP goes: it takes bytes, and never goes back."""

    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


def write(
    into: Sink,
    export: Export,
    named: dict[str, RestoredFile],
    pieces: Pieces,
    zone: ZoneInfo,
    left_out: list[LeftOut],
    beside: Iterable[tuple[str, bytes]] = (),
) -> None:
    """
    Write the ZIP of the files *named*; the bytes of each come from *pieces*.

    Args:
        left_out: Files of an area that are named and not there.
        beside: More files, by name, which the service made.

    Raises:
        Damaged: A file's bytes are not those of its digest; what was written is of no use.
    """
    made_at = clock.parse(export.made_at).astimezone(zone)
    digests = {name: file.sha256 for name, file in named.items()}
    with ZipFile(into, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]  # it need not seek
        for name, file in named.items():
            _add(archive, _entry(name, _moment(file.modified_at, zone), file.size), file, pieces)
        for name, body in beside:
            archive.writestr(_entry(name, made_at), body)
            digests[name] = hashlib.sha256(body).hexdigest()
        archive.writestr(_entry("SHA256SUMS", made_at), sums(digests))
        told = summary(export, [*named.values()], left_out)
        archive.writestr(_entry("hokan-restore.json", made_at), told)


def _add(archive: ZipFile, entry: ZipInfo, file: RestoredFile, pieces: Pieces) -> None:
    digest = hashlib.sha256()
    with archive.open(entry, "w") as member:
        for piece in pieces(file):
            digest.update(piece)
            member.write(piece)
    if digest.hexdigest() != file.sha256:
        raise Damaged(file)


def _entry(name: str, at: datetime | None, size: int = 0) -> ZipInfo:
    year = min(max(at.year, FIRST_YEAR), LAST_YEAR) if at else FIRST_YEAR
    when = (year, *at.timetuple()[1:6]) if at else (year, 1, 1, 0, 0, 0)
    entry = ZipInfo(name, when)
    entry.file_size = size  # decides whether it needs ZIP64
    entry.external_attr = 0o644 << 16
    return entry


def _moment(modified_at: str, zone: ZoneInfo) -> datetime | None:
    """Return when a file was changed; an agent may have said nothing, or nonsense."""
    try:
        return clock.parse(modified_at).astimezone(zone) if modified_at else None
    except (ValueError, OverflowError):
        return None


def names(files: Iterable[RestoredFile]) -> Iterator[str]:
    """Yield each file's name in the ZIP, no two alike."""
    taken: set[str] = set()
    for file in files:
        name = name_of(file.path)
        while name in taken:  # a name in another encoding, written like an ordinary one
            name += "_"
        taken.add(name)
        yield name


def name_of(path: str) -> str:
    """
    Return the name a path of the catalogue has in the ZIP.

    What is no UTF-8 stays written as %XX; so does what would leave the folder.

    >>> name_of("検査/100%25.jpg"), name_of("%93%E0.txt"), name_of("%2E%2E/a")
    ('files/検査/100%.jpg', 'files/%93%E0.txt', 'files/%2E%2E/a')
    """
    plain = wire_paths.plain(path)
    if "\0" in plain or any(each in {"", ".", ".."} for each in plain.split("/")):
        plain = path
    return f"files/{plain}"


def sums(digests: dict[str, str]) -> str:
    """Return the lines of SHA256SUMS; an odd name is written as sha256sum itself does."""
    return "".join(_sum(name, sha256) for name, sha256 in digests.items())


def _sum(name: str, sha256: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != name else ""
    return f"{mark}{sha256}  {escaped}\n"


def summary(export: Export, files: list[RestoredFile], left_out: list[LeftOut]) -> bytes:
    """Return what was asked for, what each file is, and what is not there, as JSON."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "export_id": export.export_id,
        "facility_id": export.facility_id,
        **msgspec.structs.asdict(export.selection),
        "made_at": export.made_at,
        "files": len(files),
        "bytes": sum(each.size for each in files),
        "entries": files,
        "left_out": left_out,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1)
