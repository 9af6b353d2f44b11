"""Images on their way: sent by a phone or a device, wanted or not.  Rules only: no storage."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from chalicelib.access.model import Caller, Role
from chalicelib.buffer.kinds import EXTENSIONS, MediaType
from chalicelib.kernel import clock, ids

GIGABYTE = 10**9
CAP_BYTES = 2 * GIGABYTE  # of one person's buffer
CAP_CAPTURES = 1_000  # of one person's buffer, so that a list stays a list
MOST_BYTES = 64 * 2**20  # of one capture: it goes up in one request
MOST_KEPT, MOST_KEPT_BYTES = 30, 256 * 2**20  # in one go: API Gateway waits for 29 seconds
USUAL_HOURS, LEAST_HOURS, MOST_HOURS = 72, 1, 14 * 24
AWAITED_LIFE = timedelta(hours=24)  # of what was announced and never sent
CODE_LIFE = timedelta(minutes=10)
PAIRING_LIFE = timedelta(hours=12)


class State(StrEnum):
    AWAITED = "awaited"  # announced; it has room
    THERE = "there"  # safe, and nobody has said yet whether it is wanted
    KEPT = "kept"
    DROPPED = "dropped"
    EXPIRED = "expired"


class Buffer(msgspec.Struct, frozen=True):
    """Whose captures they are: a person's, at their facility."""

    facility_id: str
    person_id: str


class Camera(msgspec.Struct, frozen=True):
    """
    Who sends: a paired phone or an enrolled device.  It may send into one buffer, and nothing else.

    Attributes:
        sender: The pairing's or the device's id.
    """

    buffer: Buffer
    sender: str

    @property
    def caller(self) -> Caller:
        return Caller(Role.CAMERA, self.sender, self.buffer.facility_id)


class Announced(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What a camera is about to send.

    Attributes:
        client_id: The sender's own name of it, 1 to 64 of A-Za-z0-9_-: announced again under the
            same one, it is the same capture.
        sha256: Of its bytes; lower-case hex.
        taken_at: RFC 3339 by the camera's clock; the service's where empty.
    """

    client_id: str
    sha256: str
    size_bytes: int
    media_type: MediaType
    taken_at: str = ""


class Awaited(msgspec.Struct, frozen=True, tag_field="state", tag="awaited"):
    """PUT the bytes there with exactly these headers, then say that they have arrived."""

    capture_id: str
    client_id: str
    url: str
    headers: dict[str, str]
    expires_at: str


class Safe(msgspec.Struct, frozen=True, tag_field="state", tag="safe"):
    """It came whole: the sender may forget it, whatever becomes of it."""

    capture_id: str
    client_id: str


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """
    One image in somebody's buffer.

    Attributes:
        client_id: The sender's own name of it.
        media_type: As announced until it is there; then by its first bytes.
        announced_at: When it was announced; ids sort by it too.
        expires_at: The first moment at which nobody sees it any more.
        keeping: The batch by which it is being kept, or empty.
        kept_in: The target it was kept in, or empty.
        kept_as: A digest of the target, the examination and the patient it was kept as.
        ended_at: When it was kept, dropped or expired; or empty.
    """

    capture_id: str
    facility_id: str
    person_id: str
    sender: str
    client_id: str
    sha256: str
    size_bytes: int
    media_type: MediaType
    taken_at: str
    announced_at: str
    state: State
    expires_at: str
    arrived_at: str = ""
    keeping: str = ""
    kept_in: str = ""
    kept_as: str = ""
    ended_at: str = ""

    @property
    def buffer(self) -> Buffer:
        return Buffer(self.facility_id, self.person_id)

    @property
    def key(self) -> str:
        """Where its bytes are, in the media bucket."""
        return f"captures/{self.facility_id}/{self.capture_id}"

    @property
    def file_name(self) -> str:
        """What it is called once it is kept: when it was taken, and a part of its id."""
        taken = re.sub(r"[-:]|\.\d+", "", self.taken_at)
        return f"{taken}-{self.capture_id[-8:]}.{EXTENSIONS[self.media_type]}"

    def is_over(self, now: datetime) -> bool:
        """Its time is over, whether or not anybody has noticed; one that is being kept waits."""
        return not self.keeping and clock.parse(self.expires_at) <= now


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a sender's own name of a capture stands for.

    Attributes:
        came: It came whole; whatever became of it, nobody has to send it again.
    """

    client_id: str
    capture_id: str
    sha256: str
    came: bool = False


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What is free in a person's buffer, and how long captures live there."""

    available_bytes: int = CAP_BYTES
    available_captures: int = CAP_CAPTURES
    life_hours: int = USUAL_HOURS


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """
    A phone that may send into somebody's buffer, or a code that waits for one.

    Attributes:
        code: Only where it was just issued; nobody keeps it.
        url: What the phone opens, code in the fragment; only where it was just issued.
        expires_at: Of the code while it waits; of the phone's session once it is in.
        entered_at: When a phone came in, or empty.
    """

    pairing_id: str
    buffer: Buffer
    expires_at: str
    entered_at: str = ""
    code: str = ""
    url: str = ""


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """
    The examination that captures are kept as part of.

    Attributes:
        id: As the catalogue knows it (the examination's own id, or a fresh one).
        examined_at: RFC 3339, or empty: the time of the first capture.
    """

    id: str
    examined_at: str = ""
    kind: str = ""
    description: str = ""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """Whose examination it is: the facility's own number, and what else is known."""

    id: str
    name: str = ""
    birth_date: str = ""
    sex: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """
    What became of captures that somebody wanted.

    Attributes:
        kept: Ids of those that are in the target now.
        refused: Why others are not, by id: the codes of an upload (``quota-exceeded``, ...).
    """

    kept: list[str]
    refused: dict[str, str] = {}


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """
    Captures that somebody wanted, on their way into a target: whoever finds one ends it.

    Attributes:
        batch_id: The batch it goes by.
        caller: Who wanted it.
        capture_ids: In the order in which they are declared.
    """

    batch_id: str
    caller: Caller
    target_id: str
    examination: Examination
    patient: Patient | None
    capture_ids: list[str]
    begun_at: str

    @property
    def buffer(self) -> Buffer:
        return Buffer(self.caller.facility_id, self.caller.id)

    @property
    def kept_as(self) -> str:
        return kept_as(self.target_id, self.examination, self.patient)


def kept_as(target_id: str, examination: Examination, patient: Patient | None) -> str:
    """Return a digest of what captures are kept as: asked for again, it is the same."""
    return ids.derived_id("kept", target_id, examination.id, patient.id if patient else "")


def buffer_of(caller: Caller) -> Buffer:
    """Return whose buffer somebody of a facility has: their own."""
    return Buffer(caller.facility_id, caller.id)
