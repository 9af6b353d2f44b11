"""
Invoices from the first line to the last yen.

Everything here is a function of what the tables hold and of the moment: done twice, late or by two
at once, it is done once.  Whoever comes second finds the state changed and leaves it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.access import service as access
from chalicelib.access import store as access_store
from chalicelib.access.model import Caller, Facility
from chalicelib.billing import bankdays, issuer_store, ledger, ledger_store, store
from chalicelib.billing.issuer import Issuer, checked
from chalicelib.billing.ledger import Event, Posting
from chalicelib.billing.model import (
    Document,
    Invoice,
    Line,
    reference_of,
    totals_of,
)
from chalicelib.billing.states import GRACE_DAYS, INVOICE, SUSPENDED_DAYS, InvoiceState
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date, start_of_day
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.notices import store as notices
from chalicelib.notices.model import Fact, Kind
from chalicelib.tables import expecting, transaction
from chalicelib.telemetry import count, logger

REMINDED_ON = (1, GRACE_DAYS + 1, SUSPENDED_DAYS + 1)  # days late: overdue, suspended, ended
WITHOUT_ISSUER = timedelta(hours=1)  # a draft waits so long before it is looked at again
OVERTAKEN = "somebody changed the invoice in the meantime: look again"


# --- drafts --------------------------------------------------------------------------------------


def finalise_at(now: datetime) -> datetime:
    """
    Return when a draft is issued whose first line is written at *now*: after the hours of grace.

    A run asks once and gives it to :func:`store.add_line_in` with every line.
    """
    issuer, _ = issuer_store.newest()
    return now + timedelta(hours=issuer.grace_hours if issuer else 0)


def falls_due(facility_id: str, number: str, now: datetime) -> None:
    """Do with an invoice what is due at *now*: issue it, or note that it is late."""
    found = store.invoice(facility_id, number)
    if found.due_at is None or clock.parse(found.due_at) > now:
        return
    with suppress(Conflict):  # somebody was faster, or a late line came: the next minute sees
        if found.state is InvoiceState.DRAFT:
            _issue(found, now)
        else:
            _note_late(found, now)


def _issue(draft: Invoice, now: datetime) -> None:
    issuer, _ = issuer_store.newest()
    if issuer is None:
        count("InvoicesWithoutIssuer")
        logger.warning("invoice waits for an issuer", extra={"facility_id": draft.facility_id})
        store.postpone(draft, now + WITHOUT_ISSUER)
        return
    lines = store.lines_of(draft)
    if len(lines) != draft.lines or sum(each.amount_yen for each in lines) != draft.subtotal_yen:
        raise Conflict("a line has just come", code="overtaken")
    facility = access_store.facility(draft.facility_id)
    document = _document(draft, lines, issuer, facility, now)
    is_free = document.total_yen == 0
    issued = msgspec.structs.replace(
        draft,
        state=InvoiceState.PAID if is_free else InvoiceState.ISSUED,
        document=document,
        revision=1,
        due_at=_look_at(facility, document.due_on, REMINDED_ON[0]),
    )
    INVOICE.check(draft.state, issued.state)
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        store.issue_in(write, draft, issued, (each.target_id for each in lines))
        if not is_free:
            amounts = ledger.issued(document.net_yen, document.tax_yen)
            entry = posting(issued, Event.ISSUED, amounts, document.issued_on)
            ledger_store.post_in(write, entry)
            _notify_in(write, Kind.INVOICE_ISSUED, issued, "")
    count("InvoicesIssued")
    logger.info("invoice issued", extra={"invoice": draft.number, "lines": draft.lines})


def _document(
    draft: Invoice, lines: list[Line], issuer: Issuer, facility: Facility, now: datetime
) -> Document:
    sums = totals_of(lines, draft.tax)
    issued_on = local_date(now, ZoneInfo(facility.zone))
    return Document(
        number=draft.number,
        reference=reference_of(draft.number),
        issuer=issuer,
        recipient=facility.name,
        bill_on=draft.key.bill_on,
        issued_on=issued_on,
        issued_at=clock.text(now),
        due_on=bankdays.due_on(issued_on, issuer.net_days) if sums.total_yen else None,
        tax=draft.tax,
        rates=sums.rates,
        total_yen=sums.total_yen,
    )


# --- lateness ------------------------------------------------------------------------------------


def unpaid_due_on(facility_id: str, target_id: str = "") -> date | None:
    """
    Return when the oldest unpaid invoice was, or will be, due; None where all is paid.

    Args:
        target_id: Only invoices that charge for this target.
    """
    due = (
        each.due_on
        for each in store.unpaid_of(facility_id)
        if not target_id or target_id in each.targets
    )
    return min(due, default=None)


def worst_lateness(facility_id: str, as_of: date, target_id: str = "") -> int:
    """Return how many days the oldest unpaid invoice is late on *as_of*; 0 when none is."""
    due_on = unpaid_due_on(facility_id, target_id)
    return max((as_of - due_on).days, 0) if due_on else 0


def _note_late(found: Invoice, now: datetime) -> None:
    """Let *found* be overdue, tell of it, and look again when it gets worse."""
    assert found.due_on is not None
    facility = access_store.facility(found.facility_id)
    days = (local_date(now, ZoneInfo(facility.zone)) - found.due_on).days
    stage = max((each for each in REMINDED_ON if each <= days), default=0)
    following = next((each for each in REMINDED_ON if each > days), None)
    late = msgspec.structs.replace(
        found,
        state=InvoiceState.OVERDUE,
        revision=found.revision + 1,
        due_at=_look_at(facility, found.due_on, following),
    )
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        store.change_in(write, found, late)
        _notify_in(write, Kind.INVOICE_OVERDUE, late, f"-{stage}", days_late=days)
    count("InvoicesOverdue")


# --- what becomes of an invoice ------------------------------------------------------------------


def paid_by(found: Invoice, amount_yen: int) -> Invoice:
    """
    Return *found* after *amount_yen* more were paid.

    Raises:
        Invalid: It is nothing, or more than is open.
    """
    if not 0 < amount_yen <= found.open_yen:
        raise Invalid(
            f"{found.open_yen} yen of the invoice are open: pay at least one and at most those",
            code="bad-amount",
        )
    paid_yen = found.paid_yen + amount_yen
    after = msgspec.structs.replace(found, paid_yen=paid_yen, revision=found.revision + 1)
    return after if after.open_yen else closed(after, InvoiceState.PAID)


def closed(after: Invoice, state: InvoiceState) -> Invoice:
    """Return *after* in its last *state*: nothing is due any more."""
    INVOICE.check(after.state, state)
    return msgspec.structs.replace(after, state=state, due_at=None)


# --- the issuer ----------------------------------------------------------------------------------


def replace_issuer(caller: Caller, version: int, written: Issuer) -> Issuer:
    """
    Let *written* be the issuer from now on; issued invoices keep theirs.

    Raises:
        Invalid: A field is wrong, see :func:`issuer.checked`.
        Conflict: Somebody else has replaced *version*.
    """
    issuer = checked(written)
    access.audit(caller, "replace-issuer", f"issuer-{version + 1}")
    issuer_store.replace(version, issuer, clock.text(clock.now()))
    return issuer


# --- pieces --------------------------------------------------------------------------------------


def posting(
    found: Invoice, event: Event, amounts: dict[ledger.Account, int], on: date, part: str = ""
) -> Posting:
    """Return the posting of *amounts* for an invoice; *part* tells its payments apart."""
    subject = f"{found.number}#{part}" if part else found.number
    return Posting(
        facility_id=found.facility_id, posted_on=on, event=event, subject=subject, amounts=amounts
    )


def _notify_in(
    write: TransactWrite, kind: Kind, found: Invoice, suffix: str, days_late: int = 0
) -> None:
    document = found.document
    assert document is not None
    assert document.due_on is not None
    facts: dict[str, Fact] = {
        "number": found.number,
        "total_yen": found.open_yen,
        "due_on": document.due_on.isoformat(),
        "days_late": days_late,
    }
    notices.put_in(write, found.facility_id, kind, f"{kind}-{found.number}{suffix}", facts)


def _look_at(facility: Facility, due_on: date | None, days_late: int | None) -> str | None:
    """Return the moment so many days after *due_on* at the facility; None where there is none."""
    if due_on is None or days_late is None:
        return None
    day = due_on + timedelta(days=days_late)
    return clock.text(start_of_day(day, ZoneInfo(facility.zone)))


def today(facility_id: str, now: datetime) -> date:
    """Return the facility's local date at the moment *now*."""
    return local_date(now, ZoneInfo(access_store.facility(facility_id).zone))
