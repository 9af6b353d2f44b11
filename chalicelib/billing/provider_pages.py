"""Invoices of all facilities, as the provider sees and corrects them; and who issues them."""

from __future__ import annotations

import msgspec
from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.local_times import zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing import (
    corrections,
    issuer_store,
    ledger_store,
    payments,
    service,
    shown,
    store,
    typed,
)
from chalicelib.billing.issuer import BankAccount
from chalicelib.billing.model import Invoice
from chalicelib.billing.pages import download, print_out
from chalicelib.billing.states import InvoiceState
from chalicelib.kernel import clock, ids
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import Conflict, HokanError, Invalid

INVOICES = "/portal/billing/invoices"
ISSUER = "/portal/billing/issuer"
INVOICE = "/portal/billing/facilities/{facility_id}/invoices/{invoice_id}"
LISTED = tuple(each for each in InvoiceState if each is not InvoiceState.DRAFT)
ROWS = 25
NUMBERS = {"net_days": "30", "grace_hours": "24"}  # as they stand before anybody typed

pages = PageRoutes(__name__)


# --- invoices ------------------------------------------------------------------------------------


@pages.on("GET", INVOICES, Operation.MANAGE_BILLING)
def show_invoices(visit: Visit) -> Response:
    """Show the invoices in one state, newest first, and what was earned in each month."""
    asked = visit.asked("state")
    state = InvoiceState(asked) if asked in LISTED else InvoiceState.ISSUED
    found, cursor = store.in_state(state, visit.asked("cursor") or None, ROWS)
    today = local_date(clock.now(), zone_for(visit.caller))
    return visit.page(
        "billing/provider_invoices.html",
        state=state,
        states=LISTED,
        invoices=shown.named(found),
        cursor=cursor,
        today=today,
        bars=shown.revenue(today),
        has_issuer=issuer_store.newest()[0] is not None,
    )


@pages.on("GET", INVOICE, Operation.MANAGE_BILLING)
def show_invoice(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Show an invoice, what became of it, and what can be done."""
    return _invoice(visit, facility_id, invoice_id)


@pages.on("GET", INVOICE + "/csv", Operation.MANAGE_BILLING)
def download_invoice(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Answer an invoice as CSV."""
    return download(visit, facility_id, invoice_id)


@pages.on("GET", INVOICE + "/pdf", Operation.MANAGE_BILLING)
def print_invoice(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Answer an invoice as PDF."""
    return print_out(visit, facility_id, invoice_id)


@pages.on("POST", INVOICE + "/payment", Operation.MANAGE_BILLING)
def enter_payment(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Enter money that came in by another way than the bank's statement."""
    form = visit.form
    try:
        amount_yen, on = typed.yen(form.get("amount", "")), typed.day(form.get("on", ""))
        key = form.get("key", "")
        payments.enter(visit.caller, facility_id, invoice_id, amount_yen, on, key=key)
    except (Conflict, Invalid) as refused:
        return _invoice(visit, facility_id, invoice_id, refused)
    return _done(visit, facility_id, invoice_id, "paid")


@pages.on("POST", INVOICE + "/apply-credit", Operation.MANAGE_BILLING)
def apply_credit(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Pay an invoice from what the facility has paid too much."""
    try:
        payments.apply_credit(visit.caller, facility_id, invoice_id)
    except Conflict as refused:
        return _invoice(visit, facility_id, invoice_id, refused)
    return _done(visit, facility_id, invoice_id, "applied")


@pages.on("POST", INVOICE + "/refund", Operation.MANAGE_BILLING)
def refund(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Note that credit was paid back to the facility's bank."""
    store.invoice(facility_id, invoice_id)
    try:
        amount_yen = typed.yen(visit.form.get("refund", ""), code="bad-refund")
        payments.refund(visit.caller, facility_id, amount_yen, key=visit.form.get("key", ""))
    except (Conflict, Invalid) as refused:
        return _invoice(visit, facility_id, invoice_id, refused)
    return _done(visit, facility_id, invoice_id, "refunded")


@pages.on("POST", INVOICE + "/credit", Operation.MANAGE_BILLING)
def give_credit_note(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Take back part of an invoice, or all of it."""
    form = visit.form
    try:
        amounts = _amounts(visit, store.invoice(facility_id, invoice_id))
        key, reason = form.get("key", ""), form.get("reason", "")
        corrections.credit(visit.caller, facility_id, invoice_id, amounts, key=key, reason=reason)
    except (Conflict, Invalid) as refused:
        return _invoice(visit, facility_id, invoice_id, refused)
    return _done(visit, facility_id, invoice_id, "credited")


@pages.on("POST", INVOICE + "/write-off", Operation.MANAGE_BILLING)
def write_off(visit: Visit, facility_id: str, invoice_id: str) -> Response:
    """Give an overdue invoice up."""
    try:
        corrections.write_off(visit.caller, facility_id, invoice_id)
    except Conflict as refused:
        return _invoice(visit, facility_id, invoice_id, refused)
    return _done(visit, facility_id, invoice_id, "written-off")


def _amounts(visit: Visit, found: Invoice) -> dict[int, int]:
    """Return what is taken back, by rate; a rate left empty is none of it."""
    rates = found.document.rates if found.document else ()
    written = {each.percent: visit.form.get(f"rate-{each.percent}", "").strip() for each in rates}
    return {
        percent: typed.yen(text, code="bad-credit-amount")
        for percent, text in written.items()
        if text
    }


def _invoice(
    visit: Visit, facility_id: str, invoice_id: str, refused: HokanError | None = None
) -> Response:
    found = store.invoice(facility_id, invoice_id)
    now = clock.now()
    return visit.page(
        "billing/provider_invoice.html",
        status=refused.status if refused else 200,
        facility_id=facility_id,
        facility_name=access_store.facility_name(facility_id),
        credit_yen=ledger_store.credit_yen(facility_id),
        today=service.today(facility_id, now),
        key=visit.form.get("key", "") if refused else ids.new_id("form", now),
        typed=visit.form if refused else {},
        refused=refused.code if refused else "",
        done=visit.asked("done"),
        **shown.invoice(found),
    )


def _done(visit: Visit, facility_id: str, invoice_id: str, what: str) -> Response:
    here = INVOICE.format(facility_id=facility_id, invoice_id=invoice_id)
    return visit.redirect(f"{here}?done={what}")


# --- the issuer ----------------------------------------------------------------------------------


@pages.on("GET", ISSUER, Operation.MANAGE_BILLING)
def show_issuer(visit: Visit) -> Response:
    """Show who issues the invoices, to be changed."""
    found, version = issuer_store.newest()
    fields = dict.fromkeys((*BankAccount.__struct_fields__, *_own_fields()), "") | NUMBERS
    if found is not None:
        own = {name: str(getattr(found, name)) for name in _own_fields()}
        fields = own | msgspec.structs.asdict(found.account)
    return _issuer(visit, fields, version)


@pages.on("POST", ISSUER, Operation.MANAGE_BILLING)
def replace_issuer(visit: Visit) -> Response:
    """Let invoices name another issuer from now on."""
    version = visit.form.get("version", "")
    try:
        number = typed.yen(version, code="overtaken")
        service.replace_issuer(visit.caller, number, typed.issuer(visit.form))
    except (Conflict, Invalid) as refused:
        names = (*BankAccount.__struct_fields__, *_own_fields())
        fields = {name: visit.form.get(name, "") for name in names}
        return _issuer(visit, fields, issuer_store.newest()[1], refused)
    return visit.redirect(f"{ISSUER}?done=changed")


def _own_fields() -> tuple[str, ...]:
    return ("name", "registration", "address", "net_days", "grace_hours", "consignor_code")


def _issuer(
    visit: Visit, fields: dict[str, str], version: int, refused: HokanError | None = None
) -> Response:
    return visit.page(
        "billing/issuer.html",
        status=refused.status if refused else 200,
        typed=fields,
        version=version,
        refused=refused.code if refused else "",
        done=visit.asked("done"),
    )
