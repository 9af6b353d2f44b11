"""A facility's invoices, and the statement of its account."""

from __future__ import annotations

import re

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing import ledger_store, service, shown, store
from chalicelib.billing.documents import csv_of
from chalicelib.billing.model import Document, Invoice
from chalicelib.billing.printing import pdf_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.web import printing

INVOICES = "/portal/invoices"
ROWS = 25
CSV = "text/csv; charset=utf-8"
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")

pages = PageRoutes(__name__)


@pages.on("GET", INVOICES, Operation.SEE_INVOICES)
def show_invoices(visit: Visit) -> Response:
    """Show the facility's invoices, newest first, and what it owes."""
    here = visit.caller.facility_id
    found, cursor = store.invoices_page(here, visit.asked("cursor") or None, ROWS)
    return visit.page(
        "billing/invoices.html",
        invoices=found,
        cursor=cursor,
        unpaid=shown.unpaid(here),
        credit_yen=ledger_store.credit_yen(here),
    )


@pages.on("GET", INVOICES + "/{invoice_id}", Operation.SEE_INVOICES)
def show_invoice(visit: Visit, invoice_id: str) -> Response:
    """Show an invoice as it was issued, and what became of it."""
    found = store.invoice(visit.caller.facility_id, invoice_id)
    return visit.page("billing/invoice.html", **shown.invoice(found))


@pages.on("GET", INVOICES + "/{invoice_id}/csv", Operation.SEE_INVOICES)
def download_invoice(visit: Visit, invoice_id: str) -> Response:
    """Answer an invoice as CSV."""
    return download(visit, visit.caller.facility_id, invoice_id)


@pages.on("GET", INVOICES + "/{invoice_id}/pdf", Operation.SEE_INVOICES)
def print_invoice(visit: Visit, invoice_id: str) -> Response:
    """Answer an invoice as PDF."""
    return print_out(visit, visit.caller.facility_id, invoice_id)


@pages.on("GET", "/portal/statement", Operation.SEE_INVOICES)
def show_statement(visit: Visit) -> Response:
    """Show what moved on the facility's account in a month, and the balance before and after."""
    here = visit.caller.facility_id
    asked = visit.asked("month")
    this_month = f"{service.today(here, clock.now()):%Y-%m}"
    month = asked if _MONTH.fullmatch(asked) else this_month
    return visit.page(
        "billing/statement.html",
        statement=shown.statement(here, month),
        months=sorted({this_month, month, *(each for each, _ in ledger_store.months(here))}),
    )


def download(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Answer an invoice as CSV; a draft is none yet."""
    found = store.invoice(facility_id, invoice_id)
    body = csv_of(_issued(found), store.lines_of(found))
    return visit.download(f"invoice-{found.number}.csv", CSV, body)


def print_out(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Answer an invoice as PDF in the reader's language; a draft is none yet."""
    found = store.invoice(facility_id, invoice_id)
    body = pdf_of(_issued(found), store.lines_of(found), visit.language)
    return visit.download(f"invoice-{found.number}.pdf", printing.KIND, body)


def _issued(found: Invoice) -> Document:
    if found.document is None:
        raise NotFound("this invoice has not been issued yet")
    return found.document
