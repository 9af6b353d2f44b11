"""What may follow what, and what becomes of a contract that is not paid."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.states import (
    CONTRACT,
    INVOICE,
    ContractState,
    InvoiceState,
    contract_state_on,
)
from chalicelib.kernel.errors import Conflict

START, END, DUE = date(2027, 4, 1), date(2028, 4, 1), date(2027, 5, 6)


@pytest.mark.parametrize("old", ContractState)
@pytest.mark.parametrize("new", ContractState)
def test_a_contract_takes_the_steps_of_the_table_and_no_other(
    old: ContractState, new: ContractState
) -> None:
    if new in CONTRACT.successors[old]:
        CONTRACT.check(old, new)
        return
    with pytest.raises(Conflict, match=f"{old} contract cannot become {new}") as refused:
        CONTRACT.check(old, new)
    assert refused.value.code == "illegal-transition"


@pytest.mark.parametrize("old", InvoiceState)
@pytest.mark.parametrize("new", InvoiceState)
def test_an_invoice_takes_the_steps_of_the_table_and_no_other(
    old: InvoiceState, new: InvoiceState
) -> None:
    if new in INVOICE.successors[old]:
        INVOICE.check(old, new)
        return
    with pytest.raises(Conflict, match=f"{old} invoice cannot become {new}"):
        INVOICE.check(old, new)


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(
        Conflict, match=r"^an overdue invoice cannot become draft, only paid or written_off$"
    ):
        INVOICE.check(InvoiceState.OVERDUE, InvoiceState.DRAFT)


def test_a_refusal_says_when_nothing_is_possible() -> None:
    with pytest.raises(Conflict, match=r"^a paid invoice cannot become void, nor anything else$"):
        INVOICE.check(InvoiceState.PAID, InvoiceState.VOID)


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        (ContractState.ACTIVE, ContractState.ACTIVE, ()),
        (ContractState.ACTIVE, ContractState.GRACE, (ContractState.GRACE,)),
        (
            ContractState.ACTIVE,
            ContractState.SUSPENDED,
            (ContractState.GRACE, ContractState.SUSPENDED),
        ),
        (ContractState.GRACE, ContractState.PURGED, (ContractState.ENDED, ContractState.PURGED)),
        (
            ContractState.PROPOSED,
            ContractState.SUSPENDED,
            (
                ContractState.SIGNED,
                ContractState.ACTIVE,
                ContractState.GRACE,
                ContractState.SUSPENDED,
            ),
        ),
    ],
)
def test_the_way_takes_as_few_steps_as_the_table_allows(
    old: ContractState, new: ContractState, way: tuple[ContractState, ...]
) -> None:
    assert CONTRACT.way(old, new) == way


def test_where_no_way_leads_is_refused() -> None:
    with pytest.raises(Conflict, match=r"^an ended contract cannot become active, only purged$"):
        CONTRACT.way(ContractState.ENDED, ContractState.ACTIVE)


@pytest.mark.parametrize(
    ("late_days", "state"),
    [
        (0, ContractState.ACTIVE),
        (1, ContractState.GRACE),
        (14, ContractState.GRACE),
        (15, ContractState.SUSPENDED),
        (60, ContractState.SUSPENDED),
        (61, ContractState.ENDED),
    ],
)
def test_what_is_not_paid_ends_in_steps(late_days: int, state: ContractState) -> None:
    on = DUE + timedelta(days=late_days)
    assert contract_state_on(on, start_on=START, term_end_on=END, unpaid_due_on=DUE) is state


def test_the_first_day_of_the_term_is_active() -> None:
    assert contract_state_on(START, start_on=START, term_end_on=END) is ContractState.ACTIVE


def test_the_day_after_the_term_is_ended() -> None:
    assert contract_state_on(END, start_on=START, term_end_on=END) is ContractState.ENDED


def test_cancelling_ends_even_what_renews_itself() -> None:
    def state_on(on: date) -> ContractState:
        return contract_state_on(
            on, start_on=START, term_end_on=END, auto_renew=True, cancelled_on=END
        )

    assert state_on(END - timedelta(days=1)) is ContractState.ACTIVE
    assert state_on(END) is ContractState.ENDED


def test_what_is_cancelled_before_its_start_never_starts() -> None:
    on = START - timedelta(days=1)
    state = contract_state_on(on, start_on=START, term_end_on=END, cancelled_on=on)
    assert state is ContractState.ENDED


@given(
    due_after=st.integers(0, 400),
    cancelled_after=st.none() | st.integers(0, 400),
    auto_renew=st.booleans(),
)
def test_day_by_day_a_contract_takes_only_steps_of_the_table(
    *, due_after: int, cancelled_after: int | None, auto_renew: bool
) -> None:
    cancelled_on = None if cancelled_after is None else START + timedelta(days=cancelled_after)
    history = [
        contract_state_on(
            START + timedelta(days=day),
            start_on=START,
            term_end_on=END,
            auto_renew=auto_renew,
            unpaid_due_on=START + timedelta(days=due_after),
            cancelled_on=cancelled_on,
        )
        for day in range(-1, 480)
    ]
    for old, new in pairwise(history):
        if old is not new:
            CONTRACT.check(old, new)
    assert history[-1] is ContractState.ENDED
