"""
What becomes of a contract by itself: renewed, or ended, read-only, and purged.  Dates only.

Purging needs more than the date: the facility may have to keep records longer by law (in Japan
charts for five years after treatment, images for three), which is what the note reminds of.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from chalicelib.billing.periods import Term, number_on, period
from chalicelib.contracts.local import ZONE
from chalicelib.contracts.model import Contract, State, ends_on, term_end_on
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date

REMINDER_DAYS = (60, 30, 7)  # before a year begins anew, or anything ends
READ_ONLY_DAYS = 90  # restoring goes on so long after the end
KEPT_BY_LAW = "records-kept-by-law"


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        ends_on: The first date no longer covered; None where it renews itself or is full first.
        renews_on: When another term begins by itself.
        reminders: When the facility is told of the one or the other.
        purge_on: From when what is stored may be deleted; it is read-only until then.
        note: KEPT_BY_LAW beside every date of purging.
    """

    ends_on: date | None = None
    renews_on: date | None = None
    reminders: tuple[date, ...] = ()
    purge_on: date | None = None
    note: str | None = None


def outlook(contract: Contract, today: date) -> Outlook:
    """Return what lies ahead of *contract*, seen from the local date *today*."""
    if contract.state in {State.DRAFT, State.PROPOSED}:
        return Outlook()
    end_on = _ended_on(contract) or ends_on(contract)
    if end_on is not None:
        return Outlook(
            ends_on=end_on,
            reminders=_reminders(contract, end_on) if contract.state is not State.ENDED else (),
            purge_on=end_on + timedelta(days=READ_ONLY_DAYS),
            note=KEPT_BY_LAW,
        )
    renews_on = _renews_on(contract, today)
    is_yearly = contract.term is Term.ANNUAL
    reminders = _reminders(contract, renews_on) if renews_on and is_yearly else ()
    return Outlook(renews_on=renews_on, reminders=reminders)


def _ended_on(contract: Contract) -> date | None:
    """Return the first date without service of a contract that was ended by hand."""
    if contract.state is not State.ENDED or contract.ended_at is None:
        return None
    ended_on = local_date(clock.parse(contract.ended_at), ZONE)
    planned = ends_on(contract)
    return min(ended_on, planned) if planned else ended_on


def _renews_on(contract: Contract, today: date) -> date | None:
    first_end_on = term_end_on(contract)
    if first_end_on is None or today < first_end_on:
        return first_end_on
    now = number_on(contract.starts_on, contract.term, today)
    return period(contract.starts_on, contract.term, now).end_on


def _reminders(contract: Contract, at: date) -> tuple[date, ...]:
    days = (at - timedelta(days=each) for each in REMINDER_DAYS)
    return tuple(day for day in days if day >= contract.starts_on)
