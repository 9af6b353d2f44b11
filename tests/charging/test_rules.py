"""What is due of a contract: each line with all it says, and where it goes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.billing import books
from chalicelib.billing.model import HeadKey, Line, LineKind, TaxTerms
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook, ServiceClass
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.billing.tax import Rate, TaxMode, TaxRule
from chalicelib.billing.units import LimitPolicy
from chalicelib.charging import overage
from chalicelib.charging.agreed import Agreed
from chalicelib.charging.rules import charged_for_term, charges, next_start_on
from chalicelib.contracts.model import Billed, Contract, ends_on
from chalicelib.kernel.money import Rounding
from tests.contracts.test_amending import BLOCK, START, a_contract, amended

NOTHING = Billed("f", "c", "Endoscopy", "Asia/Tokyo")
MAY, JUNE, JULY = date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1)
DAY = timedelta(days=1)


def agreed(
    contract: Contract, *earlier: Contract, grown: Collection[tuple[date, int]] = ()
) -> Agreed:
    return Agreed(contract, ends_on(contract), lambda: [*earlier, contract], lambda: grown)


def metered(**terms: Any) -> Contract:
    return a_contract(limit_policy=LimitPolicy.OVERAGE, **({"auto_renew": True} | terms))


def a_line(**facts: Any) -> Line:
    """Return a line of the contract these tests are about."""
    named: dict[str, Any] = {"contract_id": "c", "target_id": "target-1"}
    return Line(**named, target_name="Endoscopy", percent=10, **facts)


# --- lines ---------------------------------------------------------------------------------------


def test_a_period_says_what_it_is_for_and_how_its_fee_is_made() -> None:
    (charge,) = charges(agreed(a_contract(3)), NOTHING, START)
    assert charge.line == a_line(
        kind=LineKind.BACKUP,
        amount_yen=3_000,
        points=3,
        unit_price_yen=1_000,
        start_on=START,
        end_on=MAY,
    )


def test_prepaid_capacity_has_no_period() -> None:
    (charge,) = charges(agreed(a_contract(term=Term.CAPACITY_ONLY)), NOTHING, date.max)
    line = charge.line
    assert (line.start_on, line.end_on, line.amount_yen) == (None, None, 12_000)
    assert charge.key.bill_on == START


def test_a_period_of_an_area_is_one_of_an_area() -> None:
    (charge,) = charges(agreed(a_contract(service_class=ServiceClass.DELUXE)), NOTHING, START)
    assert (charge.line.kind, charge.line.amount_yen) == (LineKind.AREA, 3_000)


def test_a_change_says_from_when_and_until_when_it_is_charged() -> None:
    first = a_contract()
    second = amended(first, date(2027, 4, 16), capacity_bytes=2 * BLOCK)
    billed = msgspec.structs.replace(NOTHING, periods=1, version=1)
    (charge,) = charges(agreed(second, first), billed, date(2027, 4, 16))
    assert charge.line == a_line(
        kind=LineKind.AMENDMENT,
        amount_yen=500,
        start_on=date(2027, 4, 16),
        end_on=MAY,
        version=2,
    )
    assert charge.key.bill_on == date(2027, 4, 16)


def test_overage_says_for_which_month_and_is_billed_when_it_is_over() -> None:
    grown = [(START, 2 * BLOCK)]
    found = list(charges(agreed(metered(), grown=grown), NOTHING, MAY))
    assert found[-1].line == a_line(
        kind=LineKind.OVERAGE,
        amount_yen=1_000,
        points=1,
        unit_price_yen=1_000,
        start_on=START,
        end_on=MAY,
    )
    assert found[-1].key.bill_on == MAY


def test_overage_is_taxed_by_the_last_day_of_its_month() -> None:
    rates = (Rate(date(2019, 10, 1), 10), Rate(MAY, 12))
    dear = PriceBook(version="2027-03", tax=TaxRule(rates=rates))
    books.keep(lambda: {dear.version: dear})
    contract = metered(book=dear)
    grown = [(START, 2 * BLOCK)]
    found = list(charges(agreed(contract, grown=grown), NOTHING, MAY))
    told = [(each.line.kind, each.line.start_on, each.line.percent) for each in found]
    assert told == [
        (LineKind.BACKUP, START, 10),
        (LineKind.BACKUP, MAY, 12),
        (LineKind.OVERAGE, START, 10),
    ]


# --- invoices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grouping", "billed_id"),
    [(InvoiceGrouping.FACILITY, "f"), (InvoiceGrouping.TARGET, "target-1")],
)
def test_a_line_goes_to_the_invoice_of_its_day_and_grouping(
    grouping: InvoiceGrouping, billed_id: str
) -> None:
    (charge,) = charges(agreed(a_contract(invoice_grouping=grouping)), NOTHING, START)
    assert charge.key == HeadKey("f", billed_id, START)


def test_an_invoice_is_taxed_as_the_price_book_says() -> None:
    ceiling = TaxRule(mode=TaxMode.INCLUSIVE, rounding=Rounding.CEIL)
    book = PriceBook(version="2027-03", tax=ceiling)
    books.keep(lambda: {book.version: book})
    (charge,) = charges(agreed(a_contract(book=book)), NOTHING, START)
    assert charge.tax == TaxTerms(TaxMode.INCLUSIVE, Rounding.CEIL)


# --- how far -------------------------------------------------------------------------------------


def test_each_line_tells_how_far_the_contract_is_billed_with_it() -> None:
    first = a_contract(auto_renew=True, limit_policy=LimitPolicy.OVERAGE)
    second = amended(first, date(2027, 4, 16), capacity_bytes=2 * BLOCK)
    grown = [(START, 4 * BLOCK)]
    found = list(charges(agreed(second, first, grown=grown), NOTHING, MAY))
    told = [(each.after.periods, each.after.version, each.after.metered_on) for each in found]
    assert told == [(1, 0, START), (2, 0, START), (2, 2, START), (2, 2, MAY)]


def test_what_was_billed_is_not_due_again() -> None:
    first = a_contract()
    second = amended(first, date(2027, 4, 16), capacity_bytes=2 * BLOCK)
    done = msgspec.structs.replace(NOTHING, periods=1, version=2)
    assert list(charges(agreed(second, first), done, date(2027, 4, 30))) == []


def test_a_period_is_due_on_its_first_day_and_not_before() -> None:
    contract = agreed(a_contract(auto_renew=True))
    assert len(list(charges(contract, NOTHING, MAY - DAY))) == 1
    assert len(list(charges(contract, NOTHING, MAY))) == 2


def test_nothing_begins_once_the_service_has_ended() -> None:
    contract = msgspec.structs.replace(a_contract(auto_renew=True), cancelled_on=JUNE)
    found = list(charges(agreed(contract), NOTHING, date(2028, 1, 1)))
    assert [each.line.start_on for each in found] == [START, MAY]


def test_a_period_cut_short_on_its_first_day_is_billed_and_then_given_back() -> None:
    contract = msgspec.structs.replace(
        a_contract(term=Term.ANNUAL), cancelled_on=START, refund_yen=9_000
    )
    assert [each.line.amount_yen for each in charges(agreed(contract), NOTHING, START)] == [10_000]


def test_the_next_period_is_told_from_those_that_were_billed() -> None:
    contract = agreed(a_contract(auto_renew=True))
    assert next_start_on(contract, msgspec.structs.replace(NOTHING, periods=2)) == JUNE


def test_nothing_follows_the_last_period() -> None:
    assert (
        next_start_on(
            agreed(a_contract(auto_renew=False)), msgspec.structs.replace(NOTHING, periods=1)
        )
        is None
    )
    prepaid = agreed(a_contract(term=Term.CAPACITY_ONLY))
    assert next_start_on(prepaid, msgspec.structs.replace(NOTHING, periods=1)) is None


def test_a_term_was_charged_for_with_its_fee_and_the_changes_in_it() -> None:
    first = a_contract(term=Term.MONTHLY, auto_renew=True)
    second = amended(first, date(2027, 4, 16), capacity_bytes=2 * BLOCK)
    third = amended(second, date(2027, 5, 2), capacity_bytes=3 * BLOCK)
    found = charged_for_term(agreed(third, first, second), NOTHING, date(2027, 5, 9))
    told = [(each.line.kind, each.line.start_on, each.key.bill_on) for each in found]
    assert told == [
        (LineKind.BACKUP, MAY, MAY),
        (LineKind.AMENDMENT, date(2027, 5, 2), date(2027, 5, 2)),
    ]
    assert found[0].line.amount_yen == 2_000


# --- overage -------------------------------------------------------------------------------------


def test_months_are_counted_from_the_one_in_which_overage_was_agreed_on() -> None:
    first = a_contract(auto_renew=True)
    second = amended(first, date(2027, 5, 9), limit_policy=LimitPolicy.OVERAGE)
    assert overage.begun(agreed(first), NOTHING).metered_on is None
    assert overage.begun(agreed(second, first), NOTHING).metered_on == MAY
    seen = msgspec.structs.replace(NOTHING, version=2)
    assert overage.begun(agreed(second, first), seen).metered_on is None


def test_a_month_begun_stays_the_one_to_count() -> None:
    counting = msgspec.structs.replace(NOTHING, metered_on=JUNE)
    assert overage.begun(agreed(metered()), counting) == counting


def test_months_that_cost_nothing_are_done_as_well() -> None:
    counting = msgspec.structs.replace(NOTHING, metered_on=START)
    assert overage.settled(agreed(metered()), counting, JULY - DAY).metered_on == JUNE


def test_the_next_month_is_due_at_its_end_or_at_the_end_of_the_service() -> None:
    counting = msgspec.structs.replace(NOTHING, metered_on=MAY)
    ended = msgspec.structs.replace(metered(), cancelled_on=date(2027, 5, 9))
    assert overage.due_on(agreed(metered()), counting) == JUNE
    assert overage.due_on(agreed(ended), counting) == date(2027, 5, 9)
    over = msgspec.structs.replace(NOTHING, metered_on=date(2027, 5, 9))
    assert overage.due_on(agreed(ended), over) is None
    assert overage.due_on(agreed(metered()), NOTHING) is None


def test_what_is_counted_later_than_it_is_billed_is_told_apart() -> None:
    contract = agreed(metered(), grown=[(START, 2 * BLOCK)])
    known = charges(contract, NOTHING, MAY, MAY - DAY)
    assert LineKind.OVERAGE not in {each.line.kind for each in known}


def test_what_came_on_the_first_day_after_the_month_is_not_of_it() -> None:
    contract = agreed(metered(), grown=[(START, 2 * BLOCK), (MAY, 5 * BLOCK)])
    assert list(charges(contract, NOTHING, MAY))[-1].line.points == 1


def test_each_block_above_the_limit_counts_the_points_of_the_book() -> None:
    dear = PriceBook(version="2027-03", overage_points_per_block=3)
    books.keep(lambda: {dear.version: dear})
    contract = agreed(metered(book=dear), grown=[(START, 3 * BLOCK)])
    assert list(charges(contract, NOTHING, MAY))[-1].line.points == 6
