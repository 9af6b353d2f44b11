"""Invoices and payments on pages: all that the law asks for, each facility its own."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from chalicelib.access.model import Role
from chalicelib.billing import issuer_store, ledger_store, payment_store, payments, store
from chalicelib.billing.documents import csv_of
from chalicelib.billing.model import Invoice
from chalicelib.billing.states import InvoiceState
from chalicelib.kernel import clock
from tests.billing.test_payments import statement
from tests.support.invoices import (
    OPERATOR,
    a_draft,
    a_line,
    an_invoice,
    an_issuer,
    is_late,
    issuer_fields,
)
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

PAYMENTS = "/portal/billing/payments"
ISSUER_FIELDS = issuer_fields()


@pytest.fixture
def here(world: World) -> str:
    an_issuer()
    ahead = clock.parse("2026-11-30T00:00:00Z") - clock.wall_now()
    clock.move(int(ahead.total_seconds()))
    return world.facility_id


@pytest.fixture
def issued(here: str) -> Invoice:
    return an_invoice(here, a_line(amount_yen=105), a_line(contract_id="c-2", amount_yen=10_000))


@pytest.fixture
def admin(here: str) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, here)


@pytest.fixture
def operator(here: str) -> Visitor:  # noqa: ARG001
    return signed_in(Role.OPERATOR)


def path_of(invoice: Invoice) -> str:
    return f"/portal/billing/facilities/{invoice.facility_id}/invoices/{invoice.number}"


def now(invoice: Invoice) -> Invoice:
    return store.invoice(invoice.facility_id, invoice.number)


def text_of(page: str) -> str:
    return " ".join(page.split())


# --- the facility's ------------------------------------------------------------------------------


def test_an_invoice_says_what_a_qualified_one_must(admin: Visitor, issued: Invoice) -> None:
    """Issuer and number; day; content; amount and rate; tax; recipient (six items of the law)."""
    page = text_of(admin.get(f"/portal/invoices/{issued.number}").text)
    assert issued.document is not None
    for said in (
        "株式会社ホカン",
        "T7000012050002",
        "3 Nov 2026",
        "内視鏡室",
        "10,105 yen",
        "Consumption tax, 10 %",
        "1,010 yen",
        issued.document.recipient,
    ):
        assert said in page, said


def test_an_invoice_says_how_to_pay(admin: Visitor, issued: Invoice) -> None:
    page = admin.get(f"/portal/invoices/{issued.number}").text
    assert issued.document is not None
    assert issued.document.reference in page
    assert "1234567" in page


def test_a_draft_is_shown_as_such(admin: Visitor, here: str) -> None:
    draft = a_draft(here)
    assert "has not been issued yet" in admin.get(f"/portal/invoices/{draft.number}").text
    assert admin.get(f"/portal/invoices/{draft.number}/csv").status == 404


def test_the_list_tells_what_is_owed(admin: Visitor, issued: Invoice) -> None:
    page = text_of(admin.get("/portal/invoices").text)
    assert issued.number in page
    assert "<strong>11,115 yen</strong>" in page


def test_the_list_goes_on(admin: Visitor, here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.billing.pages.ROWS", 1)
    first, second = an_invoice(here), an_invoice(here, a_line(contract_id="c-2"), sequence=2)
    page = admin.get("/portal/invoices").text
    assert second.number in page
    following = page.split("?cursor=")[1].split('"')[0]
    older = admin.get(f"/portal/invoices?cursor={following}").text
    assert f"/portal/invoices/{first.number}" in older


def test_an_invoice_in_a_spreadsheet_adds_up(admin: Visitor, issued: Invoice) -> None:
    answer = admin.get(f"/portal/invoices/{issued.number}/csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(each["what"], each["amount_yen"]) for each in rows] == [
        ("backup", "10000"),
        ("backup", "105"),
        ("subtotal", "10105"),
        ("tax", "1010"),
        ("total", "11115"),
    ]


def test_no_name_becomes_a_formula(issued: Invoice) -> None:
    assert issued.document is not None
    written = csv_of(issued.document, [a_line(target_name='=HYPERLINK("x")')])
    assert "'=HYPERLINK" in written


def test_a_statement_ends_where_the_next_begins(admin: Visitor, issued: Invoice) -> None:
    assert '<td class="amount">11,115 yen</td>' in admin.get("/portal/statement").text
    page = text_of(admin.get("/portal/statement?month=2026-12").text)
    assert page.count("11,115 yen") == 2
    assert issued.number not in page


# --- the provider's ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["issued", "paid", "?"])
def test_the_provider_sees_invoices_by_state(
    operator: Visitor, issued: Invoice, state: str
) -> None:
    page = operator.get(f"/portal/billing/invoices?state={state}").text
    assert (issued.number in page) == (state != "paid")


def test_the_provider_sees_how_late_an_invoice_is(issued: Invoice) -> None:
    is_late(issued, 20)
    ahead = clock.parse("2026-12-23T03:00:00Z") - clock.wall_now()
    clock.move(int(ahead.total_seconds()))
    later = signed_in(Role.OPERATOR)  # the other one's session is over by then
    assert "20 days late" in later.get("/portal/billing/invoices?state=overdue").text


def test_the_provider_sees_what_was_earned(operator: Visitor, issued: Invoice) -> None:  # noqa: ARG001
    page = text_of(operator.get("/portal/billing/invoices").text)
    assert "This month: 10,105 yen" in page


def test_without_an_issuer_the_provider_is_told(world: World) -> None:  # noqa: ARG001
    assert "nobody has told" in signed_in(Role.OPERATOR).get("/portal/billing/invoices").text


def test_a_payment_is_entered_once_however_often_it_is_sent(
    operator: Visitor, issued: Invoice
) -> None:
    operator.get(path_of(issued))
    fields = {"amount": "1,000", "on": "2026-11-20", "key": "form-1"}
    for _ in range(2):
        assert operator.submit(f"{path_of(issued)}/payment", **fields).status == 303
    assert now(issued).paid_yen == 1_000


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"amount": "1.5"}, "whole yen"), ({"on": "tomorrow"}, "year-month-day")],
)
def test_a_wrong_payment_is_told_and_what_was_typed_stays(
    operator: Visitor, issued: Invoice, fields: dict[str, str], said: str
) -> None:
    operator.get(path_of(issued))
    usual = {"amount": "1000", "on": "2026-11-20", "key": "form-1"}
    answer = operator.submit(f"{path_of(issued)}/payment", **(usual | fields))
    assert answer.status == 422
    assert said in answer.text
    assert f'value="{next(iter(fields.values()))}"' in answer.text


def test_a_credit_note_is_issued_on_the_page(operator: Visitor, issued: Invoice) -> None:
    operator.get(path_of(issued))
    fields = {"rate-10": "10,105", "reason": "wrong target", "key": "form-1"}
    page = operator.send(f"{path_of(issued)}/credit", **fields)
    assert "The credit note is issued." in page.text
    assert now(issued).state is InvoiceState.VOID


def test_a_credit_note_needs_a_reason(operator: Visitor, issued: Invoice) -> None:
    operator.get(path_of(issued))
    answer = operator.submit(f"{path_of(issued)}/credit", **{"rate-10": "1", "key": "form-1"})
    assert (answer.status, now(issued).credited_yen) == (422, 0)


def test_an_overdue_invoice_is_written_off_on_the_page(operator: Visitor, issued: Invoice) -> None:
    is_late(issued, 1)
    operator.get(path_of(issued))
    assert operator.send(f"{path_of(issued)}/write-off").status == 200
    assert now(issued).state is InvoiceState.WRITTEN_OFF


def test_an_open_invoice_is_not_written_off(operator: Visitor, issued: Invoice) -> None:
    operator.get(path_of(issued))
    assert operator.submit(f"{path_of(issued)}/write-off").status == 409


def test_the_facilitys_credit_pays_on_the_page(
    operator: Visitor, here: str, issued: Invoice
) -> None:
    assert issued.document is not None
    raw = statement((issued.document.reference, 12_115))
    payments.import_statement(OPERATOR, raw)
    second = an_invoice(here, a_line(contract_id="c-3"), sequence=2)
    operator.get(path_of(second))
    operator.submit(f"{path_of(second)}/apply-credit")
    assert (now(second).paid_yen, ledger_store.credit_yen(here)) == (1_000, 0)


def test_a_refund_is_noted_once_however_often_it_is_sent(
    operator: Visitor, here: str, issued: Invoice
) -> None:
    assert issued.document is not None
    raw = statement((issued.document.reference, 12_115))
    payments.import_statement(OPERATOR, raw)
    operator.get(path_of(issued))
    answers = [
        operator.submit(f"{path_of(issued)}/refund", refund="300", key="form-1").status
        for _ in range(2)
    ]
    assert (answers, ledger_store.credit_yen(here)) == ([303, 409], 700)


# --- payments ------------------------------------------------------------------------------------


def upload(operator: Visitor, raw: bytes) -> Any:
    operator.get(PAYMENTS)
    return operator.upload(PAYMENTS, {"csrf": operator.token}, {"file": raw})


def test_a_statement_is_imported_from_a_file(operator: Visitor, issued: Invoice) -> None:
    assert issued.document is not None
    raw = statement((issued.document.reference, 11_115), ("ｱｵﾊﾞ", 5))
    page = operator.follow(upload(operator, raw)).text
    assert "New payments: 2, of them given to their invoices: 1, waiting for you: 1." in page
    assert now(issued).state is InvoiceState.PAID


def test_wrong_lines_are_named_on_the_page(operator: Visitor) -> None:
    answer = upload(operator, statement(("A", 1)) + b"\nsoon,A,1,2\n2026-11-20,,1,3")
    page = text_of(answer.text)
    assert answer.status == 422
    assert "Line 3: The day is none such as 2027-04-01." in page
    assert "Line 4: There is no payer, or no column for it." in page
    assert payment_store.receipts_page(None, 10)[0] == []


def test_every_wrong_line_is_named(operator: Visitor) -> None:
    answer = upload(operator, statement(("A", 1)) + b"\nsoon,A,1,2" * 50)
    assert [f"Line {number}:" in text_of(answer.text) for number in range(3, 53)] == [True] * 50


def test_no_file_is_told(operator: Visitor) -> None:
    assert "Choose a file." in upload(operator, b"").text


def test_a_payment_is_given_to_an_invoice_of_the_facility_that_is_chosen(
    operator: Visitor, here: str, issued: Invoice
) -> None:
    upload(operator, statement(("ｱｵﾊﾞ", 11_115)))
    (waiting,) = payment_store.work_page(None, 10)[0]
    page = operator.get(f"{PAYMENTS}/{waiting.receipt_id}?facility={here}").text
    assert f'value="{here} {issued.number}"' in page
    operator.submit(f"{PAYMENTS}/{waiting.receipt_id}/assign", invoice=f"{here} {issued.number}")
    assert now(issued).state is InvoiceState.PAID


def test_a_payment_becomes_credit_when_that_is_chosen(operator: Visitor, here: str) -> None:
    upload(operator, statement(("ｱｵﾊﾞ", 500)))
    (waiting,) = payment_store.work_page(None, 10)[0]
    operator.get(f"{PAYMENTS}/{waiting.receipt_id}?facility={here}")
    operator.submit(f"{PAYMENTS}/{waiting.receipt_id}/assign", invoice=f"{here} credit")
    assert ledger_store.credit_yen(here) == 500


@pytest.mark.parametrize(("what", "code"), [("assign", 422), ("set-aside", 422)])
def test_an_empty_answer_about_a_payment_is_refused(
    operator: Visitor, what: str, code: int
) -> None:
    upload(operator, statement(("ｱｵﾊﾞ", 500)))
    (waiting,) = payment_store.work_page(None, 10)[0]
    operator.get(f"{PAYMENTS}/{waiting.receipt_id}")
    assert operator.submit(f"{PAYMENTS}/{waiting.receipt_id}/{what}").status == code


def test_a_payment_is_set_aside_on_the_page(operator: Visitor) -> None:
    upload(operator, statement(("利息", 3)))
    (waiting,) = payment_store.work_page(None, 10)[0]
    operator.get(f"{PAYMENTS}/{waiting.receipt_id}")
    operator.send(f"{PAYMENTS}/{waiting.receipt_id}/set-aside", reason="interest")
    assert "interest" in operator.get(f"{PAYMENTS}?show=all").text


# --- the issuer ----------------------------------------------------------------------------------


def test_the_issuer_is_told_on_the_page(world: World) -> None:  # noqa: ARG001
    operator = signed_in(Role.OPERATOR)
    operator.get("/portal/billing/issuer")
    page = operator.send("/portal/billing/issuer", **ISSUER_FIELDS)
    assert "Saved." in page.text
    found, version = issuer_store.newest()
    assert found is not None
    assert (found.registration, found.account.holder, version) == ("T7000012050002", "ﾎｶﾝ(ｶ", 1)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("registration", "T1000012050002", "check digit"),
        ("holder", "保管", "in kana"),
        ("net_days", "soon", "from 0 to 120"),
        ("bank_code", "1", "4 digits"),
        ("account_type", "gold", "Choose the kind of account"),
    ],
)
def test_a_wrong_field_is_told_and_what_was_typed_stays(
    world: World,  # noqa: ARG001
    field: str,
    value: str,
    said: str,
) -> None:
    operator = signed_in(Role.OPERATOR)
    operator.get("/portal/billing/issuer")
    answer = operator.submit("/portal/billing/issuer", **(ISSUER_FIELDS | {field: value}))
    assert answer.status == 422
    assert said in answer.text
    assert issuer_store.newest() == (None, 0)


def test_an_issuer_changed_by_somebody_else_is_not_overwritten(operator: Visitor) -> None:
    operator.get("/portal/billing/issuer")
    assert operator.submit("/portal/billing/issuer", **ISSUER_FIELDS).status == 409
