"""
Which received images the service has: asked of it, never guessed.

This machine's own memory of its backups only says when asking is worth it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from hokan_agent.errors import AgentError
from hokan_agent.machine.home import Home
from hokan_agent.machine.state import stored_as_they_are
from hokan_agent.receiving.commitment import Image, Verdict
from hokan_agent.receiving.inbox import Inbox
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.sources.paths import to_wire
from hokan_agent.sources.scan import Found
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web

DIGESTS_A_REQUEST = 100
REMEMBERED = 100_000  # files


class Proof:
    """Says which images of an inbox are stored for good."""

    def __init__(self, home: Home, folder: Path, inbox: Inbox) -> None:
        self._home, self._folder, self._inbox = home, folder, inbox
        self._web = Web()

    def of(self, images: Iterable[Image]) -> dict[Image, Verdict]:
        """
        Return what is known of each image; it is committed when all that came of it is stored.

        Raises:
            AgentError: The folder is not watched, or the service does not answer or refuses.
            OSError: What was received cannot be read.
        """
        wanted = list(dict.fromkeys(images))
        kept = self._inbox.places({each.instance for each in wanted})
        fitting = {
            image: [each for each in kept[image.instance] if _kind(*_as_it_is(each)) == image.kind]
            for image in wanted
        }
        stored = self._stored({path for paths in fitting.values() for path in paths})
        return {image: _verdict(kept[image.instance], fitting[image], stored) for image in wanted}

    def _stored(self, files: set[Path]) -> set[Path]:
        """Return those of *files* that the service says it has."""
        if not files:
            return set()
        watched = self._watched()
        digests = {each: _sha256(*_as_it_is(each)) for each in self._backed_up(watched, files)}
        stored = self._of_the_service(watched.target_id, sorted(set(digests.values())))
        return {path for path, sha256 in digests.items() if sha256 in stored}

    def _watched(self) -> Watched:
        for each in folders.listed(self._home):
            if self._folder.is_relative_to(each.folder):
                return each
        raise AgentError("the folder is not watched: nothing backs it up")

    def _backed_up(self, watched: Watched, files: Iterable[Path]) -> list[Path]:
        """Return those of *files* that this machine's backups have sent as they are."""
        found = {_found(watched, each): each for each in files}
        sent = stored_as_they_are(self._home.state_file, watched.target_id, found)
        return [found[each] for each in sent]

    def _of_the_service(self, target_id: str, digests: list[str]) -> set[str]:
        stored: set[str] = set()
        service = Service.of(self._home, self._web)
        for start in range(0, len(digests), DIGESTS_A_REQUEST):
            some = digests[start : start + DIGESTS_A_REQUEST]
            stored.update(service.post(f"/targets/{target_id}/stored", {"sha256": some})["stored"])
        return stored


def _verdict(kept: Collection[Path], fitting: Collection[Path], stored: set[Path]) -> Verdict:
    if not kept:
        return Verdict.MISSING
    if not fitting:
        return Verdict.OTHER_CLASS
    return Verdict.COMMITTED if stored.issuperset(fitting) else Verdict.WAITING


def _found(watched: Watched, file: Path) -> Found:
    path = to_wire(os.fsencode(file.relative_to(watched.folder)))
    return Found(watched.prefix + path, *_as_it_is(file)[1:])


def _as_it_is(file: Path) -> tuple[Path, int, int, int]:
    status = file.stat()
    return file, status.st_size, status.st_mtime_ns, status.st_ino


@lru_cache(REMEMBERED)
def _sha256(file: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@lru_cache(REMEMBERED)
def _kind(file: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    """Return the SOP class of a received file; "" when it tells none."""
    from pydicom.filereader import read_file_meta_info

    try:
        return str(read_file_meta_info(file).MediaStorageSOPClassUID)
    except Exception:  # noqa: BLE001 - somebody else put it here
        return ""
