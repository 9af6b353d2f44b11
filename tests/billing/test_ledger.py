"""The ledger's arithmetic: whatever happens, everything sums up to nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing import ledger
from chalicelib.billing.ledger import Account, Event, Posting, balances
from chalicelib.billing.matching import MAX_SHARES, Match, Open, plan
from chalicelib.kernel.errors import Invalid

YEN = st.integers(1, 10**9)
MOVES = st.one_of(
    st.builds(ledger.issued, YEN, st.integers(0, 10**8)),
    st.builds(ledger.paid, YEN),
    st.builds(ledger.kept, YEN),
    st.builds(ledger.applied, YEN),
    st.builds(ledger.refunded, YEN),
    st.builds(ledger.credited, YEN, st.integers(0, 10**8), st.integers(0, 10**9)),
    st.builds(ledger.written_off, YEN),
)


def a_posting(amounts: dict[Account, int]) -> Posting:
    return Posting(
        facility_id="facility-1",
        posted_on=date(2026, 11, 2),
        event=Event.PAID,
        subject="1",
        amounts=amounts,
    )


@given(st.lists(MOVES, max_size=30))
def test_whatever_happens_all_accounts_together_hold_nothing(
    moves: list[dict[Account, int]],
) -> None:
    assert sum(balances(map(a_posting, moves)).values()) == 0


@given(st.dictionaries(st.sampled_from(Account), st.integers(-100, 100), min_size=1))
def test_a_one_sided_posting_cannot_be_made(amounts: dict[Account, int]) -> None:
    if sum(amounts.values()):
        with pytest.raises(ValueError, match="sum up to nothing"):
            a_posting(amounts)
    else:
        assert a_posting(amounts).amounts == amounts


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        pytest.param(
            ledger.issued(100, 10),
            {Account.RECEIVABLE: 110, Account.REVENUE: -100, Account.TAX: -10},
            id="issued",
        ),
        pytest.param(
            ledger.issued(100, 0),
            {Account.RECEIVABLE: 100, Account.REVENUE: -100},
            id="issued without tax",
        ),
        pytest.param(ledger.issued(0, 0), {}, id="issued for nothing"),
        pytest.param(ledger.paid(1), {Account.CASH: 1, Account.RECEIVABLE: -1}, id="paid"),
        pytest.param(ledger.kept(1), {Account.CASH: 1, Account.CREDIT: -1}, id="kept"),
        pytest.param(ledger.applied(1), {Account.CREDIT: 1, Account.RECEIVABLE: -1}, id="applied"),
        pytest.param(ledger.refunded(1), {Account.CREDIT: 1, Account.CASH: -1}, id="refunded"),
        pytest.param(
            ledger.credited(100, 10, 30),
            {Account.REVENUE: 100, Account.TAX: 10, Account.RECEIVABLE: -30, Account.CREDIT: -80},
            id="credited when most of it was paid",
        ),
        pytest.param(
            ledger.credited(100, 10, 110),
            {Account.REVENUE: 100, Account.TAX: 10, Account.RECEIVABLE: -110},
            id="credited when nothing was paid",
        ),
        pytest.param(
            ledger.written_off(1),
            {Account.WRITTEN_OFF: 1, Account.RECEIVABLE: -1},
            id="written off",
        ),
    ],
)
def test_every_movement_has_its_accounts(
    amounts: dict[Account, int], expected: dict[Account, int]
) -> None:
    assert amounts == expected


def test_a_balance_is_the_sum_of_its_postings() -> None:
    postings = [a_posting(ledger.issued(100, 10)), a_posting(ledger.paid(60))]
    assert balances(postings) == {
        Account.RECEIVABLE: 50,
        Account.CREDIT: 0,
        Account.CASH: 60,
        Account.REVENUE: -100,
        Account.TAX: -10,
        Account.WRITTEN_OFF: 0,
    }


@pytest.mark.parametrize(
    "move", [ledger.paid, ledger.kept, ledger.applied, ledger.refunded, ledger.written_off]
)
def test_nothing_is_no_movement(move: Callable[[int], dict[Account, int]]) -> None:
    with pytest.raises(Invalid) as refused:
        move(0)
    assert refused.value.code == "bad-amount"


WAITING = st.lists(
    st.builds(
        Open,
        st.just("facility-1"),
        st.uuids().map(str),
        st.just("109314532945"),
        st.dates(date(2026, 1, 1), date(2027, 1, 1)),
        st.integers(1, 1_000),
    ),
    max_size=MAX_SHARES + 3,
    unique_by=lambda each: each.number,
)


@given(st.integers(1, 10_000), WAITING, st.booleans())
def test_a_payment_is_given_to_the_yen_and_never_more_than_is_open(
    amount_yen: int,
    waiting: list[Open],
    is_named: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    named = waiting if is_named else []
    planned = plan(amount_yen, named=named, of_payer=waiting, payer_id="facility-1")
    opened = {each.number: each.open_yen for each in waiting}
    assert all(0 < each.amount_yen <= opened[each.number] for each in planned.shares)
    given_yen = sum(each.amount_yen for each in planned.shares) + planned.rest_yen
    assert given_yen == (0 if planned.match is Match.UNCLEAR else amount_yen)


@given(st.integers(1, 10_000), WAITING)
def test_a_payer_nobody_knows_is_never_guessed_at(amount_yen: int, waiting: list[Open]) -> None:
    assert plan(amount_yen, named=[], of_payer=waiting).match is Match.UNCLEAR
