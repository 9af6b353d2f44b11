"""The prices the contract page promises."""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.billing.books import FIRST, book_of
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import (
    BackupTiming,
    PriceBook,
    ServiceClass,
    TimingPoints,
)
from chalicelib.billing.pricing import area_points, backup_points, fee_yen
from chalicelib.billing.units import (
    LimitPolicy,
    blocks_for,
    case_limit,
    case_units,
    check_room,
    display_points,
)
from chalicelib.kernel.errors import Invalid, QuotaExceeded

BOOK = FIRST
GIGABYTE = 10**9


@pytest.mark.parametrize(
    ("term", "periods", "expected_yen"),
    [
        pytest.param(Term.ANNUAL, 1, 10_000, id="table 1: one year paid at once"),
        pytest.param(Term.MONTHLY, 12, 12_000, id="table 1: one year paid monthly"),
        pytest.param(Term.MONTHLY, 1, 1_000, id="one month"),
        pytest.param(Term.MONTHLY, 10, 10_000, id="ten months cost a year"),
        pytest.param(Term.CAPACITY_ONLY, 1, 12_000, id="capacity until it is full"),
    ],
)
def test_fee_is_points_times_periods_times_unit_price(
    term: Term, periods: int, expected_yen: int
) -> None:
    assert fee_yen(backup_points(BOOK, term), periods, unit_price_yen=1_000) == expected_yen


@pytest.mark.parametrize(
    ("service_class", "term", "points"),
    [
        (ServiceClass.ECONOMY, Term.ANNUAL, 10),
        (ServiceClass.ECONOMY, Term.MONTHLY, 1),
        (ServiceClass.DELUXE, Term.ANNUAL, 30),
        (ServiceClass.DELUXE, Term.MONTHLY, 3),
    ],
)
def test_a_deluxe_area_costs_three_economy_ones(
    service_class: ServiceClass, term: Term, points: int
) -> None:
    assert area_points(BOOK, term, service_class) == points


@pytest.mark.parametrize(
    ("timing", "points"),
    [(BackupTiming.NIGHTLY, 1), (BackupTiming.PER_EXAM, 2), (BackupTiming.AT_ONCE, 4)],
)
def test_a_book_can_charge_for_the_timing(timing: BackupTiming, points: int) -> None:
    book = PriceBook(version="timed", timing_points=TimingPoints(per_exam=1, at_once=3))
    assert backup_points(book, Term.MONTHLY, timing=timing) == points


@pytest.mark.parametrize("timing", BackupTiming)
def test_the_default_book_does_not(timing: BackupTiming) -> None:
    assert backup_points(BOOK, Term.MONTHLY, timing=timing) == 1


@pytest.mark.parametrize(
    ("capacity_bytes", "blocks"),
    [(1, 1), (100 * GIGABYTE, 1), (100 * GIGABYTE + 1, 2), (1_000 * GIGABYTE, 10)],
)
def test_a_block_begun_is_a_block(capacity_bytes: int, blocks: int) -> None:
    assert blocks_for(BOOK, capacity_bytes) == blocks


@pytest.mark.parametrize(
    ("cases", "extra_units", "limit", "points_a_year"),
    [(100, 0, 100, 20), (101, 1, 150, 30), (150, 1, 150, 30), (151, 2, 200, 40)],
)
def test_the_display_tool_grows_by_fifty_cases(
    cases: int, extra_units: int, limit: int, points_a_year: int
) -> None:
    assert case_units(BOOK, cases) == extra_units
    assert case_limit(BOOK, extra_units) == limit
    assert display_points(BOOK, Term.ANNUAL, extra_units) == points_a_year


def test_free_of_charge_is_a_unit_price_of_zero() -> None:
    assert fee_yen(10, unit_price_yen=0) == 0


def test_a_fee_covers_at_least_one_period() -> None:
    with pytest.raises(Invalid, match="at least one period") as refused:
        fee_yen(10, 0, unit_price_yen=1_000)
    assert refused.value.facts == {"periods": 0}


def test_a_fee_is_never_negative() -> None:
    with pytest.raises(Invalid, match="cannot be negative") as refused:
        fee_yen(-1, unit_price_yen=1_000)
    assert refused.value.facts == {"points": -1}


def test_a_plan_holds_at_least_one_block() -> None:
    with pytest.raises(Invalid, match="at least one block") as refused:
        backup_points(BOOK, Term.MONTHLY, blocks=0)
    assert refused.value.facts == {"blocks": 0}


def test_only_backup_is_sold_as_capacity_without_a_term() -> None:
    with pytest.raises(Invalid, match="only backup"):
        area_points(BOOK, Term.CAPACITY_ONLY, ServiceClass.ECONOMY)


def test_fewer_than_no_cases_are_refused() -> None:
    with pytest.raises(Invalid, match="fewer than no cases") as refused:
        case_units(BOOK, -1)
    assert refused.value.facts == {"cases": -1}


def test_the_last_free_byte_may_be_used_and_not_one_more() -> None:
    check_room(LimitPolicy.REJECT, used_bytes=90, incoming_bytes=10, limit_bytes=100)
    with pytest.raises(QuotaExceeded, match="11 bytes do not fit: 10 of the contract's 100 bytes"):
        check_room(LimitPolicy.REJECT, used_bytes=90, incoming_bytes=11, limit_bytes=100)


def test_where_overage_is_agreed_nothing_is_refused() -> None:
    check_room(LimitPolicy.OVERAGE, used_bytes=90, incoming_bytes=11, limit_bytes=100)


def test_an_unknown_price_book_names_those_there_are() -> None:
    with pytest.raises(Invalid, match="only 2026-01"):
        book_of("1999-01")


def test_any_other_figure_is_another_book_to_agree_on() -> None:
    dearer = msgspec.structs.replace(BOOK, unit_price_yen=1_001)
    assert dearer.sha256() != BOOK.sha256()


def test_a_book_read_again_is_the_same_book() -> None:
    again = msgspec.json.decode(msgspec.json.encode(BOOK), type=PriceBook)
    assert again.sha256() == BOOK.sha256()


@pytest.mark.parametrize(
    ("figure", "value"),
    [("unit_price_yen", -1), ("block_bytes", 0), ("cases_per_unit", 0), ("discount", 1)],
)
def test_a_book_with_an_impossible_figure_cannot_be_read(figure: str, value: int) -> None:
    with pytest.raises(msgspec.ValidationError, match=figure):
        msgspec.convert({"version": "wrong", figure: value}, PriceBook)


@pytest.mark.parametrize(
    ("figure", "value"), [("unit_price_yen", 0), ("block_bytes", 1), ("cases_per_unit", 1)]
)
def test_the_smallest_possible_figures_can_be_read(figure: str, value: int) -> None:
    assert getattr(msgspec.convert({"version": "small", figure: value}, PriceBook), figure) == value
