"""
Pages about money keep nobody out either.

Nothing bills on the packaged stack until a contract's day has come, so here Chromium asks the
application itself, on moto: each request of the browser is answered by it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from chalicelib.access.model import Role
from chalicelib.billing import debits, payment_store, payments, publishing
from chalicelib.billing.book_form import fields_of
from chalicelib.billing.pricebook import AreaPoints, Points, PriceBook
from chalicelib.billing.tax import Rate, TaxRule
from chalicelib.kernel import clock
from tests.pictures.making import picture_at
from tests.support.chromium import keeps_nobody_out
from tests.support.invoices import (
    ACCOUNT,
    OPERATOR,
    a_line,
    an_invoice,
    an_issuer,
    is_late,
    issuer_fields,
)
from tests.support.price_books import AUTHOR, dearer_book, month, published
from tests.support.visitor import HOST, Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

PAYMENTS = "/portal/billing/payments"
RUN = "/portal/billing/run"
BOOKS = "/portal/billing/books"
NEW_BOOK = "/portal/billing/new-book"


def a_book_of_changes() -> PriceBook:
    """Return a book with a new figure in each part, and another rate of tax."""
    rates = (*TaxRule().rates, Rate(date(2029, 10, 1), 12))
    return PriceBook(
        version=month(4),
        unit_price_yen=1_250,
        block_bytes=250 * 10**9,
        area_points=AreaPoints(
            economy=Points(annual=10, monthly=1), deluxe=Points(annual=36, monthly=4)
        ),
        included_cases=150,
        tax=TaxRule(rates=rates),
    )


def typed_book(**changes: str) -> dict[str, str]:
    return fields_of(a_book_of_changes()) | changes


def checked_book(visitor: Visitor, money: Money) -> None:
    publishing.withdraw(AUTHOR, money.draft, a_book_of_changes().sha256())
    visitor.get(NEW_BOOK)
    visitor.submit(NEW_BOOK, step="check", **typed_book())


def wrong_book(visitor: Visitor) -> None:
    visitor.get(BOOKS)
    wrong = {"version": "April", "block_gb": "", "deluxe_monthly": "3.5", "rate_percent_1": "x"}
    visitor.post(NEW_BOOK, {"csrf": visitor.token, "step": "check"} | typed_book(**wrong))


def declined_book(visitor: Visitor, money: Money) -> None:
    sha256 = a_book_of_changes().sha256()
    publishing.decline(OPERATOR, money.draft, sha256, "The deluxe area is too dear.")
    visitor.get(f"{BOOKS}/{money.draft}")


class Money:
    """A facility with an overdue invoice, a new one, a payment nobody knows, and new prices."""

    def __init__(self, world: World) -> None:
        ahead = clock.parse("2026-12-20T03:00:00Z") - clock.wall_now()
        clock.move(int(ahead.total_seconds()))
        self.facility_id = world.facility_id
        an_issuer()
        lines = [a_line(), a_line(contract_id="c-2", target_id="t-2", target_name="X-ray")]
        self.late = is_late(an_invoice(world.facility_id, *lines), 15).number
        an_invoice(world.facility_id, a_line(contract_id="c-3", amount_yen=1_000), sequence=2)
        raw = "date,payer,amount,number\n2026-12-18,ｲ)ｱｵﾊﾞｸﾘﾆﾂｸ,11000,1\n2026-12-19,A,3,2\n"
        payments.import_statement(OPERATOR, raw.encode())
        debits.set_mandate(OPERATOR, world.facility_id, ACCOUNT)
        debits.collect(OPERATOR, clock.now().date())
        published(dearer_book())
        self.draft = publishing.propose(AUTHOR, a_book_of_changes(), "").book.version
        self.receipt = payment_store.work_page(None, 1)[0][0].receipt_id

    @property
    def invoice_for_provider(self) -> str:
        return f"/portal/billing/facilities/{self.facility_id}/invoices/{self.late}"


def wrong_issuer(visitor: Visitor) -> None:
    visitor.get("/portal/billing/issuer")
    visitor.submit("/portal/billing/issuer", **(issuer_fields() | {"holder": "保管"}))


def wrong_statement(visitor: Visitor) -> None:
    visitor.get(PAYMENTS)
    raw = b"date,payer,amount,number\nsoon,A,1,2\n2026-12-01,A,x,3"
    visitor.upload(PAYMENTS, {"csrf": visitor.token}, {"file": raw})


def wrong_answer(visitor: Visitor) -> None:
    visitor.get("/portal/billing/debits/1")
    path = "/portal/billing/debits/1/results"
    visitor.upload(path, {"csrf": visitor.token}, {"file": b"1" * 120})


Show = Callable[[Visitor, Money], object]
PAGES: dict[str, tuple[Role, Show]] = {
    "invoices": (Role.FACILITY_ADMIN, lambda v, _: v.get("/portal/invoices")),
    "invoice": (Role.FACILITY_ADMIN, lambda v, m: v.get(f"/portal/invoices/{m.late}")),
    "statement": (Role.FACILITY_ADMIN, lambda v, _: v.get("/portal/statement?month=2026-11")),
    "provider_invoices": (
        Role.OPERATOR,
        lambda v, _: v.get("/portal/billing/invoices?state=overdue"),
    ),
    "provider_invoice": (Role.OPERATOR, lambda v, m: v.get(m.invoice_for_provider)),
    "payments": (Role.OPERATOR, lambda v, _: v.get(f"{PAYMENTS}?done=imported&new=2&waiting=2")),
    "wrong_statement": (Role.OPERATOR, lambda v, _: wrong_statement(v)),
    "payment": (
        Role.OPERATOR,
        lambda v, m: v.get(f"{PAYMENTS}/{m.receipt}?facility={m.facility_id}"),
    ),
    "issuer": (Role.OPERATOR, lambda v, _: v.get("/portal/billing/issuer")),
    "mandate": (
        Role.OPERATOR,
        lambda v, m: v.get(f"/portal/billing/facilities/{m.facility_id}/mandate"),
    ),
    "bills_ahead": (Role.FACILITY_ADMIN, lambda v, _: v.get("/portal/bills-ahead")),
    "billing_run": (Role.OPERATOR, lambda v, _: v.get(f"{RUN}?as_of=2028-01-31&done=run")),
    "billing_run_refused": (Role.OPERATOR, lambda v, _: v.get(f"{RUN}?as_of=soon")),
    "debits": (Role.OPERATOR, lambda v, _: v.get("/portal/billing/debits")),
    "debit_run": (Role.OPERATOR, lambda v, _: wrong_answer(v)),
    "books": (Role.OPERATOR, lambda v, _: v.get(BOOKS)),
    "book": (Role.OPERATOR, lambda v, _: v.get(f"{BOOKS}/2026-01")),
    "book_to_answer": (Role.OPERATOR, lambda v, m: v.get(f"{BOOKS}/{m.draft}")),
    "declined_book": (Role.OPERATOR, declined_book),
    "checked_book": (Role.OPERATOR, checked_book),
    "wrong_book": (Role.OPERATOR, lambda v, _: wrong_book(v)),
    "wrong_issuer": (Role.OPERATOR, lambda v, _: wrong_issuer(v)),
}


def opened(page: Page, visitor: Visitor) -> None:
    """Show the visitor's page in Chromium; its style sheets and pictures come as they would."""
    assert visitor.page is not None
    assert visitor.page.status < 500
    shown = visitor.page

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.netloc != HOST:
            route.fulfill(content_type="image/webp", body=picture_at(route.request.url))
        elif asked.path == "/shown":
            route.fulfill(status=200, headers=shown.headers, body=shown.text)
        else:
            found = Visitor().get(asked.path)
            route.fulfill(status=found.status, headers=found.headers, body=found.text)

    page.route("**/*", answer)
    page.goto(f"https://{HOST}/shown")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_about_money_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    money = Money(world)
    role, show = PAGES[name]
    visitor = signed_in(role, "" if role is Role.OPERATOR else world.facility_id)
    visitor.language = language
    show(visitor, money)
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, visitor)
    keeps_nobody_out(page, f"money-{name}-{language}")
    context.close()
