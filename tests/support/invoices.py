"""Invoices to look at: an issuer, lines, and the moments at which they are issued and late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.access.model import Caller, Role
from chalicelib.billing import issuer_store, service, store
from chalicelib.billing.issuer import BankAccount, Issuer, checked
from chalicelib.billing.model import HeadKey, Invoice, Line, LineKind, TaxTerms
from chalicelib.kernel import clock
from chalicelib.tables import transaction

OPERATOR = Caller(Role.OPERATOR, "person-operator", "")
BILL_ON = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # noon in Japan
ISSUED_AT = AT + timedelta(hours=24)
ACCOUNT = BankAccount(
    bank_code="0001",
    bank_name="青葉銀行",
    branch_code="012",
    branch_name="本店営業部",
    account_type="ordinary",
    number="1234567",
    holder="ホカン（カ",
)
ISSUER = checked(
    Issuer(
        name="株式会社ホカン",
        registration="T7000012050002",
        address="東京都千代田区一番町1",
        account=ACCOUNT,
        consignor_code="1234567890",
    )
)


def an_issuer(**changes: Any) -> Issuer:
    """Tell who issues the invoices."""
    import msgspec

    _, version = issuer_store.newest()
    issuer = msgspec.structs.replace(ISSUER, **changes)
    issuer_store.replace(version, issuer, clock.text(AT))
    return issuer


def a_line(**changes: Any) -> Line:
    usual: dict[str, Any] = {
        "contract_id": "contract-1",
        "target_id": "target-1",
        "target_name": "内視鏡室",
        "kind": LineKind.BACKUP,
        "points": 10,
        "unit_price_yen": 1_000,
        "amount_yen": 10_000,
        "percent": 10,
        "start_on": date(2026, 11, 2),
        "end_on": date(2027, 11, 2),
    }
    return Line(**(usual | changes))


def key_of(facility_id: str, sequence: int = 1, **changes: Any) -> HeadKey:
    usual: dict[str, Any] = {"billed_id": facility_id, "bill_on": BILL_ON, "sequence": sequence}
    return HeadKey(facility_id, **(usual | changes))


def a_draft(facility_id: str, *lines: Line, at: datetime = AT, **changes: Any) -> Invoice:
    """Put *lines* on a draft."""
    key = key_of(facility_id, **changes)
    finalise_at = service.finalise_at(at)
    for each in lines or (a_line(),):
        with transaction() as write:
            store.add_line_in(write, key, each, TaxTerms(), finalise_at)
    return store.invoice(facility_id, key.number)


def an_invoice(facility_id: str, *lines: Line, **changes: Any) -> Invoice:
    """Issue an invoice of *lines*; the issuer must have been told."""
    draft = a_draft(facility_id, *lines, **changes)
    service.falls_due(facility_id, draft.number, ISSUED_AT)
    return store.invoice(facility_id, draft.number)


def an_invoice_of(facility_id: str) -> str:
    """Issue an invoice, and tell who issues where nobody has; return its number."""
    if issuer_store.newest()[0] is None:
        an_issuer()
    return an_invoice(facility_id).number


def is_late(found: Invoice, days: int) -> Invoice:
    """Let the schedule look at *found* so many days after it was due."""
    assert found.due_on is not None
    day = datetime.combine(found.due_on, datetime.min.time(), tzinfo=UTC)
    service.falls_due(found.facility_id, found.number, day + timedelta(days=days))
    return store.invoice(found.facility_id, found.number)


def late_invoice_of(facility_id: str) -> str:
    """Let an invoice be overdue; return its number."""
    number = an_invoice_of(facility_id)
    return is_late(store.invoice(facility_id, number), 1).number


def issuer_fields() -> dict[str, str]:
    """Return the issuer as somebody types it into its form."""
    return {
        "version": "0",
        "name": "株式会社ホカン",
        "registration": "Ｔ７０００－０１２０－５０００２",
        "address": "東京都千代田区一番町1",
        "net_days": "30",
        "grace_hours": "24",
        "consignor_code": "",
        "bank_code": "0001",
        "bank_name": "青葉銀行",
        "branch_code": "012",
        "branch_name": "本店",
        "account_type": "ordinary",
        "number": "1234567",
        "holder": "ホカン（カ",
    }


def answered(raw: bytes, *codes: str) -> bytes:
    """Play the bank: put *codes* into the records of a file, and the sums into its trailer."""
    lines = raw.decode("cp932").split("\r\n")[:-1]
    done = [0, 0]
    not_done = [0, 0]
    for place, code in enumerate(codes, start=1):
        lines[place] = f"{lines[place][:111]}{code}{lines[place][112:]}"
        sums = done if code == "0" else not_done
        sums[0], sums[1] = sums[0] + 1, sums[1] + int(lines[place][80:90])
    lines[-2] = (
        f"{lines[-2][:19]}{done[0]:06}{done[1]:012}{not_done[0]:06}{not_done[1]:012}{' ' * 65}"
    )
    return "".join(f"{each}\r\n" for each in lines).encode("cp932")
