"""Invoices, their lines and what becomes of them.  Rules only: no storage, no clock, no AWS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.billing.identifiers import invoice_number
from chalicelib.billing.issuer import Issuer
from chalicelib.billing.states import InvoiceState
from chalicelib.billing.tax import InvoiceTotals, RateTotal, TaxMode, TaxRule, tax_yen, totals
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Rounding

UNPAID = frozenset({InvoiceState.ISSUED, InvoiceState.OVERDUE})


class LineKind(StrEnum):
    """What a line charges for; how a reader is told stands in the templates."""

    BACKUP = "backup"
    AREA = "area"
    DISPLAY = "display"
    CASES = "cases"
    OVERAGE = "overage"
    AMENDMENT = "amendment"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is charged for one thing, as priced; never a refund, which is a credit note.

    Attributes:
        start_on, end_on: Half-open local dates; None where there is no period.
        points: Of one period; the fee is points x periods x unit price, unless it is a part.
        percent: The rate of tax on the day of the bill.
        version: Of the contract, whose change is charged for: there may be two on a day.
    """

    contract_id: str
    target_id: str
    target_name: str
    kind: LineKind
    amount_yen: int
    percent: int
    points: int = 0
    periods: int = 1
    unit_price_yen: int = 0
    start_on: date | None = None
    end_on: date | None = None
    version: int | None = None

    @property
    def key(self) -> str:
        """What is charged once and never again: of this contract, this kind, from this day."""
        version = f"#{self.version}" if self.version else ""
        return f"{self.contract_id}#{self.kind}#{self.start_on or 'once'}{version}"


class TaxTerms(msgspec.Struct, frozen=True):
    """How the price book of an invoice's contracts means its prices; one invoice has one way."""

    mode: TaxMode = TaxMode.EXCLUSIVE
    rounding: Rounding = Rounding.FLOOR

    @classmethod
    def of(cls, rule: TaxRule) -> TaxTerms:
        return cls(rule.mode, rule.rounding)

    @property
    def rule(self) -> TaxRule:
        return TaxRule(mode=self.mode, rounding=self.rounding)


class HeadKey(msgspec.Struct, frozen=True):
    """
    Which invoice: the day's for a facility, or for one target of it.

    Attributes:
        billed_id: The facility or the target, as the contract groups its invoices.
        sequence: 2 and up for what came after the day's invoice was issued.
    """

    facility_id: str
    billed_id: str
    bill_on: date
    sequence: int = 1

    @property
    def number(self) -> str:
        return invoice_number(self.billed_id, self.bill_on, self.sequence)

    @property
    def next(self) -> HeadKey:
        return msgspec.structs.replace(self, sequence=self.sequence + 1)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """
    An invoice as it was issued, word for word; it never changes.

    Attributes:
        reference: The twelve digits a payer names.
        due_on: None where there is nothing to pay.
    """

    number: str
    reference: str
    issuer: Issuer
    recipient: str
    bill_on: date
    issued_on: date
    issued_at: str
    due_on: date | None
    tax: TaxTerms
    rates: tuple[RateTotal, ...]
    total_yen: int

    @property
    def subtotal_yen(self) -> int:
        return sum(each.subtotal_yen for each in self.rates)

    @property
    def tax_yen(self) -> int:
        return sum(each.tax_yen for each in self.rates)

    @property
    def net_yen(self) -> int:
        """What is revenue: without tax, whether that came on top or was within."""
        return self.total_yen - self.tax_yen


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """
    An invoice and where it stands.

    Attributes:
        lines, subtotal_yen: Counted with each line, for the draft's sake.
        document: None while it is a draft.
        paid_yen, credited_yen: So far; credited by credit notes.
        revision: One more with each write after it was issued.
        due_at: When the minute's schedule looks at it next; None when it need not.
    """

    key: HeadKey
    state: InvoiceState
    tax: TaxTerms
    lines: int
    subtotal_yen: int
    document: Document | None = None
    paid_yen: int = 0
    credited_yen: int = 0
    revision: int = 0
    due_at: str | None = None

    @property
    def number(self) -> str:
        return self.key.number

    @property
    def facility_id(self) -> str:
        return self.key.facility_id

    @property
    def total_yen(self) -> int:
        return self.document.total_yen if self.document else 0

    @property
    def due_on(self) -> date | None:
        return self.document.due_on if self.document else None

    @property
    def open_yen(self) -> int:
        """What is still to be paid."""
        if self.state not in UNPAID:
            return 0
        return self.total_yen - self.paid_yen - self.credited_yen


class CreditNote(msgspec.Struct, frozen=True, kw_only=True):
    """
    A document of its own that takes back part of an invoice, or all of it (a return invoice).

    Attributes:
        key: What it is for: the same key on the same invoice is the same note.
        rates: What is taken back, a total a rate, not negative.
        settled_yen: The part that was still open; the rest became the facility's credit.
        reason: In the provider's words.
    """

    number: str
    invoice_number: str
    facility_id: str
    key: str
    issuer: Issuer
    recipient: str
    issued_on: date
    issued_at: str
    invoice_on: date
    reason: str
    rates: tuple[RateTotal, ...]
    total_yen: int
    settled_yen: int

    @property
    def tax_yen(self) -> int:
        return sum(each.tax_yen for each in self.rates)

    @property
    def kept_yen(self) -> int:
        """What became the facility's credit: it had been paid already."""
        return self.total_yen - self.settled_yen


class Unpaid(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice that waits for money, and whom it concerns."""

    number: str
    facility_id: str
    due_on: date
    targets: tuple[str, ...]


def reference_of(number: str) -> str:
    """
    Return the twelve digits that a payer names: eleven of the number's digest, and their check.

    >>> reference_of("20270401-facility-1")
    '109314532945'
    """
    digest = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8])
    digits = f"{digest % 10**11:011}"
    return digits + luhn(digits)


def luhn(digits: str) -> str:
    """
    Return the check digit (ISO/IEC 7812-1) that follows *digits*: it finds any digit mistyped.

    >>> luhn("7992739871")
    '3'
    """
    weighed = (int(each) * (2 - place % 2) for place, each in enumerate(reversed(digits)))
    return str(-sum(each // 10 + each % 10 for each in weighed) % 10)


def totals_of(lines: Iterable[Line], tax: TaxTerms) -> InvoiceTotals:
    """Sum up an invoice: tax once per rate."""
    return totals(((line.amount_yen, line.percent) for line in lines), tax.rule)


def credit_totals(
    document: Document, before: Mapping[int, int], amounts: Mapping[int, int]
) -> InvoiceTotals:
    """
    Sum up a credit note, so that all notes of an invoice add up to it, to the yen.

    Args:
        before: What earlier notes took back, as priced, by rate in per cent.
        amounts: What this one takes back, likewise.

    Raises:
        Invalid: ``bad-credit-amount``: it is nothing, or more than is left at its rate.
    """
    charged = {each.percent: each.subtotal_yen for each in document.rates}
    for percent, amount_yen in amounts.items():
        left_yen = charged.get(percent, 0) - before.get(percent, 0)
        if not 0 < amount_yen <= left_yen:
            raise Invalid(
                f"at {percent} % there are {left_yen} yen before tax left of the invoice:"
                " credit at least one yen and at most that",
                code="bad-credit-amount",
                left_yen=left_yen,
            )
    rates = tuple(
        _difference(percent, before.get(percent, 0), amount_yen, document.tax)
        for percent, amount_yen in sorted(amounts.items())
    )
    on_top = document.tax.mode is TaxMode.EXCLUSIVE
    total = sum(each.subtotal_yen + (each.tax_yen if on_top else 0) for each in rates)
    return InvoiceTotals(rates, total)


def _difference(percent: int, before_yen: int, amount_yen: int, tax: TaxTerms) -> RateTotal:
    whole = tax_yen(before_yen + amount_yen, percent, tax.rule)
    return RateTotal(percent, amount_yen, whole - tax_yen(before_yen, percent, tax.rule))
