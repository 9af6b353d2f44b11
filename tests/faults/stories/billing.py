"""Invoices and payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from chalicelib.access.model import Caller, Role
from chalicelib.billing import debits, payment_store, payments, publishing
from chalicelib.billing.book_form import fields_of
from chalicelib.kernel import clock
from chalicelib.web import forms
from chalicelib.web.cookies import SESSION
from tests.faults.stories.telling import Act, clicks, story
from tests.support.invoices import (
    ACCOUNT,
    OPERATOR,
    an_invoice_of,
    answered,
    issuer_fields,
    late_invoice_of,
)
from tests.support.price_books import AUTHOR, dearer_book
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

INVOICE = "/portal/billing/facilities/{facility_id}/invoices/{invoice_id}"
PAYMENTS = "/portal/billing/payments"
DEBITS = "/portal/billing/debits"
MANDATE = "/portal/billing/facilities/{facility_id}/mandate"
IN_A_MONTH = clock.now().date() + timedelta(days=30)
STATEMENT = "date,payer,amount,number\n2026-11-20,{payer},{yen},1\n"


def a_payment(payer: str = "ｱｵﾊﾞ", yen: int = 11_000) -> str:
    """Import a statement of one payment; return where it is found."""
    raw = STATEMENT.format(payer=payer, yen=yen).encode()
    payments.import_statement(OPERATOR, raw)
    (kept,) = payment_store.receipts_page(None, 1)[0]
    return f"{PAYMENTS}/{kept.receipt_id}"


def sends(path: str, raw: bytes) -> Act:
    """A form with a file, sent by an operator however often."""
    visitor = signed_in(Role.OPERATOR)
    cookies, fields = dict(visitor.cookies), {"csrf": forms.token(visitor.cookies[SESSION])}
    return lambda: Visitor(cookies=dict(cookies)).upload(path, fields, {"file": raw})


def reads(route: str, role: Role) -> None:
    """Tell the story of a page that shows, once there is an invoice."""

    @story(f"GET {route}")
    def _(world: World) -> Act:
        found = {"facility_id": world.facility_id, "invoice_id": an_invoice_of(world.facility_id)}
        visitor = signed_in(role, "" if role is Role.OPERATOR else world.facility_id)
        return clicks(visitor, "GET", route.format(**found))


for path in (
    "/portal/invoices",
    "/portal/invoices/{invoice_id}",
    "/portal/invoices/{invoice_id}/csv",
    "/portal/invoices/{invoice_id}/pdf",
):
    reads(path, Role.FACILITY_ADMIN)
reads("/portal/statement", Role.FACILITY_ADMIN)
for path in (
    "/portal/billing/invoices",
    INVOICE,
    f"{INVOICE}/csv",
    f"{INVOICE}/pdf",
    PAYMENTS,
    "/portal/billing/issuer",
):
    reads(path, Role.OPERATOR)


def changes(what: str, prepare: Callable[[World], str], **fields: str) -> None:
    """Tell the story of what the provider does to an invoice."""

    @story(f"POST {INVOICE}/{what}")
    def _(world: World) -> Act:
        found = {"facility_id": world.facility_id, "invoice_id": prepare(world)}
        typed = {name: partial(str, value) for name, value in fields.items()}
        path = f"{INVOICE}/{what}".format(**found)
        return clicks(signed_in(Role.OPERATOR), "POST", path, **typed)


def issued(world: World) -> str:
    return an_invoice_of(world.facility_id)


def late(world: World) -> str:
    return late_invoice_of(world.facility_id)


def with_credit(world: World) -> str:
    """Issue an invoice to a facility that has paid too much."""
    number = an_invoice_of(world.facility_id)
    receipt_id = a_payment(yen=500).rpartition("/")[2]
    payments.assign(OPERATOR, receipt_id, world.facility_id, "")
    return number


changes("payment", issued, amount="1000", on="2026-11-20", key="form-1")
changes("apply-credit", with_credit)
changes("credit", issued, key="form-1", reason="wrong target", **{"rate-10": "10000"})
changes("refund", with_credit, refund="300", key="form-1")
changes("write-off", late)


@story(f"POST {PAYMENTS}")
def _(world: World) -> Act:
    an_invoice_of(world.facility_id)
    payment_store.learn_payer("ｱｵﾊﾞ", world.facility_id)
    raw = STATEMENT.format(payer="ｱｵﾊﾞ", yen=11_000).encode()
    return sends(PAYMENTS, raw)


@story(f"GET {PAYMENTS}/{{receipt_id}}")
def _(world: World) -> Act:
    an_invoice_of(world.facility_id)
    path = f"{a_payment()}?facility={world.facility_id}"
    return clicks(signed_in(Role.OPERATOR), "GET", path)


@story(f"POST {PAYMENTS}/{{receipt_id}}/assign")
def _(world: World) -> Act:
    """More than is open: the invoice is paid, the rest becomes credit."""
    number, path = an_invoice_of(world.facility_id), a_payment(yen=12_000)
    chosen = f"{world.facility_id} {number}"
    typed = {"invoice": lambda: chosen, "remember": lambda: "yes"}
    return clicks(signed_in(Role.OPERATOR), "POST", f"{path}/assign", **typed)


@story(f"POST {PAYMENTS}/{{receipt_id}}/set-aside")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the tables
    path = f"{a_payment()}/set-aside"
    return clicks(signed_in(Role.OPERATOR), "POST", path, reason=lambda: "interest")


def a_run(world: World) -> str:
    """Make a run of direct debits; return its path."""
    an_invoice_of(world.facility_id)
    debits.set_mandate(OPERATOR, world.facility_id, ACCOUNT)
    return f"{DEBITS}/{debits.collect(OPERATOR, IN_A_MONTH).number}"


reads(DEBITS, Role.OPERATOR)
reads(MANDATE, Role.OPERATOR)


@story(f"GET {DEBITS}/{{run}}")
def _(world: World) -> Act:
    return clicks(signed_in(Role.OPERATOR), "GET", a_run(world))


@story(f"POST {DEBITS}")
def _(world: World) -> Act:
    an_invoice_of(world.facility_id)
    debits.set_mandate(OPERATOR, world.facility_id, ACCOUNT)
    return clicks(signed_in(Role.OPERATOR), "POST", DEBITS, on=IN_A_MONTH.isoformat)


@story(f"POST {DEBITS}/{{run}}/results")
def _(world: World) -> Act:
    path = a_run(world)
    raw = answered(debits.file_of(int(path.rpartition("/")[2])), "0")
    return sends(f"{path}/results", raw)


@story(f"POST {MANDATE}")
def _(world: World) -> Act:
    typed = {name: partial(str, value) for name, value in issuer_fields().items()}
    path = MANDATE.format(facility_id=world.facility_id)
    return clicks(signed_in(Role.OPERATOR), "POST", path, **typed)


@story("GET /portal/bills-ahead")
def _(world: World) -> Act:
    visitor = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    return clicks(visitor, "GET", "/portal/bills-ahead")


@story("GET /portal/billing/run")
def _(world: World) -> Act:  # noqa: ARG001 - it has a contract to bill
    return clicks(signed_in(Role.OPERATOR), "GET", "/portal/billing/run")


@story("POST /portal/billing/run")
def _(world: World) -> Act:  # noqa: ARG001 - as above
    return clicks(signed_in(Role.OPERATOR), "POST", "/portal/billing/run")


@story("POST /portal/billing/issuer")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the tables
    typed = {name: partial(str, value) for name, value in issuer_fields().items()}
    return clicks(signed_in(Role.OPERATOR), "POST", "/portal/billing/issuer", **typed)


# --- price books ----------------------------------------------------------------------------------

BOOKS = "/portal/billing/books"
NEW_BOOK = "/portal/billing/new-book"


def a_draft() -> dict[str, str]:
    """Let somebody propose a book; return what names it."""
    book = publishing.propose(AUTHOR, dearer_book(3), "").book
    return {"version": book.version, "sha256": book.sha256()}


def answers(what: str, by: Caller, **fields: str) -> None:
    """Tell the story of what *by* does with a draft."""

    @story(f"POST {BOOKS}/{{version}}/{what}")
    def _(world: World) -> Act:  # noqa: ARG001 - it makes the tables
        named = a_draft() | fields
        typed = {name: partial(str, value) for name, value in named.items()}
        visitor = signed_in(Role.OPERATOR, caller=by)
        return clicks(visitor, "POST", f"{BOOKS}/{named['version']}/{what}", **typed)


answers("approve", OPERATOR)
answers("decline", OPERATOR, reason="too dear")
answers("withdraw", AUTHOR)
reads(BOOKS, Role.OPERATOR)
reads(NEW_BOOK, Role.OPERATOR)


@story(f"GET {BOOKS}/{{version}}")
def _(world: World) -> Act:  # noqa: ARG001 - as above
    return clicks(signed_in(Role.OPERATOR), "GET", f"{BOOKS}/{a_draft()['version']}")


@story(f"POST {NEW_BOOK}")
def _(world: World) -> Act:  # noqa: ARG001 - as above
    fields = fields_of(dearer_book(3)) | {"step": "propose"}
    typed = {name: partial(str, value) for name, value in fields.items()}
    return clicks(signed_in(Role.OPERATOR), "POST", NEW_BOOK, **typed)
