"""
Double entry: every movement of money is a posting whose amounts sum up to nothing.

Debit is positive, credit negative.  Postings are only ever added; a balance is their sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.kernel.errors import Invalid


class Account(StrEnum):
    RECEIVABLE = "receivable"  # what a facility owes
    CREDIT = "credit"  # what it has paid too much, or was given back: owed to it
    CASH = "cash"
    REVENUE = "revenue"
    TAX = "tax"  # consumption tax, owed to the state
    WRITTEN_OFF = "written_off"


class Event(StrEnum):
    """What money moved for."""

    ISSUED = "issued"
    PAID = "paid"
    KEPT = "kept"  # paid more than was owed
    CREDITED = "credited"  # by a credit note
    APPLIED = "applied"  # credit, to an invoice
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """
    One movement of a facility's money.

    Attributes:
        posted_on: The facility's local date.
        subject: The invoice, credit note or receipt; with *event* it is posted once.
        amounts: Yen by account; debit positive.

    Raises:
        ValueError: The amounts do not sum up to nothing.
    """

    facility_id: str
    posted_on: date
    event: Event
    subject: str
    amounts: Mapping[Account, int]

    def __post_init__(self) -> None:
        if sum(self.amounts.values()):
            raise ValueError(f"a posting must sum up to nothing: {dict(self.amounts)}")

    @property
    def key(self) -> str:
        return f"{self.posted_on}#{self.event}#{self.subject}"


def issued(net_yen: int, tax_yen: int) -> dict[Account, int]:
    """An invoice: the facility owes what is earned, and the tax on it."""
    owed = {Account.RECEIVABLE: net_yen + tax_yen}
    return _without_nothing(owed | {Account.REVENUE: -net_yen, Account.TAX: -tax_yen})


def paid(amount_yen: int) -> dict[Account, int]:
    """Money came in for an invoice."""
    return {Account.CASH: _positive(amount_yen), Account.RECEIVABLE: -amount_yen}


def kept(amount_yen: int) -> dict[Account, int]:
    """Money came in that no invoice asked for."""
    return {Account.CASH: _positive(amount_yen), Account.CREDIT: -amount_yen}


def applied(amount_yen: int) -> dict[Account, int]:
    """Credit pays an invoice."""
    return {Account.CREDIT: _positive(amount_yen), Account.RECEIVABLE: -amount_yen}


def refunded(amount_yen: int) -> dict[Account, int]:
    """Credit goes back to the facility's bank."""
    return {Account.CREDIT: _positive(amount_yen), Account.CASH: -amount_yen}


def credited(net_yen: int, tax_yen: int, settled_yen: int) -> dict[Account, int]:
    """A credit note: less is earned; less is owed as far as it was, the rest is owed back."""
    back = {Account.REVENUE: net_yen, Account.TAX: tax_yen, Account.RECEIVABLE: -settled_yen}
    return _without_nothing(back | {Account.CREDIT: settled_yen - net_yen - tax_yen})


def written_off(amount_yen: int) -> dict[Account, int]:
    """Nobody will pay it."""
    return {Account.WRITTEN_OFF: _positive(amount_yen), Account.RECEIVABLE: -amount_yen}


def balances(postings: Iterable[Posting]) -> dict[Account, int]:
    """Return what each account holds after *postings*; it sums up to nothing."""
    sums: Counter[Account] = Counter(dict.fromkeys(Account, 0))
    for posting in postings:
        sums.update(posting.amounts)
    return dict(sums)


def _without_nothing(amounts: dict[Account, int]) -> dict[Account, int]:
    return {account: yen for account, yen in amounts.items() if yen}


def _positive(amount_yen: int) -> int:
    if amount_yen < 1:
        raise Invalid("an amount of money is at least one yen", code="bad-amount")
    return amount_yen
