"""What a contract period costs does not depend on how many contracts there are."""

from __future__ import annotations

from collections import Counter
from functools import cache

from bench.billing import REQUESTS, WRITE_UNITS, Run, months_of, reckoned
from bench.counting import Tally


@cache
def months(contracts: int) -> tuple[Run, Run]:
    return months_of(contracts)


def test_a_period_costs_the_same_however_many_contracts_there_are() -> None:
    few, many = (months(contracts)[1] for contracts in (2, 6))
    assert few.requests_each == many.requests_each <= REQUESTS
    assert few.write_units_each == many.write_units_each <= WRITE_UNITS


def test_a_run_asks_no_more_for_itself_when_it_bills_more() -> None:
    assert months(2)[1].own_requests == months(6)[1].own_requests == 9


def test_a_new_process_asks_no_more_than_one_that_knows_the_facilities() -> None:
    first, second = months(6)
    assert first.requests_each == second.requests_each


def test_many_contracts_are_reckoned_minute_by_minute() -> None:
    run = Run(1, 100, Tally(calls=Counter({("", "GetItem"): 2})))
    assert reckoned(run, 2_400) == (1, 4_800 + 9)
    assert reckoned(run, 2_401) == (2, 4_802 + 18)


def test_rows_of_more_than_a_kilobyte_make_more_pages() -> None:
    run = Run(1, 1_500, Tally(calls=Counter({("", "GetItem"): 2})))
    assert reckoned(run, 2_400) == (1, 4_800 + 17)
