"""
The price book: every number a fee is made of, under a version that never changes.

A contract is pinned to the version it was signed with, and a renewal pins the newest again.
Points are for one billing period.  Backup's 10 and 1 and the unit price of 1,000 yen are the
patent's (table 1); the other figures are defaults for a provider to replace.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated

import msgspec

from chalicelib.billing.periods import Term
from chalicelib.billing.tax import TaxRule
from chalicelib.kernel.errors import Invalid

NotNegative = Annotated[int, msgspec.Meta(ge=0)]  # checked when a book is read
Positive = Annotated[int, msgspec.Meta(ge=1)]


class BackupTiming(StrEnum):
    NIGHTLY = "nightly"
    PER_EXAM = "per_exam"
    AT_ONCE = "at_once"


class ServiceClass(StrEnum):
    """Of a rented area: allotted space only, or with periodic removable media (patent, fig. 7)."""

    ECONOMY = "economy"
    DELUXE = "deluxe"


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one period counts for: a year paid at once, or a month."""

    annual: NotNegative
    monthly: NotNegative

    def of(self, term: Term) -> int:
        """Return the points of *term*; raises Invalid for capacity only, which has no period."""
        match term:
            case Term.ANNUAL:
                return self.annual
            case Term.MONTHLY:
                return self.monthly
            case Term.CAPACITY_ONLY:
                raise Invalid("only backup is sold as capacity without a term")


class AreaPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    economy: Points
    deluxe: Points

    def of(self, service_class: ServiceClass) -> Points:
        return self.deluxe if service_class is ServiceClass.DELUXE else self.economy


class TimingPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a timing adds to a period, whatever the term and capacity."""

    nightly: NotNegative = 0
    per_exam: NotNegative = 0
    at_once: NotNegative = 0

    def of(self, timing: BackupTiming) -> int:
        match timing:
            case BackupTiming.NIGHTLY:
                return self.nightly
            case BackupTiming.PER_EXAM:
                return self.per_exam
            case BackupTiming.AT_ONCE:
                return self.at_once


class PriceBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    Attributes:
        unit_price_yen: Price of one point; 0 makes the service free of charge, and nothing else.
        block_bytes: What one block of backup capacity holds.
        backup_points: For each block.
        capacity_only_points_per_block: Prepaid capacity, once, until it is full.
        overage_points_per_block: For each block above the limit, a month, in arrears.
        display_points: The display tool with its *included_cases*.
        case_unit_points: For each unit of *cases_per_unit* more.
    """

    version: str
    unit_price_yen: NotNegative = 1_000
    block_bytes: Positive = 100 * 10**9
    backup_points: Points = Points(annual=10, monthly=1)
    timing_points: TimingPoints = TimingPoints()
    capacity_only_points_per_block: NotNegative = 12
    overage_points_per_block: NotNegative = 1
    area_points: AreaPoints = AreaPoints(
        economy=Points(annual=10, monthly=1), deluxe=Points(annual=30, monthly=3)
    )
    included_cases: NotNegative = 100
    display_points: Points = Points(annual=20, monthly=2)
    cases_per_unit: Positive = 50
    case_unit_points: Points = Points(annual=10, monthly=1)
    tax: TaxRule = TaxRule()

    def sha256(self) -> str:
        """Return the digest that both sides accept along with the form."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()
