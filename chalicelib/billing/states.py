"""Where contracts and invoices stand, what may follow what, and what a date makes of a contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from chalicelib.kernel.errors import Conflict

S = TypeVar("S", bound=StrEnum)

GRACE_DAYS = 14  # late, with a reminder only
SUSPENDED_DAYS = 60  # later: no uploads; reading, restoring and paying go on.  Then it ends.


class ContractState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED = "signed"
    ACTIVE = "active"
    GRACE = "grace"
    SUSPENDED = "suspended"
    ENDED = "ended"
    PURGED = "purged"


class InvoiceState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    OVERDUE = "overdue"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    VOID = "void"  # by a credit note: an issued invoice never changes


class Lifecycle(msgspec.Struct, Generic[S], frozen=True):
    """What each state of *thing* may become; a state that becomes nothing maps to nothing."""

    thing: str
    successors: Mapping[S, tuple[S, ...]]

    def check(self, old: S, new: S) -> None:
        """
        Let pass a step that is in the table.

        Raises:
            Conflict: ``illegal-transition``; the message names both states and what may follow.

        >>> INVOICE.check(InvoiceState.PAID, InvoiceState.VOID)
        Traceback (most recent call last):
        chalicelib.kernel.errors.Conflict: a paid invoice cannot become void, nor anything else
        """
        if new not in self.successors[old]:
            raise self._refusal(old, new)

    def way(self, old: S, new: S) -> tuple[S, ...]:
        """
        Return the states from *old*, without it, to *new*, by as few steps as the table allows.

        Raises:
            Conflict: ``illegal-transition``: no way leads there.

        >>> CONTRACT.way(ContractState.ACTIVE, ContractState.SUSPENDED)
        (<ContractState.GRACE: 'grace'>, <ContractState.SUSPENDED: 'suspended'>)
        """
        ways: list[tuple[S, ...]] = [()]
        seen = {old}
        for way in ways:  # grows as it is read: nearer states come first
            last = way[-1] if way else old
            if last == new:
                return way
            following = [each for each in self.successors[last] if each not in seen]
            seen.update(following)
            ways.extend((*way, each) for each in following)
        raise self._refusal(old, new)

    def _refusal(self, old: S, new: S) -> Conflict:
        allowed = self.successors[old]
        choices = f"only {' or '.join(allowed)}" if allowed else "nor anything else"
        return Conflict(
            f"{_article(old)} {old} {self.thing} cannot become {new}, {choices}",
            code="illegal-transition",
        )


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


CONTRACT = Lifecycle(
    "contract",
    {
        ContractState.DRAFT: (ContractState.PROPOSED,),
        ContractState.PROPOSED: (ContractState.SIGNED, ContractState.DRAFT),
        ContractState.SIGNED: (ContractState.ACTIVE, ContractState.ENDED),
        ContractState.ACTIVE: (ContractState.GRACE, ContractState.ENDED),
        ContractState.GRACE: (
            ContractState.ACTIVE,
            ContractState.SUSPENDED,
            ContractState.ENDED,
        ),
        ContractState.SUSPENDED: (ContractState.ACTIVE, ContractState.ENDED),
        ContractState.ENDED: (ContractState.PURGED,),
        ContractState.PURGED: (),
    },
)

INVOICE = Lifecycle(
    "invoice",
    {
        InvoiceState.DRAFT: (InvoiceState.ISSUED, InvoiceState.PAID),  # paid: when it is zero
        InvoiceState.ISSUED: (InvoiceState.PAID, InvoiceState.OVERDUE, InvoiceState.VOID),
        InvoiceState.OVERDUE: (InvoiceState.PAID, InvoiceState.WRITTEN_OFF),
        InvoiceState.PAID: (),
        InvoiceState.WRITTEN_OFF: (),
        InvoiceState.VOID: (),
    },
)


def contract_state_on(
    on: date,
    *,
    start_on: date,
    term_end_on: date,
    auto_renew: bool = False,
    unpaid_due_on: date | None = None,
    cancelled_on: date | None = None,
) -> ContractState:
    """
    Return where a contract signed by both sides stands on the local date *on*.

    Args:
        term_end_on: The first date after the term; one that renews itself goes on.
        unpaid_due_on: When the oldest unpaid invoice was due.  The day itself is not late.
        cancelled_on: The first date no longer covered, as the cancellation policy gave it.
    """
    ends = [] if auto_renew else [term_end_on]
    if cancelled_on is not None:
        ends.append(cancelled_on)
    if ends and on >= min(ends):
        return ContractState.ENDED
    if on < start_on:
        return ContractState.SIGNED
    return state_when_late((on - unpaid_due_on).days if unpaid_due_on else 0)


def state_when_late(days: int) -> ContractState:
    """Return where a contract stands whose oldest unpaid invoice is *days* late."""
    if days <= 0:
        return ContractState.ACTIVE
    if days <= GRACE_DAYS:
        return ContractState.GRACE
    return ContractState.SUSPENDED if days <= SUSPENDED_DAYS else ContractState.ENDED
