"""A ZIP somebody asked for: what it holds, how far it is, how long it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from chalicelib.archive.model import Selection
from chalicelib.kernel import clock

KEPT = timedelta(days=7)
BUILD_LIFE = timedelta(minutes=16)  # longer than the function that builds it can live
GIVEN_UP_AFTER = timedelta(hours=6)  # by then its message has failed three times
MOST_FILES = 10_000  # docs/adr/0014: what one function gets through in 900 s
MOST_BYTES = 20 * 10**9
MOST_BYTES_WITH_ALBUM = 10 * 10**9  # docs/adr/0030: pictures and pages take their time, too


class State(StrEnum):
    QUEUED = "queued"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"  # never stored: it follows from the time


OPEN = frozenset({State.QUEUED, State.BUILDING})


class Form(StrEnum):
    """What a ZIP holds."""

    FILES = "files"
    ALBUM = "album"  # the files, and pages to look at them with


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """
    A ZIP of one restore.

    Attributes:
        files, size_bytes: What it holds, as counted when it was asked for.
        language: Of the pages of an album.
        files_done, bytes_done: What is in it so far.
        builder, lease_ends_at: Who builds it, and from when on somebody else may.
        failure: Why it failed: object-damaged, took-too-long.
        damaged: SHA-256 of the stored object that is not what it was.
        zip_bytes: Its own size, once it is ready.
    """

    export_id: str
    facility_id: str
    made_by: str
    made_at: str
    selection: Selection
    files: int
    size_bytes: int
    form: Form = Form.FILES
    language: str = ""
    state: State = State.QUEUED
    files_done: int = 0
    bytes_done: int = 0
    builder: str = ""
    lease_ends_at: str = ""
    failure: str = ""
    damaged: str = ""
    zip_bytes: int = 0

    @property
    def expires_at(self) -> datetime:
        return clock.parse(self.made_at) + KEPT

    @property
    def percent(self) -> int:
        """How much of it is done, rounded down."""
        return self.bytes_done * 100 // self.size_bytes if self.size_bytes else 0

    @property
    def has_album(self) -> bool:
        return self.form is Form.ALBUM

    @property
    def file_name(self) -> str:
        """What the browser saves it as; it tells when it was made, and nothing else."""
        return f"hokan-{self.made_at[:10]}-{self.export_id[-6:]}.zip"

    @property
    def key(self) -> str:
        """Where it lies in the media bucket."""
        return f"zip/{self.facility_id}/{self.export_id}.zip"


def at(export: Export, now: datetime) -> Export:
    """Return *export* as it stands at *now*: over after a week, given up after some hours."""
    if export.expires_at <= now:
        return msgspec.structs.replace(export, state=State.EXPIRED)
    if export.state in OPEN and clock.parse(export.made_at) + GIVEN_UP_AFTER <= now:
        return msgspec.structs.replace(export, state=State.FAILED, failure="interrupted")
    return export
