"""A price book as a form: every figure a field, and what was typed read field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from chalicelib.billing.pricebook import AreaPoints, Points, PriceBook, TimingPoints
from chalicelib.billing.tax import Rate, TaxMode, TaxRule
from chalicelib.kernel.money import Rounding
from chalicelib.web.typed import TypedForm

GIGABYTE = 10**9
MOST_YEN = 1_000_000
MOST_POINTS = 100_000
MOST_CASES = 1_000_000
MOST_GIGABYTES = 1_000_000
MOST_RATES = 8
SECTIONS = {  # the fields of a book in the order of its pages; rates of tax have rows of their own
    "price": ("unit_price_yen",),
    "backup": (
        "block_gb",
        "backup_annual",
        "backup_monthly",
        "capacity_only",
        "overage",
        "timing_nightly",
        "timing_per_exam",
        "timing_at_once",
    ),
    "areas": ("economy_annual", "economy_monthly", "deluxe_annual", "deluxe_monthly"),
    "display": (
        "display_annual",
        "display_monthly",
        "included_cases",
        "cases_per_unit",
        "case_unit_annual",
        "case_unit_monthly",
    ),
    "tax": ("tax_mode", "tax_rounding"),
}
RATE_FIELDS = tuple(
    f"rate_{what}_{row}" for row in range(MOST_RATES) for what in ("from", "percent")
)
FIELDS = ("version", *(name for names in SECTIONS.values() for name in names), *RATE_FIELDS)
FIELD_OF = {  # where what the service refuses is shown; the rest concerns the whole form
    "month": "version",
    "too-late": "version",
    "too-far": "version",
    "version-taken": "version",
    "no-rate": "rate_from_0",
}
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?", re.ASCII)


class Typed(TypedForm):
    """A price book as typed."""

    field_of = FIELD_OF

    @property
    def rows(self) -> range:
        """The rows of rates to show: those in use, and one to add another."""
        used = [row for row in range(MOST_RATES) if any(_rate(self.fields, row))]
        return range(min(max(used, default=-1) + 2, MOST_RATES))

    def points(self, name: str) -> int:
        return self.whole(name, 0, MOST_POINTS, "points")


# --- what stands in the fields --------------------------------------------------------------------


def typed(form: Mapping[str, str]) -> Typed:
    """Return what *form* brought; a field that did not come is empty."""
    return Typed({name: form.get(name, "") for name in FIELDS})


def fields_of(book: PriceBook) -> dict[str, str]:
    """Return the fields as *book* would have filled them."""
    figures: dict[str, object] = {
        "version": book.version,
        "unit_price_yen": book.unit_price_yen,
        "block_gb": gigabytes(book.block_bytes),
        **_two("backup", book.backup_points),
        "capacity_only": book.capacity_only_points_per_block,
        "overage": book.overage_points_per_block,
        "timing_nightly": book.timing_points.nightly,
        "timing_per_exam": book.timing_points.per_exam,
        "timing_at_once": book.timing_points.at_once,
        **_two("economy", book.area_points.economy),
        **_two("deluxe", book.area_points.deluxe),
        **_two("display", book.display_points),
        "included_cases": book.included_cases,
        "cases_per_unit": book.cases_per_unit,
        **_two("case_unit", book.case_unit_points),
        "tax_mode": book.tax.mode.value,
        "tax_rounding": book.tax.rounding.value,
        **dict.fromkeys(RATE_FIELDS, ""),
    }
    for row, rate in enumerate(book.tax.rates):
        figures[f"rate_from_{row}"] = rate.from_on
        figures[f"rate_percent_{row}"] = rate.percent
    return {name: str(figure) for name, figure in figures.items()}


def gigabytes(count: int) -> str:
    """
    Write bytes as gigabytes, every byte of them.

    >>> gigabytes(100 * 10**9), gigabytes(1)
    ('100', '0.000000001')
    """
    return f"{(Decimal(count) / GIGABYTE).normalize():f}"


def _two(name: str, points: Points) -> dict[str, object]:
    return {f"{name}_annual": points.annual, f"{name}_monthly": points.monthly}


# --- what they mean -------------------------------------------------------------------------------


def book_from(typed: Typed) -> PriceBook | None:
    """Return the book that *typed* means, or None where some field is wrong."""
    book = PriceBook(
        version=_version(typed),
        unit_price_yen=typed.whole("unit_price_yen", 0, MOST_YEN, "yen"),
        block_bytes=_block_bytes(typed),
        backup_points=_points(typed, "backup"),
        timing_points=TimingPoints(
            nightly=typed.points("timing_nightly"),
            per_exam=typed.points("timing_per_exam"),
            at_once=typed.points("timing_at_once"),
        ),
        capacity_only_points_per_block=typed.points("capacity_only"),
        overage_points_per_block=typed.points("overage"),
        area_points=AreaPoints(economy=_points(typed, "economy"), deluxe=_points(typed, "deluxe")),
        included_cases=typed.whole("included_cases", 0, MOST_CASES, "cases"),
        display_points=_points(typed, "display"),
        cases_per_unit=typed.whole("cases_per_unit", 1, MOST_CASES, "cases-of-unit"),
        case_unit_points=_points(typed, "case_unit"),
        tax=TaxRule(
            mode=typed.one_of("tax_mode", TaxMode) or TaxMode.EXCLUSIVE,
            rounding=typed.one_of("tax_rounding", Rounding) or Rounding.FLOOR,
            rates=_rates(typed),
        ),
    )
    return None if typed.wrong else book


def _version(typed: Typed) -> str:
    found = _MONTH.fullmatch(typed.line("version"))
    if found is None:
        typed.wrong["version"] = "month"
        return ""
    return f"{found[1]}-{found[2]:0>2}"


def _block_bytes(typed: Typed) -> int:
    try:
        amount = Decimal(typed.line("block_gb").replace(",", "")[:30])
        found = amount * GIGABYTE if amount.is_finite() else Decimal(0)
    except InvalidOperation:
        found = Decimal(0)
    if not 1 <= found <= MOST_GIGABYTES * GIGABYTE or found != int(found):
        typed.wrong["block_gb"] = "block"
        return 1
    return int(found)


def _points(typed: Typed, name: str) -> Points:
    return Points(annual=typed.points(f"{name}_annual"), monthly=typed.points(f"{name}_monthly"))


def _rates(typed: Typed) -> tuple[Rate, ...]:
    """Return the rates by date; a row that is empty is none."""
    found: dict[date, Rate] = {}
    for row in range(MOST_RATES):
        if not any(_rate(typed.fields, row)):
            continue
        from_on = _day(typed, f"rate_from_{row}")
        percent = typed.whole(f"rate_percent_{row}", 0, 99, "percent")
        if from_on in found:
            typed.wrong[f"rate_from_{row}"] = "same-day"
        if from_on is not None:
            found[from_on] = Rate(from_on, percent)
    return tuple(found[day] for day in sorted(found))


def _rate(fields: Mapping[str, str], row: int) -> tuple[str, str]:
    return fields[f"rate_from_{row}"].strip(), fields[f"rate_percent_{row}"].strip()


def _day(typed: Typed, name: str) -> date | None:
    try:
        return date.fromisoformat(typed.line(name).replace("/", "-"))
    except ValueError:
        typed.wrong[name] = "day"
        return None
