"""What a change costs and from when it holds; what comes back when a contract is cancelled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing import books
from chalicelib.billing.books import FIRST
from chalicelib.billing.cancellation import CancellationPolicy
from chalicelib.billing.periods import Term, number_on, period
from chalicelib.billing.pricebook import PriceBook, TimingPoints
from chalicelib.billing.proration import difference_yen
from chalicelib.contracts.amending import Amendment, Change, amendment, changed_form
from chalicelib.contracts.cancelling import cancellation, paid_yen
from chalicelib.contracts.form import Form, terms_digest
from chalicelib.contracts.model import BatchScope, Contract, State, Timing, TimingKind, ends_on
from chalicelib.contracts.offer import STANDARD_BLOCKS, Price
from chalicelib.contracts.selection import Mode, Selection
from chalicelib.contracts.signing import accepted, agreed_on, drawn_up
from chalicelib.kernel.errors import Conflict, Invalid

BOOK = FIRST
BLOCK = BOOK.block_bytes
START = date(2027, 4, 1)
TERMS = [Term.ANNUAL, Term.MONTHLY]


def a_contract(blocks: int = 1, *, book: PriceBook = BOOK, **terms: Any) -> Contract:
    usual: dict[str, Any] = {
        "target_id": "target-1",
        "term": Term.MONTHLY,
        "starts_on": START,
        "timing": Timing(TimingKind.NIGHTLY, "02:00"),
        "capacity_bytes": blocks * BLOCK,
    }
    form = Form(**(usual | terms))
    return accepted(drawn_up(form, book, contract_id="c", facility_id="f", by="p", at="t"), "t")


def weighed(contract: Contract, today: date, **changes: Any) -> Amendment:
    form = changed_form(contract, Change(**changes), today)
    return amendment(contract, form, today)


def amended(contract: Contract, today: date, **changes: Any) -> Contract:
    """Return *contract* as it is once the change is agreed on and holds."""
    form = changed_form(contract, Change(**changes), today)
    meant = amendment(contract, form, today)
    return msgspec.structs.replace(
        contract,
        **agreed_on(form, BOOK),
        version=contract.version + 1,
        effective_on=meant.effective_on,
        charge_yen=meant.charge.fee_yen,
    )


# --- amending ------------------------------------------------------------------------------------


@given(
    term=st.sampled_from(TERMS),
    starts_on=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    after=st.integers(0, 1_500),
    old=st.integers(1, 100),
    new=st.integers(1, 100),
)
def test_more_holds_today_for_its_share_and_less_from_the_next_period_for_nothing(
    term: Term, starts_on: date, after: int, old: int, new: int
) -> None:
    contract = a_contract(old, term=term, starts_on=starts_on, auto_renew=True)
    today = starts_on + timedelta(days=after)
    now = period(starts_on, term, number_on(starts_on, term, today))
    if old == new:
        with pytest.raises(Invalid, match="nothing changes"):
            weighed(contract, today, capacity_bytes=new * BLOCK)
        return
    meant = weighed(contract, today, capacity_bytes=new * BLOCK)
    points = 10 if term is Term.ANNUAL else 1
    fees = (old * points * 1_000, new * points * 1_000)
    assert (meant.old_fee_yen, meant.new_fee_yen) == fees
    assert meant.difference_yen == fees[1] - fees[0]
    if new > old:
        assert meant.effective_on == today
        assert meant.charge.fee_yen == difference_yen(*fees, now, today)
    else:
        assert (meant.effective_on, meant.charge.total_yen) == (now.end_on, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"timing": Timing(TimingKind.AT_ONCE)},
        {"batch_scope": BatchScope.PATIENT},
        {"patients": Selection(Mode.ALL_BUT, frozenset({"P-1"}))},
        {"capacity_bytes": BLOCK - 1},
        {"auto_renew": False},
    ],
)
def test_what_costs_the_same_holds_at_once(change: dict[str, Any]) -> None:
    meant = weighed(a_contract(), date(2027, 4, 17), **change)
    assert (meant.effective_on, meant.charge.total_yen) == (date(2027, 4, 17), 0)


def test_a_change_is_known_by_the_digest_of_its_terms() -> None:
    contract, change = a_contract(), Change(capacity_bytes=2 * BLOCK)
    form = changed_form(contract, change, START)
    assert amendment(contract, form, START).terms_sha256 == terms_digest(form, BOOK)


def test_what_changes_nothing_is_refused_with_what_may_change() -> None:
    with pytest.raises(Invalid, match="name one of timing, batch_scope, patients,") as refused:
        changed_form(a_contract(), Change(capacity_bytes=BLOCK), START)
    assert refused.value.code == "nothing-changes"


def test_what_becomes_of_new_patients_is_said_aloud() -> None:
    change = Change(patients=Selection(Mode.ALL_BUT, frozenset({"P-1"})))
    assert changed_form(a_contract(), change, START).patients.include_new is True


def test_what_is_free_stays_free_however_large_it_becomes() -> None:
    meant = weighed(a_contract(unit_price_yen=0), START, capacity_bytes=2 * BLOCK)
    assert (meant.old_fee_yen, meant.new_fee_yen, meant.charge.total_yen) == (0, 0, 0)


@pytest.mark.parametrize("state", [State.SIGNED, State.GRACE, State.SUSPENDED, State.ENDED])
def test_only_what_is_in_force_is_changed(state: State) -> None:
    contract = msgspec.structs.replace(a_contract(), state=state)
    with pytest.raises(Conflict) as refused:
        weighed(contract, START, capacity_bytes=2 * BLOCK)
    assert refused.value.code == "contract-not-active"


def test_what_is_over_is_not_changed() -> None:
    contract = a_contract(term=Term.ANNUAL)
    with pytest.raises(Conflict) as refused:
        weighed(contract, date(2028, 4, 1), capacity_bytes=2 * BLOCK)
    assert refused.value.code == "contract-not-active"


def test_what_was_cancelled_is_not_changed() -> None:
    contract = msgspec.structs.replace(a_contract(), cancelled_on=date(2027, 5, 1))
    with pytest.raises(Conflict) as refused:
        weighed(contract, START, capacity_bytes=2 * BLOCK)
    assert refused.value.code == "contract-cancelled"


def test_the_charge_is_taxed() -> None:
    charge = weighed(a_contract(), date(2027, 4, 17), capacity_bytes=2 * BLOCK).charge
    assert (charge.fee_yen, charge.tax_yen, charge.total_yen) == (467, 46, 513)


def test_a_timing_brings_its_usual_scope_where_the_old_one_means_nothing() -> None:
    at_once = changed_form(a_contract(), Change(timing=Timing(TimingKind.AT_ONCE)), START)
    assert at_once.batch_scope is BatchScope.OBJECT
    later = Change(timing=Timing(TimingKind.NIGHTLY, "03:00"))
    patient = a_contract(batch_scope=BatchScope.PATIENT)
    assert changed_form(patient, later, START).batch_scope is BatchScope.PATIENT


def test_before_the_start_nothing_is_charged() -> None:
    meant = weighed(a_contract(), START - timedelta(days=1), capacity_bytes=2 * BLOCK)
    assert (meant.charge.total_yen, meant.new_fee_yen) == (0, 2_000)


def test_a_contract_that_ends_with_its_period_cannot_be_made_smaller() -> None:
    contract = a_contract(2, term=Term.ANNUAL)
    with pytest.raises(Conflict, match="turn on auto_renew") as refused:
        weighed(contract, START, capacity_bytes=BLOCK)
    assert refused.value.code == "no-next-period"
    both = weighed(contract, START, capacity_bytes=BLOCK, auto_renew=True)
    assert both.effective_on == date(2028, 4, 1)


def test_prepaid_capacity_grows_for_its_price_and_never_shrinks() -> None:
    contract = a_contract(2, term=Term.CAPACITY_ONLY)
    assert weighed(contract, START, capacity_bytes=3 * BLOCK).charge.fee_yen == 12_000
    with pytest.raises(Invalid, match="can only grow") as refused:
        weighed(contract, START, capacity_bytes=BLOCK)
    assert refused.value.code == "prepaid-shrinks"


def test_prepaid_capacity_that_costs_the_same_holds_at_once() -> None:
    contract = a_contract(term=Term.CAPACITY_ONLY)
    meant = weighed(contract, START, timing=Timing(TimingKind.AT_ONCE))
    assert (meant.effective_on, meant.charge.total_yen) == (START, 0)


def test_prepaid_capacity_that_grows_before_its_start_is_not_charged_yet() -> None:
    contract = a_contract(term=Term.CAPACITY_ONLY)
    meant = weighed(contract, START - timedelta(days=1), capacity_bytes=2 * BLOCK)
    assert (meant.charge.total_yen, meant.new_fee_yen) == (0, 24_000)


@given(st.integers(0, 1_000))
def test_renewal_turned_off_ends_it_with_the_month_it_has_got_to(after: int) -> None:
    contract, today = a_contract(), START + timedelta(days=after)
    ending = amended(contract, today, auto_renew=False)
    number = number_on(START, Term.MONTHLY, today)
    assert ends_on(ending) == period(START, Term.MONTHLY, number).end_on


def test_renewal_turned_off_leaves_the_terms_that_were_signed_for() -> None:
    contract = a_contract(term=Term.ANNUAL, term_count=3, auto_renew=True)
    assert changed_form(contract, Change(auto_renew=False), START).term_count == 3


def test_what_goes_on_renewing_itself_counts_its_terms_no_further() -> None:
    change = Change(capacity_bytes=2 * BLOCK)
    assert changed_form(a_contract(), change, date(2027, 9, 1)).term_count == 1


@pytest.mark.parametrize(
    ("change", "is_standard"),
    [
        ({"capacity_bytes": STANDARD_BLOCKS * BLOCK}, True),
        ({"capacity_bytes": STANDARD_BLOCKS * BLOCK + 1}, False),
        ({"unit_price_yen": 999}, False),
    ],
)
def test_a_change_to_special_terms_waits_for_the_provider(
    change: dict[str, Any],
    is_standard: bool,  # noqa: FBT001
) -> None:
    assert weighed(a_contract(), START, **change).is_standard is is_standard


def test_special_terms_once_agreed_on_do_not_make_every_change_special() -> None:
    contract = a_contract(2, unit_price_yen=900)
    assert weighed(contract, START, timing=Timing(TimingKind.AT_ONCE)).is_standard
    assert weighed(contract, START, capacity_bytes=BLOCK).is_standard
    assert not weighed(contract, START, capacity_bytes=3 * BLOCK).is_standard


# --- cancelling ----------------------------------------------------------------------------------

SHORT, END = CancellationPolicy.SHORT_RATE, CancellationPolicy.END_OF_TERM


@pytest.mark.parametrize(
    ("day", "refund_yen", "months"),
    [
        (START, 9_000, 1),
        (date(2027, 5, 1), 9_000, 1),
        (date(2027, 7, 10), 6_000, 4),
        (date(2028, 3, 31), 0, 12),
    ],
)
def test_of_a_year_what_the_months_begun_leave_comes_back(
    day: date, refund_yen: int, months: int
) -> None:
    contract = a_contract(term=Term.ANNUAL)
    found = cancellation(contract, [contract], SHORT, day)
    assert (found.refund.fee_yen, found.months_charged) == (refund_yen, months)
    assert (found.policy, found.ends_on) == (SHORT, day)


@pytest.mark.parametrize(
    ("blocks", "refund", "needs_note"),
    [(1, Price(9_000, 900, 9_900), False), (2, Price(18_000, 1_800, 19_800), True)],
)
def test_the_tax_comes_back_too_and_a_credit_note_where_the_law_asks_for_one(
    blocks: int,
    refund: Price,
    needs_note: bool,  # noqa: FBT001
) -> None:
    contract = a_contract(blocks, term=Term.ANNUAL)
    found = cancellation(contract, [contract], SHORT, START)
    assert (found.refund, found.credit_note_required) == (refund, needs_note)


def test_months_begun_cost_what_their_timing_costs() -> None:
    timed = PriceBook(version="timed", timing_points=TimingPoints(at_once=3))
    books.keep(lambda: {timed.version: timed})
    contract = a_contract(book=timed, term=Term.ANNUAL, timing=Timing(TimingKind.AT_ONCE))
    found = cancellation(contract, [contract], SHORT, START)
    assert found.refund.fee_yen == (10 + 3) * 1_000 - (1 + 3) * 1_000


@pytest.mark.parametrize("state", [State.SIGNED, State.GRACE, State.SUSPENDED, State.ENDED])
def test_only_what_is_in_force_is_cancelled(state: State) -> None:
    contract = msgspec.structs.replace(a_contract(), state=state)
    with pytest.raises(Conflict) as refused:
        cancellation(contract, [contract], END, START)
    assert refused.value.code == "contract-not-active"


def test_what_is_over_is_not_cancelled() -> None:
    contract = a_contract(term=Term.ANNUAL)
    with pytest.raises(Conflict) as refused:
        cancellation(contract, [contract], END, date(2028, 4, 1))
    assert refused.value.code == "contract-not-active"


def test_what_was_cancelled_is_not_cancelled_again() -> None:
    contract = msgspec.structs.replace(a_contract(), cancelled_on=date(2027, 5, 1))
    with pytest.raises(Conflict) as refused:
        cancellation(contract, [contract], END, START)
    assert refused.value.code == "contract-cancelled"


@pytest.mark.parametrize(
    ("term", "today"),
    [
        pytest.param(Term.MONTHLY, START, id="a month"),
        pytest.param(Term.ANNUAL, START - timedelta(days=1), id="before the start"),
    ],
)
def test_only_a_year_that_has_begun_is_cut_short(term: Term, today: date) -> None:
    contract = a_contract(term=term)
    with pytest.raises(Invalid, match="for an annual contract that has begun"):
        cancellation(contract, [contract], SHORT, today)


def test_what_was_charged_for_the_next_year_is_not_of_this_one() -> None:
    contract = a_contract(term=Term.ANNUAL, auto_renew=True)
    larger = amended(contract, date(2028, 4, 1), capacity_bytes=2 * BLOCK)
    assert larger.charge_yen == 10_000
    assert paid_yen([contract, larger], period(START, Term.ANNUAL, 0)) == 10_000


def test_in_a_later_year_only_its_own_months_count() -> None:
    contract = a_contract(term=Term.ANNUAL, term_count=3)
    found = cancellation(contract, [contract], SHORT, date(2028, 7, 10))
    assert (found.refund.fee_yen, found.months_charged) == (6_000, 4)


@given(st.integers(0, 364), st.integers(0, 364), st.integers(2, 100))
def test_what_comes_back_is_never_more_than_was_paid(one: int, other: int, blocks: int) -> None:
    amended_on, today = (START + timedelta(days=each) for each in sorted((one, other)))
    contract = a_contract(term=Term.ANNUAL)
    larger = amended(contract, amended_on, capacity_bytes=blocks * BLOCK)
    now = period(START, Term.ANNUAL, 0)
    paid = paid_yen([contract, larger], now)
    assert paid == 10_000 + larger.charge_yen
    refund = cancellation(larger, [contract, larger], SHORT, today).refund
    assert 0 <= refund.fee_yen <= paid


def test_a_smaller_plan_counts_from_the_period_it_begins_with() -> None:
    contract = a_contract(2, term=Term.ANNUAL, auto_renew=True)
    smaller = amended(contract, date(2027, 9, 1), capacity_bytes=BLOCK)
    first, second = (period(START, Term.ANNUAL, number) for number in (0, 1))
    assert paid_yen([contract, smaller], first) == 20_000
    assert paid_yen([contract, smaller], second) == 10_000


@pytest.mark.parametrize(
    ("term", "ends"), [(Term.ANNUAL, date(2028, 4, 1)), (Term.MONTHLY, date(2027, 6, 1))]
)
def test_cancelled_with_its_period_nothing_comes_back(term: Term, ends: date) -> None:
    contract = a_contract(term=term, auto_renew=True)
    found = cancellation(contract, [contract], END, date(2027, 5, 12))
    assert (found.policy, found.ends_on, found.refund.total_yen) == (END, ends, 0)


def test_prepaid_capacity_has_no_term_to_wait_for() -> None:
    contract = a_contract(term=Term.CAPACITY_ONLY)
    with pytest.raises(Invalid, match="end it instead"):
        cancellation(contract, [contract], END, START)
