"""Invoices: drafts gather lines, are issued once and never change; corrections are documents."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from chalicelib.billing import (
    corrections,
    issuer_store,
    ledger_store,
    revenue_store,
    service,
    store,
)
from chalicelib.billing.ledger import Account
from chalicelib.billing.model import HeadKey, TaxTerms
from chalicelib.billing.states import InvoiceState
from chalicelib.billing.tax import TaxMode, TaxRule
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.kernel.money import Rounding
from chalicelib.notices import store as notices
from chalicelib.tables import expecting, transaction
from tests.faults.crashes import calls_of
from tests.support.invoices import (
    AT,
    ISSUED_AT,
    OPERATOR,
    a_draft,
    a_line,
    an_invoice,
    an_issuer,
    is_late,
    key_of,
)
from tests.support.world import World

FIRST, SECOND = a_line(), a_line(contract_id="contract-2", target_id="target-2", amount_yen=105)


@pytest.fixture
def here(world: World) -> str:
    """A facility, and an issuer."""
    an_issuer()
    return world.facility_id


# --- drafts ------------------------------------------------------------------------------------


def test_a_draft_counts_its_lines(here: str) -> None:
    draft = a_draft(here, FIRST, SECOND)
    assert (draft.state, draft.lines, draft.subtotal_yen) == (InvoiceState.DRAFT, 2, 10_105)


def test_a_line_is_charged_once(here: str) -> None:
    a_draft(here, FIRST)
    with pytest.raises(Conflict), expecting("twice"):
        a_draft(here, FIRST)
    assert store.invoice(here, key_of(here).number).lines == 1


def test_a_line_is_charged_once_even_by_the_next_invoice_of_the_day(here: str) -> None:
    an_invoice(here, FIRST)
    with pytest.raises(Conflict), expecting("twice"):
        a_draft(here, FIRST, sequence=2)
    assert store.charged_on(key_of(here), FIRST) is not None


def test_a_late_line_goes_to_the_next_invoice_of_the_day(here: str) -> None:
    issued = an_invoice(here, FIRST)
    with pytest.raises(Conflict), expecting("issued"):
        a_draft(here, SECOND)
    key = store.open_head(issued.key, issued.tax)
    assert key.number == f"{issued.number}.2"
    assert a_draft(here, SECOND, sequence=key.sequence).lines == 1


def test_an_invoice_taxes_in_one_way(here: str) -> None:
    draft = a_draft(here, FIRST)
    inclusive = TaxRule(mode=TaxMode.INCLUSIVE)
    with pytest.raises(Conflict), expecting("another way"), transaction() as write:
        store.add_line_in(write, draft.key, SECOND, TaxTerms.of(inclusive), AT)
    assert store.open_head(draft.key, TaxTerms.of(inclusive)).sequence == 2


def test_a_line_takes_nothing_back(here: str) -> None:
    with pytest.raises(Invalid):
        a_draft(here, a_line(amount_yen=-1))


def test_a_draft_is_issued_after_the_hours_of_grace(here: str) -> None:
    draft = a_draft(here, FIRST)
    service.falls_due(here, draft.number, ISSUED_AT - timedelta(seconds=1))
    assert store.invoice(here, draft.number).state is InvoiceState.DRAFT
    service.falls_due(here, draft.number, ISSUED_AT)
    assert store.invoice(here, draft.number).state is InvoiceState.ISSUED


def test_the_minute_issues_what_is_due(world: World, here: str) -> None:
    draft = a_draft(here, FIRST)
    world.tick(clock.text(ISSUED_AT))
    assert store.invoice(here, draft.number).state is InvoiceState.ISSUED


def test_without_an_issuer_a_draft_waits(world: World) -> None:
    draft = a_draft(world.facility_id, FIRST)
    service.falls_due(world.facility_id, draft.number, ISSUED_AT)
    waiting = store.invoice(world.facility_id, draft.number)
    assert waiting.state is InvoiceState.DRAFT
    assert waiting.due_at == clock.text(ISSUED_AT + timedelta(hours=1))


def test_another_facilitys_invoice_is_not_found(here: str) -> None:
    number = an_invoice(here).number
    with pytest.raises(NotFound):
        store.invoice("facility-other", number)


# --- issued ------------------------------------------------------------------------------------


def test_tax_is_taken_once_per_rate_of_the_invoice(here: str) -> None:
    """Vector tax: 3 x 105 yen at 10 % are 31 yen of tax, not 3 x 10."""
    lines = [a_line(contract_id=f"contract-{each}", amount_yen=105) for each in range(3)]
    document = an_invoice(here, *lines).document
    assert document is not None
    assert (document.tax_yen, document.total_yen) == (31, 346)


def test_rounding_is_the_price_books(here: str) -> None:
    key = key_of(here)
    up = TaxRule(rounding=Rounding.CEIL)
    with transaction() as write:
        store.add_line_in(write, key, a_line(amount_yen=101), TaxTerms.of(up), AT)
    service.falls_due(here, key.number, ISSUED_AT)
    document = store.invoice(here, key.number).document
    assert document is not None
    assert document.tax_yen == 11


def test_an_invoice_is_due_on_a_bank_day(here: str) -> None:
    """Issued on Tuesday, 3 November 2026; 30 days later is Thursday, 3 December."""
    found = an_invoice(here)
    assert found.document is not None
    assert (found.document.issued_on, found.due_on) == (date(2026, 11, 3), date(2026, 12, 3))
    an_issuer(net_days=32)  # Saturday
    other = an_invoice(here, SECOND, sequence=2)
    assert other.due_on == date(2026, 12, 7)


def test_an_issued_invoice_keeps_its_issuer(here: str) -> None:
    issued = an_invoice(here)
    an_issuer(name="another")
    assert store.invoice(here, issued.number).document == issued.document


def test_an_invoice_over_nothing_is_paid_at_once(here: str) -> None:
    found = an_invoice(here, a_line(amount_yen=0, unit_price_yen=0))
    assert (found.state, found.due_at, found.due_on) == (InvoiceState.PAID, None, None)
    assert store.unpaid_of(here) == []
    assert list(ledger_store.months(here)) == []


def test_issuing_twice_is_issuing_once(here: str) -> None:
    issued = an_invoice(here)
    again = msgspec.structs.replace(issued, due_at=clock.text(AT))
    assert again.state is not InvoiceState.DRAFT
    service.falls_due(here, issued.number, ISSUED_AT)
    assert store.invoice(here, issued.number) == issued
    assert ledger_store.balance(here)[Account.RECEIVABLE] == 11_000


def test_the_facility_is_told_of_an_invoice(here: str) -> None:
    number = an_invoice(here).number
    told = notices.notice(here, f"invoice-issued-{number}")
    assert told is not None
    assert told.facts["total_yen"] == 11_000


def test_an_invoice_is_on_the_providers_list_of_its_state(here: str) -> None:
    issued = an_invoice(here)
    assert store.in_state(InvoiceState.ISSUED, None, 10) == ([issued], None)
    is_late(issued, 1)
    assert store.in_state(InvoiceState.ISSUED, None, 10)[0] == []
    assert [each.number for each in store.in_state(InvoiceState.OVERDUE, None, 10)[0]] == [
        issued.number
    ]


def test_revenue_of_a_month_is_what_was_issued_in_it(here: str) -> None:
    an_invoice(here, FIRST, SECOND)
    assert revenue_store.revenue("2026-01", "2026-12") == {"2026-11": 10_105}


@pytest.mark.parametrize("lines", [1, 20])
def test_issuing_takes_five_requests_however_many_lines_there_are(here: str, lines: int) -> None:
    charged = [a_line(contract_id=f"contract-{each}") for each in range(lines)]
    number = a_draft(here, *charged).number
    calls = calls_of(lambda: service.falls_due(here, number, ISSUED_AT))
    assert len(calls) == 5, calls


# --- lateness ------------------------------------------------------------------------------------


def test_an_invoice_is_not_late_on_the_day_it_is_due(here: str) -> None:
    assert is_late(an_invoice(here), 0).state is InvoiceState.ISSUED


@pytest.mark.parametrize(("days", "next_days"), [(1, 15), (14, 15), (15, 61), (60, 61), (61, None)])
def test_a_late_invoice_is_looked_at_when_it_gets_worse(
    here: str, days: int, next_days: int | None
) -> None:
    found = is_late(an_invoice(here), days)
    assert found.state is InvoiceState.OVERDUE
    assert found.due_on is not None
    looked = clock.parse(found.due_at).date() if found.due_at else None
    # Midnight in Japan is the day before in UTC.
    expected = found.due_on + timedelta(days=next_days - 1) if next_days else None
    assert looked == expected


def test_each_stage_of_lateness_is_told_once(here: str) -> None:
    found = an_invoice(here)
    for days in (1, 2, 15, 16, 61, 70):
        is_late(found, days)
    stages = [
        notices.notice(here, f"invoice-overdue-{found.number}-{each}") for each in (1, 15, 61)
    ]
    assert [told.facts["days_late"] for told in stages if told] == [1, 15, 61]


def test_lateness_is_that_of_the_oldest_unpaid_invoice(here: str) -> None:
    old = an_invoice(here, FIRST)
    an_invoice(here, SECOND, bill_on=date(2026, 11, 3), at=AT)
    assert old.due_on is not None
    assert service.worst_lateness(here, old.due_on + timedelta(days=20)) == 20
    assert service.worst_lateness(here, old.due_on) == 0


def test_lateness_of_a_target_is_that_of_invoices_that_charge_for_it(here: str) -> None:
    found = an_invoice(here, FIRST)
    assert service.unpaid_due_on(here, "target-1") == found.due_on
    assert service.unpaid_due_on(here, "target-2") is None


# --- corrections ---------------------------------------------------------------------------------


def test_a_credit_note_over_all_of_an_unpaid_invoice_voids_it(here: str) -> None:
    issued = an_invoice(here)
    note = corrections.credit(OPERATOR, here, issued.number, {10: 10_000}, key="1", reason="error")
    after = store.invoice(here, issued.number)
    assert (note.total_yen, after.state, after.open_yen) == (11_000, InvoiceState.VOID, 0)
    assert after.document == issued.document
    assert set(ledger_store.balance(here).values()) == {0}


def test_credit_notes_add_up_to_their_invoice_to_the_yen(here: str) -> None:
    lines = [a_line(contract_id=f"contract-{each}", amount_yen=105) for each in range(3)]
    issued = an_invoice(here, *lines)
    for each in range(3):
        corrections.credit(OPERATOR, here, issued.number, {10: 105}, key=str(each), reason="error")
    after = store.invoice(here, issued.number)
    assert (after.state, after.credited_yen) == (InvoiceState.VOID, 346)


def test_the_same_credit_note_is_given_once(here: str) -> None:
    issued = an_invoice(here)
    notes = [
        corrections.credit(OPERATOR, here, issued.number, {10: 1_000}, key="1", reason="error")
        for _ in range(2)
    ]
    assert notes[0] == notes[1]
    assert store.invoice(here, issued.number).credited_yen == 1_100


def test_no_more_is_taken_back_than_was_charged(here: str) -> None:
    issued = an_invoice(here)
    corrections.credit(OPERATOR, here, issued.number, {10: 6_000}, key="1", reason="error")
    with pytest.raises(Invalid) as refused:
        corrections.credit(OPERATOR, here, issued.number, {10: 4_001}, key="2", reason="error")
    assert (refused.value.code, refused.value.facts) == ("bad-credit-amount", {"left_yen": 4_000})


def test_an_overdue_invoice_can_be_written_off(here: str) -> None:
    found = is_late(an_invoice(here), 61)
    corrections.write_off(OPERATOR, here, found.number)
    assert store.invoice(here, found.number).state is InvoiceState.WRITTEN_OFF
    assert store.unpaid_of(here) == []
    balance = ledger_store.balance(here)
    assert (balance[Account.RECEIVABLE], balance[Account.WRITTEN_OFF]) == (0, 11_000)


def test_an_invoice_that_is_not_overdue_cannot_be_written_off(here: str) -> None:
    issued = an_invoice(here)
    with pytest.raises(Conflict):
        corrections.write_off(OPERATOR, here, issued.number)


# --- the issuer ----------------------------------------------------------------------------------


def test_two_who_change_the_issuer_at_once_do_not_overwrite_each_other(here: str) -> None:  # noqa: ARG001
    issuer, version = issuer_store.newest()
    assert issuer is not None
    service.replace_issuer(OPERATOR, version, issuer)
    with pytest.raises(Conflict):
        service.replace_issuer(OPERATOR, version, issuer)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", " ", "bad-name"),
        ("registration", "T1234567890123", "bad-registration"),
        ("net_days", 121, "bad-net_days"),
        ("consignor_code", "123", "bad-consignor_code"),
    ],
)
def test_a_wrong_field_of_the_issuer_is_named(
    here: str,  # noqa: ARG001
    field: str,
    value: object,
    code: str,
) -> None:
    import msgspec

    issuer, version = issuer_store.newest()
    assert issuer is not None
    with pytest.raises(Invalid) as refused:
        service.replace_issuer(OPERATOR, version, msgspec.structs.replace(issuer, **{field: value}))
    assert refused.value.code == code


def test_a_head_key_names_its_invoice() -> None:
    key = HeadKey("facility-1", "target-1", date(2026, 11, 2))
    assert (key.number, key.next.number) == ("20261102-target-1", "20261102-target-1.2")
