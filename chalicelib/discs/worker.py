"""
Building an order's discs, one after the other, from wherever an earlier run stopped.

What a run has done stands in the order: how many discs are there, and the upload of the one in
work.  The same plan makes the same bytes, so parts that are there are parts that are done.  An
image counts once it was read back whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO

from chalicelib import buckets
from chalicelib.archive import trees
from chalicelib.archive.store import objects
from chalicelib.buckets import discs
from chalicelib.buckets.discs import DiscUpload
from chalicelib.discs import albums, choosing, finding, reading, store
from chalicelib.discs.finding import MOST_WAITS, Chosen
from chalicelib.discs.model import Built, Order, Runs, State
from chalicelib.discs.recording import record
from chalicelib.discs.trying import anew
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict
from chalicelib.media import building
from chalicelib.media.building import DoesNotFit
from chalicelib.media.model import Damaged, Entry, File
from chalicelib.media.planning import Disc, Plan
from chalicelib.media.tree import Issue, Placed
from chalicelib.offline.model import Named
from chalicelib.telemetry import count, count_bytes, logger

RESERVE_MS = 60_000  # a part of 16 MiB goes up in it, and the order is given back
LEASE = timedelta(minutes=16)  # longer than the function that builds can live


class OutOfTime(Exception):
    """The function's time is nearly over; the next message goes on."""


class TakenOver(Exception):
    """Somebody else builds it now, or nobody is to."""


class Elsewhere(Exception):
    """It is too large for a function."""


class Erased(Exception):
    """A file of an area was erased on purpose meanwhile: what is left is begun anew."""


def build(
    facility_id: str,
    order_id: str,
    has_time: Callable[[], bool] = lambda: True,
    waits: int = MOST_WAITS,
    by: Runs = Runs.BATCH,
) -> Order:
    """
    Build what is left of an order to build, and return it; a message may come twice.

    Raises:
        NotFound: There is no such order.
        OutOfTime: There is more left; it was given back.
        Waits: It is not begun yet; it was given back.
    """
    order = store.order(facility_id, order_id)
    now = clock.now()
    is_held = order.lease_ends_at and now < clock.parse(order.lease_ends_at)
    is_elsewhere = order.runs_on is Runs.BATCH and by is Runs.LAMBDA
    if order.state is not State.BUILDING or is_held or is_elsewhere:
        return order
    builder = ids.new_id("builder", now)
    taken = store.change(order, builder=builder, lease_ends_at=clock.text(now + LEASE))
    if taken is None:
        return store.order(facility_id, order_id)
    work = _Work(taken, has_time, waits, by)
    try:
        return _to_an_end(work)
    except Erased:
        return build(facility_id, order_id, has_time, waits, by)


def _to_an_end(work: _Work) -> Order:
    """Come to an end that the order tells of; trouble of AWS's gives it back."""
    try:
        work.write()
    except TakenOver:
        logger.info("discs are taken over", extra={"order_id": work.order.order_id})
    except Elsewhere:
        work.give_back()
    except Damaged as found:
        file = work.places.get(str(found))
        if file and trees.is_erased(work.order.target_id, file.sha256):
            work.begin_anew()
            raise Erased from None
        work.fail("object-damaged", _report(work, file))
    except DoesNotFit:
        work.fail("does-not-fit")
    except Conflict as found:
        work.fail(str(found.code))
    except Exception:
        work.give_back()
        raise
    return work.order


def _report(work: _Work, file: File | None) -> str:
    """Bring damaged bytes before the operator; return their digest."""
    if file is None:  # of the album: the media bucket gave something else than was put there
        return ""
    key = buckets.object_key(work.order.target_id, file.sha256)
    found_at = clock.text(clock.now())
    objects.quarantine(
        key, version_id=None, size_bytes=file.size, reason="damaged", found_at=found_at
    )
    count("ObjectsDamaged")
    logger.error("stored object is damaged", extra={"key": key})
    return file.sha256


@dataclass
class _Work:
    """
    One run.

    Attributes:
        order: As this run has written it last.
        waits: How often it has waited for its album.
        places: What stands where on the disc in work.
    """

    order: Order
    has_time: Callable[[], bool]
    waits: int
    by: Runs
    places: dict[str, File] = field(default_factory=dict)

    def write(self) -> None:
        """Write what is left."""
        chosen = self._chosen()
        plan = choosing.planned(chosen.examinations, self.order.medium)
        self._note_extent(plan)
        issue = Issue(chosen.name, plan, clock.parse(chosen.at), store.phrase(self.order))
        for disc in plan.discs[len(self.order.built) :]:
            if not self.order.written:
                self._write_disc(issue, disc)
            self._read_back(disc)
        record(self.order, "discs-built", sum(each.files for each in plan.discs))
        self._note(
            state=State.BUILT, built_at=clock.text(clock.now()), builder="", lease_ends_at=""
        )
        count("DiscsBuilt", len(self.order.built))
        count_bytes("BytesOnDiscs", self.order.size_bytes)

    def give_back(self) -> None:
        """Let anybody go on, at once; if somebody else has, there is nothing to give."""
        store.change(self.order, builder="", lease_ends_at="")

    def begin_anew(self) -> None:
        """Let the discs be begun without what is there no more."""
        self.order = (
            store.change(self.order, **anew(self.order, clock.text(clock.now()))) or self.order
        )
        logger.info("discs are begun anew", extra={"order_id": self.order.order_id})

    def fail(self, failure: str, damaged: str = "") -> None:
        """Say why there will be no discs."""
        record(self.order, "discs-failed")
        changes = {"failure": failure, "damaged": damaged, "builder": "", "lease_ends_at": ""}
        self.order = store.change(self.order, state=State.FAILED, **changes) or self.order
        count("DiscsFailed")
        logger.warning("discs failed", extra={"order_id": self.order.order_id, "reason": failure})

    def _note(self, **changes: object) -> None:
        """Write how far it is; somebody else's write ends this run."""
        now = clock.now()
        usual = {"progress_at": clock.text(now), "lease_ends_at": clock.text(now + LEASE)}
        then = store.change(self.order, **usual | changes)
        if then is None:
            raise TakenOver
        self.order = then

    def _go_on(self) -> None:
        if not self.has_time():
            raise OutOfTime

    # --- what is to be on them -----------------------------------------------------------------

    def _chosen(self) -> Chosen:
        found = finding.chosen(self.order, self.waits)
        if not self.order.begun_at:
            self._note(begun_at=clock.text(clock.now()))
        return found

    def _note_extent(self, plan: Plan) -> None:
        if not self.order.discs:
            runs_on = choosing.extent(plan, encrypted=self.order.encrypted).runs_on
            self._note(discs=len(plan.discs), runs_on=runs_on)
        if self.order.runs_on is Runs.BATCH and self.by is Runs.LAMBDA:
            raise Elsewhere

    # --- a disc --------------------------------------------------------------------------------

    def _write_disc(self, issue: Issue, disc: Disc) -> None:
        key = self.order.image_key(disc.number)
        upload_id = self.order.upload_id
        parts = discs.parts_of(key, upload_id) if upload_id else None
        if parts is None:
            if upload_id and (size := discs.size_of(key)):  # complete, and nobody heard of it
                self._note(written=size)
                return
            self._note(upload_id=discs.start(key), parts=0)
            parts = []
        upload = DiscUpload(key, self.order.upload_id, parts)
        size = building.build(
            issue,
            disc,
            self._open,
            _Sink(upload, self._came_on),
            lambda placed: self._album(issue, disc, placed),
            start=upload.size_bytes,
            peek=self._peeking(disc),
        )
        upload.complete()
        self._note(written=size)

    def _came_on(self, parts: int) -> None:
        self._note(parts=parts)
        self._go_on()

    def _open(self, file: File) -> BinaryIO:
        return reading.opened(self.order.target_id, file)

    def _peeking(self, disc: Disc) -> Callable[[File], BinaryIO]:
        target_id = self.order.target_id
        files = (file for share in disc.shares for file in share.files)
        heads = reading.heads(target_id, files)

        def peek(file: File) -> BinaryIO:
            self._go_on()
            _, head = next(heads)
            return reading.opened(target_id, file, head)

        return peek

    def _album(self, issue: Issue, disc: Disc, placed: list[Placed]) -> Iterable[Entry]:
        self.places = {each.place: each.file for each in placed}
        if not self.order.has_album:
            return ()
        place = f"{self.order.folder}/{disc.number:04}-album"
        return albums.entries(place, self.order.builder, lambda: self._album_files(issue, placed))

    def _album_files(self, issue: Issue, placed: list[Placed]) -> Iterator[Named]:
        for each in albums.files(self.order, issue.plan, placed):
            yield each
            self._go_on()

    def _read_back(self, disc: Disc) -> None:
        """Read an image as it is stored: its digest is of what will be fetched."""
        key, size = self.order.image_key(disc.number), self.order.written
        digest = hashlib.sha256()
        for piece in discs.pieces(key, size):
            digest.update(piece)
            self._go_on()
        built = Built(
            number=disc.number, size=size, sha256=digest.hexdigest(), key=key, files=disc.files
        )
        self._note(built=(*self.order.built, built), upload_id="", parts=0, written=0)


@dataclass
class _Sink:
    """Takes the image's bytes, and tells of each part that has gone up."""

    upload: DiscUpload
    came_on: Callable[[int], None]

    def write(self, data: bytes) -> None:
        before = self.upload.parts_sent
        self.upload.write(data)
        if self.upload.parts_sent > before:
            self.came_on(self.upload.parts_sent)
