"""What somebody chose to restore, as the portal's pages pass it on, and how it is told to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import selecting, trees
from chalicelib.archive.model import Examination, Patient
from chalicelib.archive.store import batches, examinations
from chalicelib.archive.store.batches import Batch
from chalicelib.exports.model import Form
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.web.forms import one_line

FIELDS = ("scope", "subject", "when", "date", "time", "by")


class Chosen(msgspec.Struct, frozen=True):
    """
    The answers so far; all of them opaque ids and times, fit for an address.

    Attributes:
        when: ``now``, or ``then``: at *date* and *time*, local to the facility.
        by: ``zip``, ``album`` (a ZIP with one), or the id of the agent that restores.
    """

    scope: str
    subject: str
    when: str = "now"
    date: str = ""
    time: str = ""
    by: str = "zip"

    @property
    def form(self) -> Form | None:
        """What the ZIP is to hold; None where an agent restores."""
        return {"zip": Form.FILES, "album": Form.ALBUM}.get(self.by)

    def as_of(self, zone: ZoneInfo) -> datetime:
        """
        Return the moment that is meant.

        Raises:
            Invalid: It is no date and time, or lies ahead.
        """
        now = clock.now()
        if self.when == "now":
            return now
        try:
            day, at = date.fromisoformat(self.date), time.fromisoformat(self.time)
            known = datetime.combine(day, at.replace(tzinfo=None), zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Invalid("this is no date and time", code="bad-moment") from None
        if known > now:
            raise Invalid("this moment lies ahead", code="moment-ahead")
        return known


def chosen(typed: Mapping[str, str]) -> Chosen:
    """Read what a page passed on."""
    given = {name: one_line(typed.get(name, ""))[:100] for name in FIELDS}
    return Chosen(**{name: value for name, value in given.items() if value} | _needed(given))


def _needed(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("scope", "subject")}


class Subject(msgspec.Struct, frozen=True):
    """Whom or what a restore is of: at most one of these, none for a whole target."""

    patient: Patient | None = None
    examination: Examination | None = None
    batch: Batch | None = None
    folder: str = ""


def subject(caller: Caller, target_id: str, what: Chosen) -> Subject:
    """
    Return what was chosen, to be shown; audited where it tells of a patient.

    Raises:
        NotFound: It is not there, or not the caller's.
        Invalid, Conflict: See :func:`selecting.check`.
    """
    trees.require(caller, target_id)
    selecting.check(target_id, what.scope, what.subject or None)
    match what.scope:
        case "patient":
            audit(caller, "read-patient", what.subject)
            return Subject(patient=examinations.patient(target_id, what.subject))
        case "examination":
            audit(caller, "read-examination", what.subject)
            return Subject(examination=examinations.examination(target_id, what.subject))
        case "batch":
            return Subject(batch=batches.batch(target_id, what.subject))
        case "folder":
            audit(caller, "read-folder", what.subject)
            return Subject(folder=trees.folder(target_id, what.subject).name)
    return Subject()
