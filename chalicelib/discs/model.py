"""
An order of discs: what they hold, how far they are, to whom they were handed.

due -> building -> built -> handed over; beside these: failed, expired, dismissed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from chalicelib.archive.model import Selection
from chalicelib.kernel import clock
from chalicelib.media.planning import Medium

KEPT = timedelta(days=30)  # what images are kept for; the media bucket clears them away after that
GIVEN_UP_AFTER = timedelta(hours=24)  # without a sign of life
SCHEDULE = "schedule"  # who made the monthly orders
MOST_DISCS = 200


class State(StrEnum):
    DUE = "due"  # waits for somebody who has it built
    BUILDING = "building"  # asked for, and in work or in the queue
    BUILT = "built"
    HANDED_OVER = "handed_over"
    FAILED = "failed"
    EXPIRED = "expired"  # never stored: it follows from the time
    DISMISSED = "dismissed"  # nobody wants it


class Runs(StrEnum):
    """Where an order is built."""

    LAMBDA = "lambda"
    BATCH = "batch"  # too large for a function: by hand, or by AWS Batch (docs/operations.md)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """
    What somebody orders.

    Attributes:
        scope: target, patient or examination.
        subject: Whose: a patient's key or an examination's id; None for a target.
        language: Of the album's pages.
    """

    target_id: str
    scope: str = "target"
    subject: str | None = None
    medium: Medium = Medium.DVD
    encrypted: bool = True
    has_album: bool = False
    language: str = "ja"


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """How much an order would be."""

    files: int
    size_bytes: int
    discs: int
    runs_on: Runs


class Offer(msgspec.Struct, frozen=True):
    """How much an order would be on one kind of disc, or the code of why it cannot be."""

    medium: Medium
    extent: Extent | None
    refused: str = ""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """
    A disc whose image is there.

    Attributes:
        number: From 1 on.
        sha256: Of the image, as it was read back from where it is stored.
        key: Where it lies in the media bucket.
        files: How many files of the facility's are on it.
    """

    number: int
    size: int
    sha256: str
    key: str
    files: int


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """
    That discs left the provider's hands.

    Attributes:
        by: Who says so.
        to: Whom they were given to, in words.
        tracking: The carrier's number; empty if there is none.
    """

    at: str
    by: str
    to: str
    tracking: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    An order of discs; nothing in it names a patient.

    Attributes:
        made_by: A person's id, or SCHEDULE.
        selection: What they hold, as of a moment.
        discs: How many there will be; 0 before that is known.
        built: Those whose image is there, in order.
        asked_at: When it was last asked to be built.
        tries: How often that was; each try writes anew.
        begun_at: When its files were looked for; images expire from then on.
        progress_at: When it was last asked for, or came on.
        looked_at: When its message was last sent.
        upload_id: Of the disc that is in work; empty before the first byte.
        parts: How many parts of it are there.
        written: How large its image is, once that lies there and has yet to be read back.
        builder, lease_ends_at: Who builds it, and from when on somebody else may.
        failure: Why it failed: object-damaged, nothing-to-restore, restore-too-large,
            restore-too-old, too-many-discs, file-too-large, does-not-fit, interrupted.
        damaged: SHA-256 of the stored object that is not what it was.
        revision: One more with each write, so that two at once are noticed.
    """

    order_id: str
    facility_id: str
    target_id: str
    made_by: str
    made_at: str
    selection: Selection
    medium: Medium
    encrypted: bool
    has_album: bool
    language: str
    state: State = State.DUE
    runs_on: Runs = Runs.LAMBDA
    discs: int = 0
    built: tuple[Built, ...] = ()
    asked_at: str = ""
    tries: int = 0
    begun_at: str = ""
    progress_at: str = ""
    looked_at: str = ""
    upload_id: str = ""
    parts: int = 0
    written: int = 0
    builder: str = ""
    lease_ends_at: str = ""
    built_at: str = ""
    failure: str = ""
    damaged: str = ""
    handed_over: HandOver | None = None
    revision: int = 0

    @property
    def is_scheduled(self) -> bool:
        return self.made_by == SCHEDULE

    @property
    def files(self) -> int:
        """How many files are on the discs that are there."""
        return sum(each.files for each in self.built)

    @property
    def size_bytes(self) -> int:
        """How large the images are that are there."""
        return sum(each.size for each in self.built)

    @property
    def expires_at(self) -> datetime | None:
        """When its images are gone; None before they are there."""
        return clock.parse(self.begun_at) + KEPT if self.built_at else None

    @property
    def command(self) -> str:
        """What builds it anywhere: the very code of the queue's worker."""
        return f"python -m infra.media --order {self.order_id}"

    @property
    def folder(self) -> str:
        """Where all of its files lie in the media bucket; each try has its own."""
        return f"discs/{self.facility_id}/{self.order_id}/{self.tries}"

    def image_key(self, number: int) -> str:
        """Return where the image of a disc lies in the media bucket."""
        return f"{self.folder}/{number:04}.iso"

    def file_name(self, number: int) -> str:
        """Return what a browser saves a disc as; it tells when it was ordered, and nothing else."""
        return f"hokan-{self.made_at[:10]}-{self.order_id[-6:]}-disc-{number:04}.iso"


def are_kept(order: Order, now: datetime) -> bool:
    """Tell whether the images of a built order are still there."""
    return order.expires_at is not None and now < order.expires_at


def at(order: Order, now: datetime) -> Order:
    """Return *order* as it stands at *now*: what nobody fetched in time is over."""
    if order.state is State.BUILT and not are_kept(order, now):
        return msgspec.structs.replace(order, state=State.EXPIRED)
    return order
