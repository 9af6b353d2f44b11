"""Price books on pages: typed, checked, proposed by one person, published by another."""

from __future__ import annotations

import msgspec
import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.billing import book_store, publishing
from chalicelib.billing.book_form import fields_of
from chalicelib.billing.book_pages import BOOKS, NEW
from chalicelib.billing.books import FIRST
from chalicelib.billing.pricebook import PriceBook
from chalicelib.billing.publishing import last_moment
from chalicelib.kernel import clock
from tests.portal.test_home import said
from tests.support.price_books import APPROVER, AUTHOR, dearer_book, month, published
from tests.support.visitor import Answer, Visitor, signed_in

VERSION = month(3)
BOOK = f"{BOOKS}/{VERSION}"


@pytest.fixture
def author(client: Client) -> Visitor:  # noqa: ARG001 - it makes the tables
    return signed_in(Role.OPERATOR, caller=AUTHOR, account="sato@hokan.example")


@pytest.fixture
def other(client: Client) -> Visitor:  # noqa: ARG001 - as above
    return signed_in(Role.OPERATOR, caller=APPROVER, account="mori@hokan.example")


@pytest.fixture
def book(author: Visitor) -> PriceBook:  # noqa: ARG001 - as above
    """A book that its author proposes."""
    made = dearer_book(3)
    publishing.propose(AUTHOR, made, "")
    return made


def typed(**changes: str) -> dict[str, str]:
    """Return the form as somebody fills it in who wants a point to cost more."""
    return fields_of(FIRST) | {"version": VERSION, "unit_price_yen": "1,200"} | changes


def send(visitor: Visitor, step: str, **changes: str) -> Answer:
    visitor.get(NEW)
    return visitor.submit(NEW, step=step, **typed(**changes))


def answer(visitor: Visitor, what: str, **fields: str) -> Answer:
    visitor.get(BOOK)
    return visitor.send(f"{BOOK}/{what}", **fields)


# --- from the form to the contract page -----------------------------------------------------------


def test_one_proposes_and_another_publishes(author: Visitor, other: Visitor) -> None:
    assert "Proposed." in said(author.follow(send(author, "propose")).text)
    draft = book_store.draft()
    assert draft is not None
    page = answer(other, "approve", sha256=draft.book.sha256())
    assert "Published." in said(page.text)
    assert "Holds later" in said(page.text)
    assert book_store.published()[VERSION].unit_price_yen == 1_200


def test_the_form_is_filled_in_with_the_newest_figures(author: Visitor) -> None:
    published(dearer_book(2))
    assert 'name="unit_price_yen" value="1200"' in author.get(NEW).text


def test_what_changes_is_shown_before_it_is_proposed(author: Visitor) -> None:
    page = said(send(author, "check", deluxe_monthly="4").text)
    assert "Price of a point before: 1,000 yen → now: 1,200 yen" in page
    assert "Rented areas · Deluxe, a month before: 3 points → now: 4 points" in page
    assert "Backup of 100 GB, a year before: 11,000 yen → now: 13,200 yen" in page
    assert book_store.draft() is None


def test_what_was_checked_can_be_changed_again(author: Visitor) -> None:
    page = send(author, "edit", unit_price_yen="1,234").text
    assert 'name="unit_price_yen" value="1,234"' in page


def test_a_new_rate_of_tax_is_shown_beside_the_old(author: Visitor) -> None:
    page = said(send(author, "check", rate_from_1="2029/10/01", rate_percent_1="12").text)
    assert "10 % from 1 Oct 2019 12 % from 1 Oct 2029" in page


def test_a_draft_is_changed_by_its_author(author: Visitor, book: PriceBook) -> None:
    assert 'name="unit_price_yen" value="1200"' in author.get(NEW).text
    sent = author.submit(NEW, step="propose", seen=book.sha256(), **typed(unit_price_yen="1300"))
    assert sent.status == 303
    draft = book_store.draft()
    assert draft is not None
    assert draft.book.unit_price_yen == 1_300


def test_a_draft_is_withdrawn(author: Visitor, book: PriceBook) -> None:
    assert "withdrawn" in said(answer(author, "withdraw", sha256=book.sha256()).text)
    assert book_store.draft() is None


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong", "cure"),
    [
        ("version", "soon", "such as 2027-04"),
        ("version", "2027-13", "such as 2027-04"),
        ("version", "0001-01", "such as 2027-04"),
        ("version", "9999-12", "in the next two years"),
        ("version", "２０２０－０１", "too late for this month"),
        ("version", "2999-01", "in the next two years"),
        ("unit_price_yen", "-1", "from 0 to 1,000,000"),
        ("unit_price_yen", "1000.5", "from 0 to 1,000,000"),
        ("block_gb", "0", "gigabytes above 0"),
        ("block_gb", "1e99", "gigabytes above 0"),
        ("block_gb", "0.0000000001", "gigabytes above 0"),
        ("backup_annual", "", "from 0 to 100,000"),
        ("timing_at_once", "٣", "from 0 to 100,000"),
        ("deluxe_monthly", "9" * 30, "from 0 to 100,000"),
        ("included_cases", "many", "from 0 to 1,000,000"),
        ("cases_per_unit", "0", "from 1 to 1,000,000"),
        ("tax_mode", "", "Choose one of the answers."),
        ("tax_rounding", "up", "Choose one of the answers."),
        ("rate_from_0", "", "such as 2029-10-01"),
        ("rate_from_0", "2026-12-01", "held for a year"),
        ("rate_percent_0", "100", "from 0 to 99"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    author: Visitor, name: str, wrong: str, cure: str
) -> None:
    page = send(author, "check", **{name: wrong})
    assert page.status == 422
    assert cure in said(page.text)
    assert f'href="#{name}"' in page.text
    assert page.text.count("aria-invalid") == 1
    if not name.startswith("tax_"):
        assert f'name="{name}" value="{wrong}"' in page.text


def test_all_that_is_wrong_is_named_at_once(author: Visitor) -> None:
    page = send(author, "propose", version="", overage="x", rate_percent_0="").text
    assert page.count("aria-invalid") == 3


def test_two_rates_of_one_day_are_refused(author: Visitor) -> None:
    page = send(author, "check", rate_from_1="2019-10-01", rate_percent_1="12")
    assert "Another rate begins on this day" in said(page.text)


def test_a_form_that_changes_nothing_says_so(author: Visitor) -> None:
    page = send(author, "check", unit_price_yen="1000")
    assert (page.status, "Nothing is different yet." in said(page.text)) == (422, True)


def test_a_month_that_has_a_book_is_refused(author: Visitor) -> None:
    published(dearer_book(3))
    assert "which never changes" in said(send(author, "check", unit_price_yen="1").text)


def test_an_empty_form_is_answered(author: Visitor) -> None:
    author.get(NEW)
    assert author.submit(NEW).status == 422


def test_the_author_finds_nothing_to_approve_with(author: Visitor, book: PriceBook) -> None:
    assert "/approve" not in author.get(BOOK).text
    page = answer(author, "approve", sha256=book.sha256())
    assert (page.status, "takes two people" in said(page.text)) == (409, True)
    assert book_store.published() == {}


def test_what_was_changed_meanwhile_is_shown_again(other: Visitor, book: PriceBook) -> None:
    other.get(BOOK)
    newer = msgspec.structs.replace(book, unit_price_yen=1_300)
    publishing.propose(AUTHOR, newer, book.sha256())
    page = other.submit(f"{BOOK}/approve", sha256=book.sha256())
    assert (page.status, "1,300 yen" in said(page.text)) == (409, True)
    assert book_store.published() == {}


def test_too_late_for_its_month_it_says_what_to_do(book: PriceBook) -> None:
    late = last_moment(book.version) - clock.wall_now()
    clock.move(int(late.total_seconds()) + 60)
    visitor = signed_in(Role.OPERATOR)
    visitor.get(BOOK)
    page = visitor.submit(f"{BOOK}/approve", sha256=book.sha256())
    assert (page.status, "for a later one" in said(page.text)) == (409, True)


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_no_without_a_reason_is_refused_at_its_field(
    other: Visitor, book: PriceBook, reason: str
) -> None:
    page = answer(other, "decline", sha256=book.sha256(), reason=reason)
    assert page.status == 422
    assert 'href="#reason"' in page.text
    assert reason in page.text


def test_a_no_is_read_by_the_author(author: Visitor, other: Visitor, book: PriceBook) -> None:
    answer(other, "decline", sha256=book.sha256(), reason="<b>too dear</b>")
    page = author.get(BOOK).text
    assert "&lt;b&gt;too dear&lt;/b&gt;" in page
    assert NEW in page


def test_another_draft_is_not_begun_while_one_waits(other: Visitor, book: PriceBook) -> None:
    assert "has to be approved or declined first" in said(other.go(NEW).text)
    sent = other.submit(NEW, step="propose", **typed(unit_price_yen="9", seen=book.sha256()))
    draft = book_store.draft()
    assert (sent.status, draft and draft.book) == (409, book)


@pytest.mark.parametrize("version", ["1999-01", "soon", "%2e%2e", "2026-1"])
def test_a_version_there_is_not_is_not_found(author: Visitor, version: str) -> None:
    assert author.get(f"{BOOKS}/{version}").status == 404
    author.get(BOOKS)
    for what in ("approve", "withdraw"):
        assert author.submit(f"{BOOKS}/{version}/{what}").status == 404


# --- what is seen ---------------------------------------------------------------------------------


def test_the_list_tells_which_book_holds_and_whose_it_is(author: Visitor, other: Visitor) -> None:
    published(dearer_book(2))
    other.get(BOOKS)
    page = said(author.get(BOOKS).text)
    assert f"{month(2)} from" in page
    assert "proposed by sato@hokan.example, approved by mori@hokan.example Holds later" in page
    assert "came with Hokan Holds now" in page


def test_a_book_that_holds_is_shown_with_every_figure(author: Visitor) -> None:
    page = said(author.get(f"{BOOKS}/{FIRST.version}").text)
    for expected in ("100 GB", "12 points", "50 cases", "Tax comes on top", "Dropped"):
        assert expected in page


def test_what_waits_is_told_on_the_first_page(
    author: Visitor, other: Visitor, book: PriceBook
) -> None:
    asked = f"Approve price book {book.version}, or decline it"
    assert asked in said(other.get("/portal").text)
    assert asked not in said(author.get("/portal").text)


def test_the_books_are_linked_from_the_invoices(author: Visitor) -> None:
    assert f'href="{BOOKS}"' in author.get("/portal/billing/invoices").text
