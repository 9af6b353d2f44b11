"""
Which invoices a payment is for.  Rules only: it never guesses, since money is hard to move back.

A reference decides.  Without one, a known payer's amount must be an invoice's, or all of them
together.  Everything else waits for somebody, with what it may be for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.billing.model import luhn

MAX_SHARES = 15  # what one transaction holds
_DIGITS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


class Match(StrEnum):
    EXACT = "exact"
    PARTIAL = "partial"  # less than is open: the invoice stays open
    OVER = "over"  # more than is open: the rest becomes the facility's credit
    UNCLEAR = "unclear"  # somebody must look


class Open(msgspec.Struct, frozen=True):
    """An invoice that waits for money."""

    facility_id: str
    number: str
    reference: str
    due_on: date
    open_yen: int


class Share(msgspec.Struct, frozen=True):
    """What an invoice gets of a payment."""

    facility_id: str
    number: str
    amount_yen: int


class Plan(msgspec.Struct, frozen=True):
    """
    What is to be done with a payment.

    Attributes:
        facility_id: Whose it is; empty when unclear.
        shares: Oldest invoice first.
        rest_yen: What becomes credit.
    """

    match: Match
    facility_id: str = ""
    shares: tuple[Share, ...] = ()
    rest_yen: int = 0


UNCLEAR = Plan(Match.UNCLEAR)


def references(payer: str) -> list[str]:
    """
    Return the references that a payer wrote beside the name; only such that are well-formed.

    >>> references("109314532945 ｱｵﾊﾞ ｸﾘﾆﾂｸ"), references("123456789012 ｱｵﾊﾞ ｸﾘﾆﾂｸ")
    (['109314532945'], [])
    """
    found = dict.fromkeys(_DIGITS.findall(payer))
    return [each for each in found if luhn(each[:-1]) == each[-1]]


def plan(
    amount_yen: int, *, named: Sequence[Open], of_payer: Iterable[Open], payer_id: str = ""
) -> Plan:
    """
    Return what a payment of *amount_yen* is for.

    Args:
        named: The open invoices whose references it gives.
        of_payer: All open invoices of the facility that usually writes so.
        payer_id: That facility; empty when the payer is not known.
    """
    if named:
        planned = _by_reference(amount_yen, named)
    else:
        planned = _by_payer(amount_yen, sorted(of_payer, key=_by_age)) if payer_id else UNCLEAR
    return planned if len(planned.shares) <= MAX_SHARES else UNCLEAR


def _by_reference(amount_yen: int, named: Sequence[Open]) -> Plan:
    owners = {each.facility_id for each in named}
    if len(owners) > 1:
        return UNCLEAR
    shares, left_yen = [], amount_yen
    for each in sorted(named, key=_by_age):
        part = min(left_yen, each.open_yen)
        if part:
            shares.append(Share(each.facility_id, each.number, part))
        left_yen -= part
    asked_yen = sum(each.open_yen for each in named)
    match = Match.EXACT if amount_yen == asked_yen else Match.PARTIAL
    return Plan(Match.OVER if left_yen else match, owners.pop(), tuple(shares), left_yen)


def _by_payer(amount_yen: int, waiting: Sequence[Open]) -> Plan:
    """Give the payment to the oldest invoice of its amount, or to all when they are its amount."""
    one = next((each for each in waiting if each.open_yen == amount_yen), None)
    chosen = [one] if one else list(waiting)
    if not chosen or sum(each.open_yen for each in chosen) != amount_yen:
        return UNCLEAR
    shares = tuple(Share(each.facility_id, each.number, each.open_yen) for each in chosen)
    return Plan(Match.EXACT, chosen[0].facility_id, shares)


def _by_age(waiting: Open) -> tuple[date, str]:
    return waiting.due_on, waiting.number
