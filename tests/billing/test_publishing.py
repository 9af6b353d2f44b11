"""A price book takes two people, holds from its month on, and never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.model import PROVIDER
from chalicelib.audit import store as audit_store
from chalicelib.billing import book_store, books, publishing
from chalicelib.billing.book_store import Decision, Draft
from chalicelib.billing.books import FIRST, book_of, newest_book
from chalicelib.billing.pricebook import PriceBook
from chalicelib.billing.publishing import begins_on, last_moment
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.interleaving import interrupted
from tests.support.price_books import APPROVER, AUTHOR, dearer_book, first_of_month, published
from tests.support.snapshot import Snapshot

OTHER = msgspec.structs.replace(APPROVER, id="person-other")


@pytest.fixture(autouse=True)
def _tables(client: Client) -> None:
    """Everything here is kept in tables."""


@pytest.fixture
def book() -> PriceBook:
    """A book that somebody proposes."""
    made = dearer_book(ahead=3)
    publishing.propose(AUTHOR, made, "")
    return made


def changed(book: PriceBook) -> PriceBook:
    return msgspec.structs.replace(book, unit_price_yen=book.unit_price_yen + 1)


def approving(book: PriceBook, by: str = "person-approver") -> Callable[[], object]:
    caller = msgspec.structs.replace(APPROVER, id=by)
    return lambda: publishing.approve(caller, book.version, book.sha256())


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(HokanError) as caught:
        act()
    return caught.value.code


def in_another_process(book: PriceBook) -> None:
    """Publish *book* so that this process is not told."""
    decision = Decision(clock.text(clock.now()), AUTHOR.id)
    draft = Draft(book=book, proposed=decision)
    book_store.propose(draft, None)
    book_store.publish(draft, Decision(decision.at, APPROVER.id))


# --- two people -----------------------------------------------------------------------------------


def test_a_book_that_another_person_approves_is_published(book: PriceBook) -> None:
    approving(book)()
    (kept,) = book_store.history()
    assert (kept.book, kept.proposed.by, kept.approved.by) == (book, AUTHOR.id, APPROVER.id)
    assert book_store.draft() is None


def test_nobody_publishes_a_book_alone(book: PriceBook) -> None:
    assert refused(approving(book, by=AUTHOR.id)) == "own-draft"
    assert book_store.published() == {}


def test_not_even_the_store_publishes_a_book_for_its_author(book: PriceBook) -> None:
    draft = book_store.draft()
    assert draft is not None
    with pytest.raises(Conflict):
        book_store.publish(draft, Decision("2026-01-01", AUTHOR.id))
    assert book_store.published() == {}
    assert book_store.draft() == msgspec.structs.replace(draft, book=book)


def test_two_who_approve_at_once_publish_it_once(book: PriceBook) -> None:
    both = approving(book), approving(book, by="person-other")
    for actors in interrupted(*both, alike=True):
        assert {each.refused.code for each in actors if each.refused} <= {"overtaken"}
        assert [each.book for each in book_store.history()] == [book]


def test_killed_at_any_call_an_approval_repeated_publishes_it_once(book: PriceBook) -> None:
    ready = Snapshot()
    for death in every_death(calls_of(approving(book))):
        ready.restore()
        assert died(approving(book), death), death
        approving(book)()
        assert [each.book for each in book_store.history()] == [book], death
        assert book_store.draft() is None


def test_what_was_changed_while_it_was_read_is_not_approved(book: PriceBook) -> None:
    """Whatever the order, one of the two is refused, and no change is lost unread."""
    new = changed(book)

    def change() -> object:
        return publishing.propose(AUTHOR, new, book.sha256())

    for approved, altered in interrupted(approving(book), change):
        assert (approved.refused is None) != (altered.refused is None)
        expected = [] if approved.refused else [book]
        assert [each.book for each in book_store.history()] == expected


def test_what_another_has_not_seen_is_not_approved(book: PriceBook) -> None:
    publishing.propose(AUTHOR, changed(book), book.sha256())
    assert refused(approving(book)) == "overtaken"


def test_approved_twice_it_is_published_once(book: PriceBook) -> None:
    once = approving(book)()
    assert approving(book, by="person-other")() == once


def test_what_is_published_is_declined_no_more(book: PriceBook) -> None:
    approving(book)()
    sha256 = book.sha256()
    assert refused(lambda: publishing.decline(OTHER, book.version, sha256, "no")) == "overtaken"


def test_each_step_is_on_record(book: PriceBook) -> None:
    publishing.decline(APPROVER, book.version, book.sha256(), "too dear")
    publishing.propose(AUTHOR, changed(book), book.sha256())
    approving(changed(book))()
    rows = [event for _, event, _ in audit_store.of_facility(PROVIDER)][-4:]
    assert [(each.action, each.actor_id, each.subject) for each in rows] == [
        ("propose-price-book", AUTHOR.id, book.version),
        ("decline-price-book", APPROVER.id, book.version),
        ("propose-price-book", AUTHOR.id, book.version),
        ("approve-price-book", APPROVER.id, book.version),
    ]


# --- the draft ------------------------------------------------------------------------------------


def test_another_person_does_not_change_a_draft_that_waits(book: PriceBook) -> None:
    new = changed(book)
    assert refused(lambda: publishing.propose(OTHER, new, book.sha256())) == "anothers-draft"


def test_a_draft_is_not_withdrawn_by_another_person(book: PriceBook) -> None:
    sha256 = book.sha256()
    assert refused(lambda: publishing.withdraw(OTHER, book.version, sha256)) == "anothers-draft"


def test_a_draft_is_withdrawn_by_its_author(book: PriceBook) -> None:
    publishing.withdraw(AUTHOR, book.version, book.sha256())
    assert book_store.draft() is None


def test_nobody_declines_their_own_draft(book: PriceBook) -> None:
    sha256 = book.sha256()
    assert refused(lambda: publishing.decline(AUTHOR, book.version, sha256, "no")) == "own-draft"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_no_says_why(book: PriceBook, reason: str) -> None:
    sha256 = book.sha256()
    assert refused(lambda: publishing.decline(OTHER, book.version, sha256, reason)) == "no-reason"


def test_what_was_declined_is_not_approved(book: PriceBook) -> None:
    publishing.decline(OTHER, book.version, book.sha256(), "too dear")
    assert refused(approving(book)) == "overtaken"


def test_what_was_declined_is_somebody_elses_to_propose_anew(book: PriceBook) -> None:
    """So nothing stands still where its author has left."""
    publishing.decline(OTHER, book.version, book.sha256(), "too dear")
    new = changed(book)
    publishing.propose(OTHER, new, book.sha256())
    found = book_store.draft()
    assert found is not None
    assert (found.book, found.proposed.by, found.declined) == (new, OTHER.id, None)


def test_a_draft_that_moved_on_is_not_replaced(book: PriceBook) -> None:
    new, newer = changed(book), changed(changed(book))
    publishing.propose(AUTHOR, new, book.sha256())
    assert refused(lambda: publishing.propose(AUTHOR, newer, book.sha256())) == "overtaken"


def test_sent_twice_it_is_proposed_once(book: PriceBook) -> None:
    assert publishing.propose(AUTHOR, book, "") == book_store.draft()


def test_a_book_that_changes_nothing_is_not_proposed() -> None:
    same = msgspec.structs.replace(FIRST, version=dearer_book().version)
    assert refused(lambda: publishing.propose(AUTHOR, same, "")) in {"nothing-changes", "too-late"}


def test_there_is_nothing_to_answer_where_nobody_proposes() -> None:
    with pytest.raises(NotFound):
        approving(dearer_book())()


# --- its month ------------------------------------------------------------------------------------


def test_it_is_too_late_for_a_month_that_is_near(book: PriceBook) -> None:
    late = last_moment(book.version) + timedelta(seconds=5)
    clock.move(round((late - clock.wall_now()).total_seconds()))
    assert refused(approving(book)) == "too-late"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Tokyo", "Pacific/Pago_Pago"])
@given(moment=st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_at_the_last_moment_the_month_is_two_days_ahead_everywhere(
    zone: str, moment: datetime
) -> None:
    version = f"{moment:%Y-%m}"
    today = local_date(last_moment(version), ZoneInfo(zone))
    assert begins_on(version) - today >= timedelta(days=2)


@pytest.mark.parametrize("version", ["2027-13", "0001-01", "soon", "2027-1", "２０２７-01", ""])
def test_a_version_is_a_month(version: str) -> None:
    with pytest.raises(Invalid, match="month"):
        begins_on(version)


def test_a_published_book_is_never_rewritten(book: PriceBook) -> None:
    approving(book)()
    other = changed(book)
    assert refused(lambda: publishing.propose(AUTHOR, other, "")) == "version-taken"
    with pytest.raises(Conflict):
        in_another_process(other)
    assert book_store.published() == {book.version: book}


# --- which one holds ------------------------------------------------------------------------------


def test_a_book_holds_from_its_first_day(book: PriceBook) -> None:
    approving(book)()
    first = first_of_month(3)
    before, since = newest_book(first - timedelta(days=1)), newest_book(first)
    assert (before.version, since.version) == (FIRST.version, book.version)


def test_of_several_the_newest_that_has_begun_holds() -> None:
    march, may = published(dearer_book(2)), published(dearer_book(4, unit_price_yen=1_300))
    held = [newest_book(first_of_month(ahead)).version for ahead in (1, 2, 3, 4, 5)]
    assert held == [FIRST.version, march.version, march.version, may.version, may.version]


def test_before_the_first_month_the_first_book_holds() -> None:
    assert newest_book(date(2025, 1, 1)) == FIRST


def test_a_process_asks_once_a_day_however_many_contracts_it_looks_at() -> None:
    books.forget()
    day = clock.now().date()
    assert calls_of(lambda: [newest_book(day) for _ in range(100)]) == ["Query"]


def test_a_process_that_asked_before_it_was_published_knows_it_in_time() -> None:
    made = dearer_book(ahead=2)
    newest_book(first_of_month())
    in_another_process(made)
    holds_at = last_moment(made.version) + publishing.NOTICE
    clock.move(round((holds_at - clock.wall_now()).total_seconds()) + 1)
    assert newest_book(begins_on(made.version)) == made


def test_a_book_that_another_process_has_just_published_is_found() -> None:
    newest_book(first_of_month())
    made = dearer_book(ahead=2)
    in_another_process(made)
    assert book_of(made.version) == made


def test_a_book_that_does_not_exist_is_named() -> None:
    with pytest.raises(Invalid, match="1999-01"):
        book_of("1999-01")
