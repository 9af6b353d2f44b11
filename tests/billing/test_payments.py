"""Money that comes in: nothing is dropped, nothing counts twice; the ledger sums up to nothing."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from chalicelib.billing import (
    debit_store,
    debits,
    ledger_store,
    payment_store,
    payments,
    store,
    zengin,
)
from chalicelib.billing.ledger import Account, Event, Posting, refunded
from chalicelib.billing.model import Invoice
from chalicelib.billing.states import InvoiceState
from chalicelib.billing.zengin import Outcome
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.tables import expecting, transaction
from tests.faults.crashes import calls_of
from tests.support.invoices import (
    ACCOUNT,
    OPERATOR,
    a_line,
    an_invoice,
    an_issuer,
    answered,
    is_late,
)
from tests.support.world import World

SECOND = a_line(contract_id="contract-2", target_id="target-2", amount_yen=5_000)
ON = date(2026, 11, 20)


@pytest.fixture
def here(world: World) -> str:
    """A facility, and an issuer."""
    an_issuer()
    return world.facility_id


@pytest.fixture
def issued(here: str) -> Invoice:
    """An invoice over 11,000 yen."""
    return an_invoice(here)


def statement(*lines: tuple[str, int], first_balance: int = 1) -> bytes:
    """Return a statement of (payer, yen)."""
    rows = [
        f"2026-11-20,{payer},{yen},{number}"
        for number, (payer, yen) in enumerate(lines, start=first_balance)
    ]
    return "\n".join(("date,payer,amount,number", *rows)).encode()


def imported(*lines: tuple[str, int]) -> payments.Imported:
    return payments.import_statement(OPERATOR, statement(*lines))


def reference(invoice: Invoice) -> str:
    assert invoice.document is not None
    return invoice.document.reference


def now(invoice: Invoice) -> Invoice:
    return store.invoice(invoice.facility_id, invoice.number)


def work() -> list[payment_store.Receipt]:
    return payment_store.work_page(None, 100)[0]


# --- statements ----------------------------------------------------------------------------------


def test_a_payment_with_its_reference_pays_the_invoice(issued: Invoice) -> None:
    brought = imported((f"{reference(issued)} ｱｵﾊﾞ", 11_000))
    assert (brought.new, brought.settled, brought.waiting) == (1, 1, 0)
    assert (now(issued).state, now(issued).open_yen) == (InvoiceState.PAID, 0)
    assert work() == []


def test_a_statement_imported_twice_pays_once(issued: Invoice) -> None:
    raw = statement((f"{reference(issued)} ｱｵﾊﾞ", 5_000))
    payments.import_statement(OPERATOR, raw)
    again = payments.import_statement(OPERATOR, raw)
    assert (again.new, again.known) == (0, 1)
    assert now(issued).paid_yen == 5_000


def test_a_payment_that_finds_its_invoice_takes_seven_requests(issued: Invoice) -> None:
    payer = f"{reference(issued)} ｱｵﾊﾞ"
    one = len(calls_of(lambda: imported((payer, 1))))
    assert len(calls_of(lambda: imported((payer, 2), (payer, 3)))) - one == 7


def test_part_of_an_invoice_leaves_it_open(issued: Invoice) -> None:
    imported((f"{reference(issued)} ｱｵﾊﾞ", 5_000))
    assert (now(issued).state, now(issued).open_yen) == (InvoiceState.ISSUED, 6_000)


def test_what_is_paid_too_much_becomes_credit(issued: Invoice) -> None:
    imported((f"{reference(issued)} ｱｵﾊﾞ", 12_000))
    assert now(issued).state is InvoiceState.PAID
    assert ledger_store.credit_yen(issued.facility_id) == 1_000
    assert work() == []


def test_a_payer_nobody_knows_waits_for_somebody(issued: Invoice) -> None:
    brought = imported(("ｱｵﾊﾞ", 11_000))
    assert (brought.settled, brought.waiting) == (0, 1)
    assert [each.left_yen for each in work()] == [11_000]
    assert now(issued).paid_yen == 0


def test_a_reference_mistyped_pays_nothing(issued: Invoice) -> None:
    wrong = f"{int(reference(issued)) ^ 1:012}"
    imported((f"{wrong} ｱｵﾊﾞ", 11_000))
    assert now(issued).paid_yen == 0


def test_a_payer_is_remembered(here: str, issued: Invoice) -> None:
    imported(("ｲ)ｱｵﾊﾞ", 11_000))
    payments.assign(OPERATOR, work()[0].receipt_id, here, issued.number, remember=True)
    second = an_invoice(here, SECOND, sequence=2)
    payments.import_statement(OPERATOR, statement(("イ）アオバ", 5_500), first_balance=9))
    assert now(second).state is InvoiceState.PAID


def test_a_known_payers_amount_may_be_all_invoices_together(here: str, issued: Invoice) -> None:
    payment_store.learn_payer("ｱｵﾊﾞ", here)
    second = an_invoice(here, SECOND, sequence=2)
    imported(("ｱｵﾊﾞ", 16_500))
    assert {now(each).state for each in (issued, second)} == {InvoiceState.PAID}


def test_a_known_payers_odd_amount_is_not_guessed_at(here: str, issued: Invoice) -> None:
    payment_store.learn_payer("ｱｵﾊﾞ", here)
    imported(("ｱｵﾊﾞ", 10_999))
    assert now(issued).paid_yen == 0
    assert [each.number for each in payments.suggestions(work()[0])] == [issued.number]


def test_references_of_two_facilities_are_not_guessed_at(world: World, issued: Invoice) -> None:
    other = world.operator.post("/facilities", {"name": "Other"}, status=201)["facility_id"]
    foreign = an_invoice(other)
    imported((f"{reference(issued)} {reference(foreign)}", 22_000))
    assert now(issued).paid_yen == now(foreign).paid_yen == 0
    assert len(work()) == 1


def test_a_wrong_line_lets_nothing_in(issued: Invoice) -> None:
    raw = statement((f"{reference(issued)} ｱｵﾊﾞ", 11_000)) + b"\nnonsense,A,1,2"
    with pytest.raises(Invalid):
        payments.import_statement(OPERATOR, raw)
    assert payment_store.receipts_page(None, 10) == ([], None)


def test_a_suspended_facility_is_back_once_it_has_paid(here: str, issued: Invoice) -> None:
    from chalicelib.billing import service

    late = is_late(issued, 20)
    assert service.worst_lateness(here, date(2026, 12, 23)) == 20
    imported((f"{reference(late)} ｱｵﾊﾞ", 11_000))
    assert service.worst_lateness(here, date(2026, 12, 23)) == 0


# --- by hand -------------------------------------------------------------------------------------


@pytest.fixture
def later(here: str) -> None:  # noqa: ARG001
    """The end of November: entries of its days are not to come."""
    ahead = clock.parse("2026-11-30T00:00:00Z") - clock.wall_now()
    clock.move(int(ahead.total_seconds()))


@pytest.mark.usefixtures("later")
def test_a_payment_entered_twice_on_one_form_counts_once(here: str, issued: Invoice) -> None:
    for _ in range(2):
        payments.enter(OPERATOR, here, issued.number, 1_000, ON, key="form-1")
    assert now(issued).paid_yen == 1_000


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(
    ("amount_yen", "on", "code"), [(0, ON, "bad-amount"), (1, date(2026, 12, 31), "bad-day")]
)
def test_what_cannot_have_come_in_is_refused(
    here: str, issued: Invoice, amount_yen: int, on: date, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        payments.enter(OPERATOR, here, issued.number, amount_yen, on, key="form-1")
    assert refused.value.code == code


def test_a_payment_can_be_set_aside_but_not_forgotten(issued: Invoice) -> None:  # noqa: ARG001
    imported(("利息", 3))
    payments.set_aside(OPERATOR, work()[0].receipt_id, "interest")
    assert work() == []
    assert [each.set_aside for each in payment_store.receipts_page(None, 10)[0]] == ["interest"]


def test_a_payment_is_given_once(here: str, issued: Invoice) -> None:
    imported(("ｱｵﾊﾞ", 11_000))
    receipt_id = work()[0].receipt_id
    payments.assign(OPERATOR, receipt_id, here, issued.number)
    with pytest.raises(Conflict):
        payments.assign(OPERATOR, receipt_id, here, issued.number)
    assert now(issued).paid_yen == 11_000


def test_credit_pays_the_next_invoice(here: str, issued: Invoice) -> None:
    imported((f"{reference(issued)} ｱｵﾊﾞ", 12_000))
    second = an_invoice(here, SECOND, sequence=2)
    assert payments.apply_credit(OPERATOR, here, second.number) == 1_000
    assert (now(second).open_yen, ledger_store.credit_yen(here)) == (4_500, 0)


def test_credit_is_refunded_once_and_never_more_than_there_is(here: str, issued: Invoice) -> None:
    imported((f"{reference(issued)} ｱｵﾊﾞ", 12_000))
    payments.refund(OPERATOR, here, 600, key="form-1")
    with pytest.raises(Invalid):
        payments.refund(OPERATOR, here, 600, key="form-2")
    with pytest.raises(Conflict):
        payments.refund(OPERATOR, here, 100, key="form-1")
    assert ledger_store.credit_yen(here) == 400


def test_credit_spent_by_two_at_once_is_spent_once(here: str, issued: Invoice) -> None:
    """Both have read the same balance; the condition in the write decides."""
    imported((f"{reference(issued)} ｱｵﾊﾞ", 12_000))
    entries = [
        Posting(
            facility_id=here,
            posted_on=ON,
            event=Event.REFUNDED,
            subject=each,
            amounts=refunded(700),
        )
        for each in ("1", "2")
    ]
    with transaction() as write:
        ledger_store.post_in(write, entries[0])
    with pytest.raises(Conflict), expecting("spent"), transaction() as write:
        ledger_store.post_in(write, entries[1])
    assert ledger_store.credit_yen(here) == 300


# --- direct debits -------------------------------------------------------------------------------


@pytest.fixture
def run(here: str, issued: Invoice) -> debit_store.Run:  # noqa: ARG001
    debits.set_mandate(OPERATOR, here, ACCOUNT)
    return debits.collect(OPERATOR, date(2099, 12, 28))


def test_a_run_asks_for_what_is_open(run: debit_store.Run, issued: Invoice) -> None:
    assert [(each.invoice_number, each.amount_yen) for each in run.debits] == [
        (issued.number, 11_000)
    ]


def test_nothing_is_asked_for_twice(run: debit_store.Run) -> None:  # noqa: ARG001
    with pytest.raises(Conflict) as refused:
        debits.collect(OPERATOR, date(2099, 12, 29))
    assert refused.value.code == "nothing-to-collect"


def test_what_was_collected_pays_its_invoice_once(run: debit_store.Run, issued: Invoice) -> None:
    raw = answered(debits.file_of(run.number), "0")
    for _ in range(2):
        told = debits.import_results(OPERATOR, run.number, raw)
        assert (told.done, told.done_yen, told.refused) == (1, 11_000, {})
    assert (now(issued).state, now(issued).paid_yen) == (InvoiceState.PAID, 11_000)


def test_what_was_not_collected_stays_open_and_is_asked_for_again(
    run: debit_store.Run, issued: Invoice
) -> None:
    raw = answered(debits.file_of(run.number), "1")
    assert debits.import_results(OPERATOR, run.number, raw).refused == {Outcome.NO_FUNDS: 1}
    assert now(issued).open_yen == 11_000
    assert debits.collect(OPERATOR, date(2099, 12, 29)).number == 2


def test_an_answer_to_another_run_is_refused(run: debit_store.Run) -> None:
    raw = answered(debits.file_of(run.number), "0").replace(b"1228", b"1229", 1)
    with pytest.raises(Invalid) as refused:
        debits.import_results(OPERATOR, run.number, raw)
    assert refused.value.facts["wrong"] == ["1 another-day"]


def test_an_answer_must_answer_just_what_was_asked(run: debit_store.Run) -> None:
    other = msgspec.structs.replace(run.debits[0], reference="000000000000", amount_yen=1)
    raw = answered(zengin.written("1234567890", "ホカン", ACCOUNT, run.on, [other]), "0")
    with pytest.raises(Invalid) as refused:
        debits.import_results(OPERATOR, run.number, raw)
    assert refused.value.facts["wrong"] == ["2 unknown-debit", "3 not-all-answered"]


def test_without_a_consignor_code_nothing_is_collected(here: str) -> None:  # noqa: ARG001
    an_issuer(consignor_code="")
    with pytest.raises(Conflict):
        debits.collect(OPERATOR, date(2099, 12, 28))


# --- the ledger ----------------------------------------------------------------------------------


def test_every_account_is_what_its_postings_sum_up_to(here: str, issued: Invoice) -> None:
    from chalicelib.billing.ledger import balances

    imported((f"{reference(issued)} ｱｵﾊﾞ", 12_000))
    postings = [
        posting
        for month, _ in ledger_store.months(here)
        for posting in ledger_store.postings_of(here, month)
    ]
    assert balances(postings) == ledger_store.balance(here)
    assert sum(ledger_store.balance(here).values()) == 0
    assert ledger_store.balance(here)[Account.CASH] == 12_000
