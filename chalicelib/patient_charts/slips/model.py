"""A slip: which patient charts its holder may read, and until when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from chalicelib.kernel import clock
from chalicelib.plain.model import Language

WRONG_TRIES = 10  # of one slip, for life
LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 1, 30, 90
MOST_EXAMINATIONS = 20


class State(StrEnum):
    LIVE = "live"
    USED_UP = "used-up"  # too many wrong codes: nobody comes in by it any more
    EXPIRED = "expired"
    REVOKED = "revoked"


class Slip(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What was handed to one patient of one target.

    Attributes:
        examination_ids: Whose patient charts it opens, in every language they are released in.
        language: What it is printed in.
        ends_at: The first moment at which it opens nothing; the start of a day at the facility.
    """

    slip_id: str
    facility_id: str
    target_id: str
    patient_key: str
    examination_ids: tuple[str, ...]
    language: Language
    issued_at: str
    issued_by: str
    ends_at: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """
    A slip, and what became of it.

    Attributes:
        tries: Wrong codes, those under way included.
        opened_at: When somebody last came in by it; empty before.
        revoked_at, revoked_by: Empty while it holds.
        replaced_by: The slip that was issued in its place, or empty.
        link_key, code_key: Which rows lead to it.
    """

    slip: Slip
    tries: int = 0
    opened_at: str = ""
    revoked_at: str = ""
    revoked_by: str = ""
    replaced_by: str = ""
    link_key: str = ""
    code_key: str = ""

    def state(self, now: datetime) -> State:
        if self.revoked_at:
            return State.REVOKED
        if clock.parse(self.slip.ends_at) <= now:
            return State.EXPIRED
        return State.USED_UP if self.tries >= WRONG_TRIES else State.LIVE
