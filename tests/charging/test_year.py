"""A year of several contracts on the movable clock comes to what was worked out by hand."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.archive.store import cases
from chalicelib.contracts.model import State
from tests.faults.money_invariants import check_money
from tests.year.story import EXPECTED, Year, expected_balances


@pytest.mark.deep  # a minute; `make year` asks the same
def test_a_year_comes_to_what_it_has_to(client: Client) -> None:
    year = Year(client)
    assert year.charged() == EXPECTED
    assert year.balances() == expected_balances()
    assert list(year.states().values()) == [
        State.ACTIVE,  # its last minute has not come yet
        State.ACTIVE,
        State.ACTIVE,
        State.ENDED,
        State.ACTIVE,
        State.ENDED,
        State.ACTIVE,
        State.ACTIVE,
    ]
    assert cases.count_of(year.paying.facility_id).limit == 150
    check_money(year.paying)
    check_money(year.silent)
