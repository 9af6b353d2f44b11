"""How a chart stands: a draft that may be saved over, versions that are signed and never change."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from chalicelib.charts.model import Chart
from chalicelib.kernel import ids

FORMAT = "hokan-chart/1"


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What nobody has signed yet.

    Attributes:
        reason: Why a signed chart is amended; empty before the first version.
    """

    chart: Chart
    saved_by: str
    saved_at: str
    reason: str = ""


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A chart as a doctor signed it: written once, in S3 before the catalogue says so.

    Attributes:
        number: From 1 on.
        revision: Of the chart, once it holds.
        reason: Why it follows the one before it; empty for the first.
    """

    format: str
    facility_id: str
    target_id: str
    examination_id: str
    number: int
    revision: int
    chart: Chart
    signed_by: str
    signed_at: str
    reason: str = ""

    @property
    def key(self) -> str:
        """Where it lies in the objects bucket; no personal data."""
        identifier = chart_id(self.target_id, self.examination_id)
        return f"{prefix(self.target_id)}{identifier}/{self.number:06}.json"


class State(StrEnum):
    NONE = "none"
    DRAFT = "draft"
    SIGNED = "signed"
    AMENDING = "amending"  # signed, and a draft of the next version is open


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """
    All there is about the chart of one examination, but for its older versions.

    Attributes:
        revision: Goes up with every change; who changes it names the one they saw.  0: nothing yet.
        signing: A version whose signing has begun; whoever comes next ends it.
        current: The version that holds.
    """

    target_id: str
    examination_id: str
    revision: int = 0
    draft: Draft | None = None
    signing: Version | None = None
    current: Version | None = None

    @property
    def state(self) -> State:
        if self.current is None:
            return State.DRAFT if self.draft else State.NONE
        return State.AMENDING if self.draft else State.SIGNED

    @property
    def next_number(self) -> int:
        return self.current.number + 1 if self.current else 1

    @property
    def last_change(self) -> tuple[str, str]:
        """Who changed it last, and when."""
        if self.draft:
            return self.draft.saved_by, self.draft.saved_at
        return (self.current.signed_by, self.current.signed_at) if self.current else ("", "")


def chart_id(target_id: str, examination_id: str) -> str:
    return ids.derived_id("chart", target_id, examination_id)


def prefix(target_id: str) -> str:
    """Return where the objects bucket keeps a target's signed charts."""
    return f"c/{target_id}/"


def encoded(version: Version) -> bytes:
    return msgspec.json.encode(version)


def decoded(body: bytes) -> Version:
    return msgspec.json.decode(body, type=Version)
