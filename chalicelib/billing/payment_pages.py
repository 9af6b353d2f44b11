"""Money that came in: a bank's statement is imported, and what is unclear is given by hand."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing import bank_statement, payment_store, payments
from chalicelib.billing.payments import Imported
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound, TooLarge
from chalicelib.web import links

PAYMENTS = "/portal/billing/payments"
PAYMENT = PAYMENTS + "/{receipt_id}"
ROWS = 25
CREDIT = "credit"  # chosen instead of an invoice

pages = PageRoutes(__name__)


@pages.on("GET", PAYMENTS, Operation.MANAGE_BILLING)
def show_payments(visit: Visit) -> Response:
    """Show what waits for somebody, or all that came in; and a form to import a statement."""
    return _payments(visit)


@pages.on("POST", PAYMENTS, Operation.MANAGE_BILLING, takes_files=True)
def import_statement(visit: Visit) -> Response:
    """Import a bank's statement: all of it, or nothing when a line is wrong."""
    try:
        brought = payments.import_statement(visit.caller, _file(visit))
    except (Invalid, TooLarge) as refused:
        return _payments(visit, refused)
    counts = {each: str(getattr(brought, each)) for each in Imported.__struct_fields__}
    return visit.redirect(links.with_query(PAYMENTS, done="imported", **counts))


@pages.on("GET", PAYMENT, Operation.MANAGE_BILLING)
def show_payment(visit: Visit, receipt_id: str) -> Response:
    """Show a payment, and the invoices it can be for."""
    return _payment(visit, receipt_id)


@pages.on("POST", PAYMENT + "/assign", Operation.MANAGE_BILLING)
def assign(visit: Visit, receipt_id: str) -> Response:
    """Give a payment to an invoice, or to a facility's credit."""
    try:
        facility_id, number = _chosen(visit.form.get("invoice", ""))
        payments.assign(
            visit.caller,
            receipt_id,
            facility_id,
            number,
            remember=bool(visit.form.get("remember")),
        )
    except (Conflict, Invalid) as refused:
        return _payment(visit, receipt_id, refused)
    return visit.redirect(f"{PAYMENTS}?done=assigned")


@pages.on("POST", PAYMENT + "/set-aside", Operation.MANAGE_BILLING)
def set_aside(visit: Visit, receipt_id: str) -> Response:
    """Say that a payment is none of ours."""
    try:
        payments.set_aside(visit.caller, receipt_id, visit.form.get("reason", ""))
    except (Conflict, Invalid) as refused:
        return _payment(visit, receipt_id, refused)
    return visit.redirect(f"{PAYMENTS}?done=set-aside")


def _payments(visit: Visit, refused: HokanError | None = None) -> Response:
    shows_all = visit.asked("show") == "all"
    listed = payment_store.receipts_page if shows_all else payment_store.work_page
    found, cursor = listed(visit.asked("cursor") or None, ROWS)
    wrong = refused.facts.get("wrong") if refused else None
    return visit.page(
        "billing/payments.html",
        status=refused.status if refused else 200,
        receipts=found,
        cursor=cursor,
        shows_all=shows_all,
        brought={each: _count(visit, each) for each in Imported.__struct_fields__},
        refused=refused.code if refused else "",
        wrong=[str(each).split(" ", 1) for each in wrong] if isinstance(wrong, list) else [],
        most_lines=bank_statement.MAX_LINES,
        done=visit.asked("done"),
    )


def _payment(visit: Visit, receipt_id: str, refused: HokanError | None = None) -> Response:
    """Show a payment; the facility asked for, or typed, brings its open invoices."""
    found = payment_store.receipt(receipt_id)
    facility_id = visit.asked("facility")
    choices = payments.suggestions(found) + payments.open_of(facility_id)
    names = {each.facility_id: _name(each.facility_id) for each in choices}
    if facility_id and _name(facility_id):
        names[facility_id] = _name(facility_id)
    facilities, more = access_store.facilities_page(visit.asked("cursor") or None, ROWS)
    return visit.page(
        "billing/payment.html",
        status=refused.status if refused else 200,
        receipt=found,
        choices=list(dict.fromkeys(choices)),
        names=names,
        facilities=facilities,
        more=more,
        asked=facility_id,
        reason=visit.form.get("reason", "") if refused else "",
        refused=refused.code if refused else "",
    )


def _file(visit: Visit) -> bytes:
    raw = visit.files.get("file", b"")
    if not raw:
        raise Invalid("choose a file", code="no-file")
    return raw


def _chosen(value: str) -> tuple[str, str]:
    """Return facility and invoice of a choice; no invoice where it is the facility's credit."""
    facility_id, _, number = value.partition(" ")
    if not facility_id or not number:
        raise Invalid("choose an invoice", code="no-invoice")
    return facility_id, "" if number == CREDIT else number


def _count(visit: Visit, name: str) -> int:
    told = visit.asked(name)
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else 0


def _name(facility_id: str) -> str:
    try:
        return access_store.facility_name(facility_id)
    except NotFound:
        return ""
