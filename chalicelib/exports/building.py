"""Building a ZIP: stored objects in, one upload in parts out, nothing kept in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chalicelib import buckets
from chalicelib.archive import selecting, trees
from chalicelib.archive.model import RestoredFile
from chalicelib.archive.store import objects
from chalicelib.buckets.media import MediaUpload
from chalicelib.contracts.local import zone_of
from chalicelib.exports import store, zipping
from chalicelib.exports.model import BUILD_LIFE, OPEN, Export, at
from chalicelib.exports.service import Message
from chalicelib.exports.zipping import Damaged
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.telemetry import count, count_bytes, logger

RESERVE_MS = 30_000  # to end in good order
MOST_WAITS = 60  # half an hour; what is not made by then, the album names


class OutOfTime(Exception):
    """The function's time is nearly over."""


class TakenOver(Exception):
    """Somebody else builds it now."""


class Waits(Exception):
    """What its album needs is still being made."""


@dataclass(frozen=True, slots=True)
class Beside:
    """
    What an album is made by; it is made above us, and knows nothing of ZIPs.

    Attributes:
        is_ready: Whether all it shows of these files is there; asked first, it has the rest made.
        files: Its own files, one after the other, by name; of each of ours it is told the name.
    """

    is_ready: Callable[[Export, list[RestoredFile], bool], bool]
    files: Callable[[Export, dict[str, RestoredFile]], Iterator[tuple[str, bytes]]]


def build(message: Message, has_time: Callable[[], bool], beside: Beside) -> None:
    """
    Build the ZIP of an export, unless that is done: a message may come twice.

    Raises:
        Unavailable: Somebody else builds it; whether they get through is seen later.  Or a file
            was erased while it was built: the next try names it.
        Waits: It is not begun yet.
    """
    try:
        export = at(store.export(message.facility_id, message.export_id), clock.now())
    except NotFound:
        logger.info("export is gone", extra={"export_id": message.export_id})
        return
    if export.state not in OPEN:
        return
    now = clock.now()
    builder = ids.new_id("builder", now)
    if not store.begin(export, builder, now, now + BUILD_LIFE):
        raise Unavailable("somebody else builds this ZIP", code="export-is-built")
    _build(Work(export, builder, has_time, beside, message.waits))


def _build(work: Work) -> None:
    """Come to an end that the export tells of; trouble of AWS's gives it back."""
    try:
        work.write()
    except Damaged as found:
        if trees.is_erased(work.export.selection.target_id, found.file.sha256):
            store.give_back(work.export, work.builder)
            raise Unavailable("a file was erased meanwhile", code="export-begins-anew") from None
        _report(work, found.file)
        store.fail(work.export, work.builder, "object-damaged", found.file.sha256)
    except OutOfTime:
        store.fail(work.export, work.builder, "took-too-long")
        logger.warning("export took too long", extra={"export_id": work.export.export_id})
    except Exception:
        store.give_back(work.export, work.builder)
        raise
    else:
        count("ExportsBuilt")
        count_bytes("BytesExported", work.bytes_done)


def _report(work: Work, file: RestoredFile) -> None:
    """Bring damaged bytes before the operator."""
    key = buckets.object_key(work.export.selection.target_id, file.sha256)
    found_at = clock.text(clock.now())
    objects.quarantine(
        key, version_id=None, size_bytes=file.size, reason="damaged", found_at=found_at
    )
    count("ObjectsDamaged")
    logger.error("stored object is damaged", extra={"key": key})


@dataclass
class Work:
    """
    One try to build one ZIP.

    Attributes:
        has_time: Whether the function lives long enough to go on.
        waits: How often it has waited for its album.
        parts_noted: How many parts had gone up when progress was noted last.
    """

    export: Export
    builder: str
    has_time: Callable[[], bool]
    beside: Beside
    waits: int
    files_done: int = 0
    bytes_done: int = 0
    parts_noted: int = 0

    def write(self) -> None:
        """Write the ZIP; nobody sees any of it before it is whole."""
        found = selecting.whole(self.export.selection)
        files = found.files
        self._wait_for(files)
        named = dict(zip(zipping.names(files), files, strict=True))
        with MediaUpload(self.export.key) as self._upload:
            zipping.write(
                self._upload,
                self.export,
                named,
                self._pieces,
                zone_of(self.export.facility_id),
                found.left_out,
                self._album(named),
            )
            self._upload.complete()
        done = (self.files_done, self.bytes_done, self._upload.size_bytes)
        if not store.finish(self.export, self.builder, *done):
            raise TakenOver

    def _wait_for(self, files: list[RestoredFile]) -> None:
        """Let the album's pictures be made first, but not for ever."""
        if not self.export.has_album or self.waits >= MOST_WAITS:
            return
        if not self.beside.is_ready(self.export, files, self.waits == 0):
            raise Waits

    def _album(self, named: dict[str, RestoredFile]) -> Iterator[tuple[str, bytes]]:
        if not self.export.has_album:
            return
        for name, body in self.beside.files(self.export, named):
            yield name, body
            self._go_on()

    def _pieces(self, file: RestoredFile) -> Iterator[bytes]:
        key = buckets.object_key(self.export.selection.target_id, file.sha256)
        for piece in buckets.pieces(key, file.size):
            yield piece
            self.bytes_done += len(piece)
            self._go_on()
        self.files_done += 1

    def _go_on(self) -> None:
        """Stop in time; note progress whenever another part has gone up."""
        if not self.has_time():
            raise OutOfTime
        if self._upload.parts_sent == self.parts_noted:
            return
        self.parts_noted = self._upload.parts_sent
        if not store.note_progress(self.export, self.builder, self.files_done, self.bytes_done):
            raise TakenOver
