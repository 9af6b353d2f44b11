"""Links that a patient makes to one document: they end by themselves, soon."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from chalicelib.kernel import clock
from chalicelib.plain.model import Language

MOST_OPENINGS = 20
MOST_LINKS = 20  # of a patient, at a time


class Life(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


LIVES = {
    Life.HOUR: timedelta(hours=1),
    Life.DAY: timedelta(days=1),
    Life.WEEK: timedelta(days=7),
}


class Owned(msgspec.Struct, frozen=True, kw_only=True):
    """What a patient shares: one document of theirs."""

    facility_id: str
    target_id: str
    patient_key: str
    examination_id: str
    language: Language


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """
    A link, but for the secret that stands in it: we keep its digest only.

    Attributes:
        share_id: What it is called in lists and in the audit; it opens nothing.
        opened: How often it was.
        last_opened_at: Empty while it was not.
        ended_at: When the patient ended it; empty while they did not.
    """

    share_id: str
    of: Owned
    made_at: str
    ends_at: str
    opened: int = 0
    last_opened_at: str = ""
    ended_at: str = ""

    def is_open(self, now: datetime) -> bool:
        """Whether it shows something at *now*."""
        in_time = now < clock.parse(self.ends_at)
        return in_time and not self.ended_at and self.opened < MOST_OPENINGS


def life(typed: str) -> Life:
    """Return how long a link is to live: a day, where nobody said it well."""
    return Life(typed) if typed in set(Life) else Life.DAY
