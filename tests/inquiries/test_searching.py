"""What is found in the box, and that nothing else is, however far a search has to go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.inquiries import indexing, store, terms
from chalicelib.inquiries.box import searching
from chalicelib.inquiries.box.searching import Query, search
from chalicelib.inquiries.model import IN_BOX, Inquiry, InquiryKind, InquiryState
from chalicelib.kernel.errors import Invalid
from tests.inquiries.box_scene import NOW, answer, collect, file, route, withdraw
from tests.support.snapshot import Snapshot

pytestmark = pytest.mark.usefixtures("aws")


def found(query: Query) -> list[str]:
    """Return the ids of all that *query* finds, page by page."""
    return [each.inquiry_id for page in pages(query) for each in page]


def pages(query: Query) -> Iterator[list[Inquiry]]:
    cursor = None
    while True:
        answered = search(query, cursor, NOW)
        yield answered.inquiries
        cursor = answered.cursor
        if cursor is None:
            return


@pytest.mark.parametrize("typed", ["転送", "転送が失敗", "ｴﾗｰ e102", "エラー　Ｅ１０２", "夜"])
def test_an_inquiry_is_found_by_its_words_however_they_are_written(typed: str) -> None:
    kept = collect(file("夜間の転送が失敗しました。", subject="エラー E102"))
    collect(file("請求書の宛名を変えたい。"))
    assert found(Query(words=typed)) == [kept.inquiry_id]


def test_an_inquiry_is_found_by_what_was_answered() -> None:
    kept = answer(route(collect(file("何も映りません")), "dept-1"), "電源を確かめてください")
    assert found(Query(words="電源")) == [kept.inquiry_id]


def test_an_inquiry_is_found_by_its_age() -> None:
    ages = {days: collect(file("x", at=NOW - timedelta(days=days))) for days in (1, 10, 100)}
    assert found(Query(newer_than=50, older_than=5)) == [ages[10].inquiry_id]


def test_what_no_time_can_be_is_not_looked_for() -> None:
    collect(file("x"))
    assert search(Query(newer_than=5, older_than=50), None, NOW) == searching.Found([], None, "")


@pytest.mark.parametrize("state", [InquiryState.FILED, InquiryState.WITHDRAWN])
def test_what_was_not_collected_is_not_asked_for(state: InquiryState) -> None:
    with pytest.raises(Invalid, match="collected"):
        search(Query(state=state), None, NOW)


def test_a_search_has_so_many_words() -> None:
    with pytest.raises(Invalid, match="fewer words"):
        search(Query(words=" ".join(map(str, range(terms.MOST_TERMS + 1)))), None, NOW)


def test_a_search_goes_on_where_it_stopped_looking() -> None:
    for number in range(6):
        collect(file("古い" if number < 1 else "新しい", at=NOW - timedelta(days=9 - number)))
    query = Query(words="古い", kind=InquiryKind.QUESTION)
    with small_steps():
        first = search(query, None, NOW)
    assert (first.inquiries, first.looked_back_to) != ([], "")


@pytest.mark.parametrize("other", [Query(words="転送"), Query(kind=InquiryKind.WISH)])
def test_a_cursor_is_of_its_own_search(other: Query) -> None:
    for _ in range(3):
        collect(file("x"))
    with small_steps():
        cursor = search(Query(), None, NOW).cursor
    with pytest.raises(Invalid, match="another listing"):
        search(other, cursor, NOW)


# --- whatever is in the box --------------------------------------------------------------------


@dataclass(frozen=True)
class Put:
    """An inquiry in a box, and how far it came."""

    text: str
    kind: InquiryKind
    facility_id: str
    state: InquiryState

    def put(self, minutes: int) -> Inquiry:
        at = NOW + timedelta(minutes=minutes)
        inquiry = file(self.text, kind=self.kind, facility_id=self.facility_id, at=at)
        match self.state:
            case (
                InquiryState.FILED | InquiryState.WITHDRAWN
            ):  # about to be collected when that broke off
                indexing.index(inquiry, store.messages(inquiry.inquiry_id))
                return inquiry if self.state is InquiryState.FILED else withdraw(inquiry)
            case InquiryState.COLLECTED:
                return collect(inquiry)
        return route(collect(inquiry), "dept-1")


TEXTS = st.lists(st.sampled_from(["画像", "像", "画、", "ＣＴ "]), max_size=3).map("".join)
KINDS = st.sampled_from([InquiryKind.QUESTION, InquiryKind.FAULT])
FACILITIES = st.sampled_from(["facility-1", "facility-2"])
STATES = st.sampled_from(
    [InquiryState.FILED, InquiryState.WITHDRAWN, *[InquiryState.COLLECTED, InquiryState.ROUTED] * 3]
)
BOXES = st.lists(st.builds(Put, TEXTS, KINDS, FACILITIES, STATES), min_size=6, max_size=9)
MIXED = ["画像ct", "像", "画像ct", "像", "画像ct", "ct", "像", "画", "画像"]
WHERE = (
    [InquiryKind.FAULT, InquiryKind.FAULT, InquiryKind.QUESTION] * 3,
    ["facility-1", "facility-2", "facility-2", "facility-1", "facility-1"] * 2,
    [InquiryState.COLLECTED, InquiryState.ROUTED, InquiryState.COLLECTED, InquiryState.ROUTED] * 3,
)
QUERIES = [
    Query(words=words, kind=kind, facility_id=facility_id, state=state)
    for words in ("", "像", "画像 ct", "像画像")
    for kind in (None, InquiryKind.FAULT)
    for facility_id in ("", "facility-1")
    for state in (None, InquiryState.ROUTED)
]


@pytest.fixture
def nothing(aws: dict[str, str]) -> Snapshot:  # noqa: ARG001
    return Snapshot()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(box=BOXES)
@example(box=[Put(*each) for each in zip(MIXED, *WHERE, strict=False)])
def test_a_search_finds_what_has_all_its_terms_once_and_nothing_else(
    nothing: Snapshot, box: list[Put]
) -> None:
    nothing.restore()
    stored = [(each, each.put(number).inquiry_id) for number, each in enumerate(box)]
    for query in QUERIES:
        wanted = [inquiry_id for put, inquiry_id in stored if _is_wanted(put, query)]
        with small_steps():
            assert found(query) == wanted[::-1]


def _is_wanted(put: Put, query: Query) -> bool:
    return (
        put.state in IN_BOX
        and set(terms.query_terms(query.words)) <= terms.terms_of(put.text)
        and query.kind in {None, put.kind}
        and query.facility_id in {"", put.facility_id}
        and query.state in {None, put.state}
    )


@contextmanager
def small_steps() -> Iterator[None]:
    """Let a search look at two rows at a time: so a small box is a large one."""
    small = {"A_PAGE": 2, "LOOKED_THROUGH": 2, "LISTS": 3, "STEPS": 2}
    with mock.patch.dict(vars(searching), small):
        yield
