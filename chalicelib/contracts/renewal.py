"""
What becomes of a contract as dates pass: renewed, or ended, read-only, and purged.  Rules only.

Purging needs more than the date: the facility may have to keep records longer by law (in Japan
charts for five years after treatment, images for three), which is what the note reminds of.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.billing.books import book_of, newest_book
from chalicelib.billing.periods import Term, number_on, period
from chalicelib.billing.pricebook import PriceBook
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import (
    RUNNING,
    STANDING_OFFER,
    Contract,
    NextTerm,
    Refusal,
    State,
    check_not_cancelled,
    ends_on,
    is_over,
    term_end_on,
)
from chalicelib.contracts.offer import fee_of
from chalicelib.contracts.signing import agreed_on, book_for, form_of
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import Conflict

REMINDER_DAYS = (60, 30, 7)  # before a year begins anew, or anything ends
MONTHLY_REMINDER_DAYS = (7,)  # before a month that costs another price than the last
READ_ONLY_DAYS = 90  # restoring goes on so long after the end
KEPT_BY_LAW = "records-kept-by-law"


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        ends_on: The first date no longer covered; None where it renews itself or is full first.
        renews_on: When another term begins, by itself or as it was signed for.
        reminders: When the facility is told of the one or the other.
        purge_on: From when what is stored may be deleted; it is read-only until then.  None where
            nothing is stored.
        note: KEPT_BY_LAW beside every date of purging.
    """

    ends_on: date | None = None
    renews_on: date | None = None
    reminders: tuple[date, ...] = ()
    purge_on: date | None = None
    note: str | None = None


def outlook(contract: Contract, today: date, zone: ZoneInfo) -> Outlook:
    """Return what lies ahead of *contract*, seen from the local date *today* in *zone*."""
    if contract.state in {State.DRAFT, State.PROPOSED}:
        return Outlook()
    end_on = ended_on(contract, zone) or ends_on(contract)
    leaves_records = goods_of(contract).stores
    if end_on is not None:
        return Outlook(
            ends_on=end_on,
            renews_on=contract.next_term.begins_on if contract.next_term else None,
            reminders=_reminders(contract, end_on) if contract.state is not State.ENDED else (),
            purge_on=end_on + timedelta(days=READ_ONLY_DAYS) if leaves_records else None,
            note=KEPT_BY_LAW if leaves_records else None,
        )
    renews_on = _renews_on(contract, today)
    return Outlook(
        renews_on=renews_on,
        reminders=_reminders(contract, renews_on, _days_told(contract, renews_on))
        if renews_on
        else (),
    )


def next_look_on(contract: Contract, today: date, zone: ZoneInfo, since: date) -> date | None:
    """
    Return the first date, *since* or later, on which something may become of *contract*.

    Args:
        today: The facility's local date.

    Whether anything does is asked on that date: a price book may have come by then.
    """
    if contract.state not in RUNNING:
        return None
    if is_over(contract, today) or renewal_due(contract, today):
        return since
    ahead = outlook(contract, today, zone)
    coming = {each for each in (ahead.ends_on, ahead.renews_on) if each is not None}
    before = {at - timedelta(days=days) for at in coming for days in REMINDER_DAYS}
    return min((each for each in coming | before if each >= since), default=None)


# --- another term ---------------------------------------------------------------------------------


def renewal_due(contract: Contract, today: date) -> NextTerm | None:
    """Return the term that has begun by *today* and that *contract* is not in yet, or None."""
    if contract.state not in RUNNING or contract.cancelled_on is not None:
        return None
    if contract.next_term is not None:
        return contract.next_term if today >= contract.next_term.begins_on else None
    first_end_on = term_end_on(contract)
    if not contract.auto_renew or first_end_on is None or today < first_end_on:
        return None
    number = number_on(contract.starts_on, contract.term, today)
    begins_on = period(contract.starts_on, contract.term, number).start_on
    is_in_it = contract.renewed_on is not None and contract.renewed_on >= begins_on
    return None if is_in_it else NextTerm(begins_on, book_from(contract, begins_on).version)


def renewed(contract: Contract, today: date, at: str) -> Contract:
    """
    Return *contract* in the term *today* is in; itself, the same object, where it is in it.

    By another price book it is another version: the facility accepted that when it signed for
    the renewal, the provider by its standing offer.  A change that waited was asked for by the
    prices of before, and is turned down.

    Args:
        at: The moment, as both acceptances and the refusal are dated.
    """
    begun = renewal_due(contract, today)
    if begun is None:
        return contract
    book = book_of(begun.price_book)
    there = msgspec.structs.replace(
        contract,
        term_no=contract.term_no + _terms_since(contract, begun.begins_on),
        renewed_on=begun.begins_on,
        next_term=None,
    )
    if book.version == contract.price_book:
        return there
    waiting = max(each.version for each in (contract.proposed, contract) if each)
    return msgspec.structs.replace(
        in_next_term(there, book),
        version=waiting + 1,
        effective_on=begun.begins_on,
        charge_yen=0,
        accepted_at=at,
        accepted_by=STANDING_OFFER,
        proposed=None,
        declined=_overtaken(at, book) if contract.proposed else contract.declined,
    )


def in_next_term(contract: Contract, book: PriceBook) -> Contract:
    """Return *contract* by the prices of *book*; a unit price of its own stays as agreed on."""
    form = form_of(contract)
    if contract.unit_price_yen == book_for(contract).unit_price_yen:
        form = msgspec.structs.replace(form, unit_price_yen=None)
    return msgspec.structs.replace(contract, **agreed_on(form, book))


def book_from(contract: Contract, on: date) -> PriceBook:
    """
    Return the price book of a term of *contract* that begins *on*.

    Never an older one than it has: a contract that was dated back was agreed on by later prices.
    """
    return book_of(max(newest_book(on).version, contract.price_book))


def check_renewable(contract: Contract, today: date) -> date:
    """
    Return the date on which one more term of *contract* would begin.

    Raises:
        Conflict: ``contract-not-active``, ``contract-cancelled``, ``renews-itself``,
            ``renewed-already`` or ``change-waits``.
    """
    if contract.state not in RUNNING - {State.SUSPENDED} or is_over(contract, today):
        raise Conflict(
            "only a contract in force can be renewed: sign another one", code="contract-not-active"
        )
    check_not_cancelled(contract)
    end_on = ends_on(contract)
    if end_on is None or (contract.upcoming is not None and contract.upcoming.auto_renew):
        raise Conflict(
            "the contract goes on by itself: nothing is to be done", code="renews-itself"
        )
    if contract.next_term is not None:
        raise Conflict(
            f"the term from {contract.next_term.begins_on} on is signed for already",
            code="renewed-already",
        )
    if contract.proposed is not None:
        raise Conflict(
            "a change waits for the provider: renew when it has been answered", code="change-waits"
        )
    return end_on


def extended(contract: Contract, begins_on: date, book: PriceBook) -> Contract:
    """Return *contract* with one more term from *begins_on* on, by the prices of *book*."""
    longer = msgspec.structs.replace(form_of(contract), term_count=contract.term_count + 1)
    return msgspec.structs.replace(
        contract,
        **agreed_on(longer, book_for(contract)),
        next_term=NextTerm(begins_on, book.version),
    )


def _terms_since(contract: Contract, begins_on: date) -> int:
    """Return how many terms lie between the one *contract* is in and that of *begins_on*."""
    number = number_on(contract.starts_on, contract.term, begins_on)
    if contract.renewed_on is not None:
        return number - number_on(contract.starts_on, contract.term, contract.renewed_on)
    first_periods = contract.term_count - (1 if contract.next_term else 0)
    return number - first_periods + 1


def _overtaken(at: str, book: PriceBook) -> Refusal:
    reason = f"The contract was renewed by price book {book.version} meanwhile: ask once more."
    return Refusal(at, STANDING_OFFER, reason)


def _days_told(contract: Contract, renews_on: date) -> tuple[int, ...]:
    """Return how many days before it renews itself the facility is told."""
    if contract.term is Term.ANNUAL:
        return REMINDER_DAYS
    book = book_from(contract, renews_on)
    following = in_next_term(contract, book)
    new_yen = fee_of(following, book, following.unit_price_yen)
    now_yen = fee_of(contract, book_for(contract), contract.unit_price_yen)
    return MONTHLY_REMINDER_DAYS if new_yen != now_yen else ()


# --- dates ----------------------------------------------------------------------------------------


def next_bill_on(contract: Contract, today: date) -> date | None:
    """Return when the next period begins, which is paid at its start; None where none follows."""
    if is_over(contract, today):
        return None
    if today <= contract.starts_on:
        return contract.starts_on
    if contract.term is Term.CAPACITY_ONLY:
        return None
    now = number_on(contract.starts_on, contract.term, today)
    following = period(contract.starts_on, contract.term, now + 1).start_on
    end_on = ends_on(contract)
    return following if end_on is None or following < end_on else None


def ended_on(contract: Contract, zone: ZoneInfo) -> date | None:
    """Return the first date without service of a contract that was ended by hand."""
    if contract.state is not State.ENDED or contract.ended_at is None:
        return None
    last_on = local_date(clock.parse(contract.ended_at), zone)
    planned = ends_on(contract)
    return min(last_on, planned) if planned else last_on


def _renews_on(contract: Contract, today: date) -> date | None:
    first_end_on = term_end_on(contract)
    if first_end_on is None or today < first_end_on:
        return first_end_on
    now = number_on(contract.starts_on, contract.term, today)
    return period(contract.starts_on, contract.term, now).end_on


def _reminders(
    contract: Contract, at: date, told: tuple[int, ...] = REMINDER_DAYS
) -> tuple[date, ...]:
    days = (at - timedelta(days=each) for each in told)
    return tuple(day for day in days if day >= contract.starts_on)
