"""What lies ahead of a contract: renewed, or ended and purged; told in time, and billed in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing import books
from chalicelib.billing.books import FIRST as BOOK
from chalicelib.billing.periods import Term, period
from chalicelib.billing.pricebook import PriceBook
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import (
    STANDING_OFFER,
    Contract,
    NextTerm,
    Refusal,
    State,
    Timing,
    TimingKind,
    is_over,
)
from chalicelib.contracts.renewal import (
    KEPT_BY_LAW,
    Outlook,
    check_renewable,
    extended,
    next_bill_on,
    next_look_on,
    outlook,
    renewal_due,
    renewed,
)
from chalicelib.contracts.signing import accepted, drawn_up
from chalicelib.kernel.errors import Conflict

START = date(2027, 4, 1)
A_YEAR_LATER, TWO_YEARS_LATER = date(2028, 4, 1), date(2029, 4, 1)
TOKYO = ZoneInfo("Asia/Tokyo")
DEARER = PriceBook(version="2027-01", unit_price_yen=1_200)


@pytest.fixture
def dearer() -> PriceBook:
    """The provider has a new price book."""
    books.keep(lambda: {DEARER.version: DEARER})
    return DEARER


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
    made = drawn_up(form, BOOK, contract_id="c", facility_id="f", by="p", at="t")
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


@pytest.mark.usefixtures("dearer")
def test_capacity_without_a_term_is_told_of_no_other_price() -> None:
    assert outlook(a_contract(term=Term.CAPACITY_ONLY), START, TOKYO) == Outlook()


@pytest.mark.usefixtures("dearer")
def test_a_month_that_will_cost_another_price_is_told_of_a_week_before() -> None:
    found = outlook(a_contract(term=Term.MONTHLY), START, TOKYO)
    assert found == Outlook(renews_on=date(2027, 5, 1), reminders=(date(2027, 4, 24),))


@pytest.mark.usefixtures("dearer")
def test_a_month_at_a_price_of_its_own_renews_itself_without_a_word() -> None:
    found = outlook(a_contract(term=Term.MONTHLY, unit_price_yen=900), START, TOKYO)
    assert found == Outlook(renews_on=date(2027, 5, 1))


def test_a_year_renewed_in_time_ends_a_year_later() -> None:
    found = outlook(extended(a_contract(), A_YEAR_LATER, BOOK), START, TOKYO)
    assert (found.renews_on, found.ends_on) == (A_YEAR_LATER, TWO_YEARS_LATER)


def test_what_came_to_its_end_by_itself_ended_as_planned() -> None:
    found = outlook(a_contract(state=State.ENDED), TWO_YEARS_LATER, TOKYO)
    assert (found.ends_on, found.reminders) == (A_YEAR_LATER, ())


def test_capacity_that_was_ended_by_hand_ends_on_that_day() -> None:
    contract = a_contract(
        term=Term.CAPACITY_ONLY, state=State.ENDED, ended_at="2027-06-30T00:00:00.000000Z"
    )
    assert outlook(contract, TWO_YEARS_LATER, TOKYO).ends_on == date(2027, 6, 30)


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


# --- when to look --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(START, date(2028, 2, 1), id="60 days before the end"),
        pytest.param(date(2028, 2, 2), date(2028, 3, 2), id="30 days"),
        pytest.param(date(2028, 3, 2), date(2028, 3, 2), id="the day itself"),
        pytest.param(date(2028, 3, 3), date(2028, 3, 25), id="a week"),
        pytest.param(date(2028, 3, 26), A_YEAR_LATER, id="the end"),
        pytest.param(date(2028, 4, 2), None, id="after it"),
    ],
)
def test_the_next_look_is_at_the_next_reminder_or_the_end(
    since: date, expected: date | None
) -> None:
    assert next_look_on(a_contract(), START, TOKYO, since) == expected


def test_what_renews_itself_is_looked_at_before_it_does() -> None:
    assert next_look_on(a_contract(auto_renew=True), START, TOKYO, START) == date(2028, 2, 1)


def test_what_is_over_is_looked_at_as_soon_as_may_be() -> None:
    since = date(2028, 5, 1)
    assert next_look_on(a_contract(), A_YEAR_LATER, TOKYO, since) == since


def test_what_has_begun_anew_is_looked_at_as_soon_as_may_be() -> None:
    since = A_YEAR_LATER + timedelta(days=1)
    assert next_look_on(a_contract(auto_renew=True), A_YEAR_LATER, TOKYO, since) == since


def test_capacity_without_a_term_is_never_looked_at() -> None:
    assert next_look_on(a_contract(term=Term.CAPACITY_ONLY), START, TOKYO, START) is None


@pytest.mark.parametrize("state", [State.PROPOSED, State.SIGNED, State.ENDED, State.PURGED])
def test_what_is_not_in_force_is_not_looked_at(state: State) -> None:
    assert next_look_on(a_contract(state=state), START, TOKYO, START) is None


# --- another term --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "changes", "begins_on"),
    [
        pytest.param(A_YEAR_LATER - timedelta(days=1), {}, None, id="not yet"),
        pytest.param(A_YEAR_LATER, {}, A_YEAR_LATER, id="on its first day"),
        pytest.param(date(2029, 12, 1), {}, TWO_YEARS_LATER, id="years later, the newest"),
        pytest.param(A_YEAR_LATER, {"renewed_on": A_YEAR_LATER}, None, id="in it already"),
        pytest.param(TWO_YEARS_LATER, {"renewed_on": A_YEAR_LATER}, TWO_YEARS_LATER, id="again"),
        pytest.param(A_YEAR_LATER, {"auto_renew": False}, None, id="it ends"),
        pytest.param(A_YEAR_LATER, {"cancelled_on": A_YEAR_LATER}, None, id="it was cancelled"),
        pytest.param(A_YEAR_LATER, {"state": State.ENDED}, None, id="it was ended"),
        pytest.param(A_YEAR_LATER, {"state": State.SUSPENDED}, A_YEAR_LATER, id="it is suspended"),
        pytest.param(
            A_YEAR_LATER, {"term": Term.CAPACITY_ONLY, "auto_renew": None}, None, id="full"
        ),
    ],
)
def test_a_term_begins_when_the_last_one_is_over(
    today: date, changes: dict[str, Any], begins_on: date | None
) -> None:
    contract = a_contract(**({"auto_renew": True} | changes))
    expected = NextTerm(begins_on, BOOK.version) if begins_on else None
    assert renewal_due(contract, today) == expected


@pytest.mark.usefixtures("dearer")
def test_a_term_signed_for_in_time_begins_by_the_book_of_then() -> None:
    contract = extended(a_contract(), A_YEAR_LATER, BOOK)
    assert renewal_due(contract, A_YEAR_LATER - timedelta(days=1)) is None
    assert renewal_due(contract, A_YEAR_LATER) == NextTerm(A_YEAR_LATER, BOOK.version)


def test_what_is_in_its_term_stays_the_same_object() -> None:
    contract = a_contract(auto_renew=True)
    assert renewed(contract, START, "now") is contract


@pytest.mark.parametrize(
    ("changes", "today", "term_no"),
    [
        pytest.param({}, A_YEAR_LATER, 2, id="the second"),
        pytest.param({}, TWO_YEARS_LATER, 3, id="one that nobody looked at before it"),
        pytest.param(
            {"renewed_on": A_YEAR_LATER, "term_no": 2}, date(2030, 4, 1), 4, id="the next but one"
        ),
        pytest.param({"term_count": 3}, date(2030, 4, 1), 2, id="after three years signed for"),
    ],
)
def test_a_renewed_contract_knows_which_term_it_is_in(
    changes: dict[str, Any], today: date, term_no: int
) -> None:
    contract = a_contract(auto_renew=True, **changes)
    expected = msgspec.structs.replace(contract, term_no=term_no, renewed_on=today)
    assert renewed(contract, today, "now") == expected


def test_a_term_signed_for_in_time_is_the_second() -> None:
    found = renewed(extended(a_contract(), A_YEAR_LATER, BOOK), A_YEAR_LATER, "now")
    assert (found.term_no, found.renewed_on, found.next_term) == (2, A_YEAR_LATER, None)
    assert found.version == 1


@pytest.mark.usefixtures("dearer")
def test_by_another_price_book_it_is_another_version_both_sides_accepted() -> None:
    contract = a_contract(auto_renew=True, charge_yen=5, accepted_at="then", accepted_by="p")
    found = renewed(contract, A_YEAR_LATER, "now")
    assert (found.version, found.effective_on, found.charge_yen) == (2, A_YEAR_LATER, 0)
    assert (found.accepted_at, found.accepted_by) == ("now", STANDING_OFFER)
    assert (found.price_book, found.unit_price_yen) == (DEARER.version, 1_200)
    assert (found.term_no, found.declined) == (2, None)


@pytest.mark.usefixtures("dearer")
def test_a_price_of_its_own_stays_by_another_price_book() -> None:
    contract = a_contract(auto_renew=True, unit_price_yen=900)
    found = renewed(contract, A_YEAR_LATER, "now")
    assert (found.price_book, found.unit_price_yen) == (DEARER.version, 900)


@pytest.mark.usefixtures("dearer")
def test_a_change_that_waited_is_turned_down_by_another_price_book() -> None:
    waiting = a_contract(auto_renew=True, version=4)
    found = renewed(a_contract(auto_renew=True, proposed=waiting), A_YEAR_LATER, "now")
    reason = "The contract was renewed by price book 2027-01 meanwhile: ask once more."
    assert found.declined == Refusal("now", STANDING_OFFER, reason)
    assert (found.proposed, found.version) == (None, 5)


@pytest.mark.usefixtures("dearer")
def test_an_older_refusal_stays_told() -> None:
    refusal = Refusal("then", "operator", "No.")
    found = renewed(a_contract(auto_renew=True, declined=refusal), A_YEAR_LATER, "now")
    assert found.declined == refusal


# --- renewed by hand -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ACTIVE, State.GRACE])
def test_one_more_term_would_begin_where_the_last_one_ends(state: State) -> None:
    assert check_renewable(a_contract(state=state), START) == A_YEAR_LATER


def test_it_may_be_renewed_where_a_change_lets_it_end() -> None:
    contract = a_contract(upcoming=a_contract(auto_renew=False))
    assert check_renewable(contract, START) == A_YEAR_LATER


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": State.SIGNED}, "contract-not-active"),
        ({"state": State.SUSPENDED}, "contract-not-active"),
        ({"state": State.ENDED}, "contract-not-active"),
        ({"starts_on": date(2026, 4, 1)}, "contract-not-active"),
        ({"cancelled_on": A_YEAR_LATER}, "contract-cancelled"),
        ({"auto_renew": True}, "renews-itself"),
        ({"term": Term.CAPACITY_ONLY}, "renews-itself"),
        ({"upcoming": a_contract(auto_renew=True)}, "renews-itself"),
        ({"next_term": NextTerm(A_YEAR_LATER, BOOK.version)}, "renewed-already"),
        ({"proposed": a_contract()}, "change-waits"),
    ],
)
def test_what_cannot_be_renewed_says_why(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Conflict) as refused:
        check_renewable(a_contract(**changes), START)
    assert refused.value.code == code


def test_one_more_term_is_signed_for_by_the_prices_of_its_book(dearer: PriceBook) -> None:
    contract = a_contract(timing=Timing(TimingKind.NIGHTLY, "02:00"))
    found = extended(contract, A_YEAR_LATER, dearer)
    assert (found.term_count, found.next_term) == (2, NextTerm(A_YEAR_LATER, dearer.version))
    assert (found.price_book, found.unit_price_yen) == (BOOK.version, 1_000)
    assert found.terms_sha256 != contract.terms_sha256


# --- billed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "changes", "expected"),
    [
        pytest.param(START - timedelta(days=9), {}, START, id="before the start"),
        pytest.param(START, {}, START, id="on the first day"),
        pytest.param(date(2027, 4, 2), {}, date(2027, 5, 1), id="a day later"),
        pytest.param(date(2027, 5, 1), {}, date(2027, 6, 1), id="on a boundary"),
        pytest.param(date(2027, 4, 2), {"term_count": 2}, date(2027, 5, 1), id="one more follows"),
        pytest.param(date(2027, 5, 2), {"term_count": 2}, None, id="the last one"),
        pytest.param(date(2027, 6, 1), {"term_count": 2}, None, id="it is over"),
    ],
)
def test_the_next_period_is_paid_at_its_start(
    today: date, changes: dict[str, Any], expected: date | None
) -> None:
    contract = a_contract(term=Term.MONTHLY, auto_renew=not changes, **changes)
    assert next_bill_on(contract, today) == expected


def test_capacity_without_a_term_is_paid_once() -> None:
    contract = a_contract(term=Term.CAPACITY_ONLY)
    assert next_bill_on(contract, START) == START
    assert next_bill_on(contract, START + timedelta(days=1)) is None
