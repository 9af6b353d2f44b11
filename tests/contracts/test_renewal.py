"""What lies ahead of a contract: renewed or ended, told in time, and purged late enough."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.books import FIRST
from chalicelib.billing.periods import Term, period
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import Contract, State, Timing, TimingKind, is_over
from chalicelib.contracts.renewal import KEPT_BY_LAW, Outlook, outlook
from chalicelib.contracts.signing import accepted, drawn_up

START = date(2027, 4, 1)
TOKYO = ZoneInfo("Asia/Tokyo")


def a_contract(**changes: Any) -> Contract:
    terms: dict[str, Any] = {
        "target_id": "target-1",
        "term": Term.ANNUAL,
        "starts_on": START,
        "timing": Timing(TimingKind.AT_ONCE),
        "capacity_bytes": 1,
    }
    named = {name: changes.pop(name) for name in list(changes) if name in Form.__struct_fields__}
    form = Form(**(terms | named))
    made = drawn_up(form, FIRST, contract_id="c", facility_id="f", by="p", at="t")
    return msgspec.structs.replace(accepted(made, "t"), **changes)


def test_a_year_ends_by_itself_and_is_told_three_times() -> None:
    assert outlook(a_contract(), START, TOKYO) == Outlook(
        ends_on=date(2028, 4, 1),
        reminders=(date(2028, 2, 1), date(2028, 3, 2), date(2028, 3, 25)),
        purge_on=date(2028, 6, 30),
        note=KEPT_BY_LAW,
    )


def test_a_year_that_renews_itself_is_told_of_too() -> None:
    found = outlook(a_contract(auto_renew=True), START, TOKYO)
    assert (found.ends_on, found.renews_on, found.purge_on) == (None, date(2028, 4, 1), None)
    assert len(found.reminders) == 3


def test_a_month_renews_itself_without_a_word() -> None:
    found = outlook(a_contract(term=Term.MONTHLY), date(2027, 6, 15), TOKYO)
    assert found == Outlook(renews_on=date(2027, 7, 1))


def test_a_month_that_ends_is_told_of_a_week_before() -> None:
    found = outlook(a_contract(term=Term.MONTHLY, auto_renew=False), START, TOKYO)
    assert (found.ends_on, found.reminders) == (
        date(2027, 5, 1),
        (date(2027, 4, 1), date(2027, 4, 24)),
    )


def test_several_years_renew_after_the_last() -> None:
    contract = a_contract(auto_renew=True, term_count=3)
    assert outlook(contract, START, TOKYO).renews_on == date(2030, 4, 1)
    assert outlook(contract, date(2030, 4, 1), TOKYO).renews_on == date(2031, 4, 1)


def test_capacity_without_a_term_has_no_date() -> None:
    assert outlook(a_contract(term=Term.CAPACITY_ONLY), START, TOKYO) == Outlook()


def test_what_is_proposed_has_no_date_yet() -> None:
    assert outlook(a_contract(state=State.PROPOSED), START, TOKYO) == Outlook()


def test_a_cancelled_contract_ends_and_renews_no_more() -> None:
    found = outlook(a_contract(auto_renew=True, cancelled_on=date(2028, 4, 1)), START, TOKYO)
    assert (found.ends_on, found.renews_on) == (date(2028, 4, 1), None)


@pytest.mark.parametrize(
    ("ended_at", "purge_on"),
    [
        ("2027-06-30T14:59:59.000000Z", date(2027, 9, 28)),
        ("2027-06-30T15:00:00.000000Z", date(2027, 9, 29)),  # already July in Japan
        ("2029-01-01T00:00:00.000000Z", date(2028, 6, 30)),  # its time had passed by then
    ],
)
def test_an_ended_contract_is_read_only_for_90_local_days(ended_at: str, purge_on: date) -> None:
    found = outlook(a_contract(state=State.ENDED, ended_at=ended_at), date(2029, 1, 1), TOKYO)
    assert (found.purge_on, found.reminders, found.note) == (purge_on, (), KEPT_BY_LAW)


@given(
    starts_on=st.dates(date(2026, 1, 1), date(2040, 12, 31)),
    term=st.sampled_from([Term.ANNUAL, Term.MONTHLY]),
    auto_renew=st.booleans(),
    count=st.integers(1, 10),
    after=st.integers(0, 5_000),
)
def test_it_ends_or_renews_on_a_boundary_of_its_periods(
    starts_on: date,
    term: Term,
    auto_renew: bool,  # noqa: FBT001 - hypothesis passes it by name
    count: int,
    after: int,
) -> None:
    contract = a_contract(starts_on=starts_on, term=term, auto_renew=auto_renew, term_count=count)
    today = starts_on + timedelta(days=after)
    found = outlook(contract, today, TOKYO)
    boundary = found.renews_on or found.ends_on
    assert (found.renews_on is None) is not auto_renew
    assert boundary in {period(starts_on, term, number).end_on for number in range(170)}
    assert all(starts_on <= each < boundary for each in found.reminders)
    assert is_over(contract, today) is (not auto_renew and today >= boundary)
    assert not auto_renew or today < boundary
