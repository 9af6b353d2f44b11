"""
Finding inquiries in the provider's box, newest first: by words and by what is known of them.

Each term has its list of inquiries.  A search reads the beginning of each list, goes along the one
that reaches furthest back, its rarest term's, and holds what stands there against the others.
After a few steps it stops and says how far back it looked: it asks DynamoDB ten times at most,
whatever is looked for and however much is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from chalicelib.inquiries import store, term_store, terms
from chalicelib.inquiries.model import IN_BOX, Inquiry, InquiryKind, InquiryState
from chalicelib.inquiries.term_store import Newest, Span
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Invalid
from chalicelib.web import cursors

A_PAGE = 50
LOOKED_THROUGH = 500  # rows of each list in a step
LISTS = 5  # of which a step reads the beginning; of further terms only rows of candidates
READ = 6  # beginnings of lists in a search: three steps of two terms, one of many
ASKED_FOR = 400  # rows of candidates in a step
_OLDEST = ids.first_id("inquiry", datetime.fromtimestamp(0, UTC))
_NEWER_THAN_ALL = "inquiry-~"
_ID = re.compile(f"inquiry-0[{ids.ALPHABET}]{{25}}")  # a time that calendars have


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is looked for; all of it must be so.

    Attributes:
        older_than, newer_than: Days since it was filed; zero for any.
    """

    words: str = ""
    facility_id: str = ""
    kind: InquiryKind | None = None
    state: InquiryState | None = None
    department_id: str = ""
    older_than: int = 0
    newer_than: int = 0


class Found(msgspec.Struct, frozen=True):
    """
    Attributes:
        cursor: Where the search goes on; None when nothing is left to look through.
        looked_back_to: When what was looked through last was filed; empty at the end.
    """

    inquiries: list[Inquiry]
    cursor: str | None
    looked_back_to: str


class _Step(msgspec.Struct, frozen=True):
    """Those found in a step, and down to which id it decided."""

    ids: list[str]
    reached: str


# --- read --------------------------------------------------------------------------------------


def search(query: Query, cursor: str | None, now: datetime) -> Found:
    """
    Return a page of what *query* finds; only what was collected is ever found.

    Raises:
        Invalid: ``too-many-words``; or the cursor is of another search.
    """
    asked = list(_keys(query))
    span = _span(query, _position(asked, cursor), now)
    found: list[str] = []
    for _ in range(max(1, READ // len(asked))):
        if span.is_empty or len(found) >= A_PAGE:
            break
        step = _step(asked, span)
        found += step.ids
        span = Span(span.since, step.reached)
    if len(found) > A_PAGE:
        found, span = found[:A_PAGE], Span(span.since, found[A_PAGE - 1])
    collected = [each for each in store.heads(found) if each.state in IN_BOX]
    if span.is_empty:
        return Found(collected, None, "")
    return Found(collected, _written(asked, span.before), clock.text(ids.made_at(span.before)))


def _keys(query: Query) -> Iterator[str]:
    """Yield the lists that have what is looked for; facets first, ``all`` where there is none."""
    if query.state is not None and query.state not in IN_BOX:
        raise Invalid("only what was collected is in the box", code="not-in-box")
    words = [terms.key(each) for each in terms.query_terms(query.words)]
    facets = {
        "facility": query.facility_id,
        "kind": query.kind,
        "state": query.state,
        "department": query.department_id,
    }
    known = [f"{name}:{value}" for name, value in facets.items() if value]
    yield from [*known, *words] or ["all"]


def _step(asked: list[str], span: Span) -> _Step:
    most = LOOKED_THROUGH if len(asked) > 1 else A_PAGE
    lists = [term_store.newest(each, span, most) for each in asked[:LISTS]]
    leading, *others = sorted(lists, key=lambda each: (each.reach, len(each.ids)))
    likely = _without_those_others_lack(leading, others)
    some = likely[: min(A_PAGE, ASKED_FOR // len(asked))]
    doubts = {(other.term, each) for other in others for each in some if not other.tells_of(each)}
    doubts |= {(term, each) for term in asked[LISTS:] for each in some}
    lacking = {inquiry_id for _, inquiry_id in doubts - term_store.held(doubts)}
    reached = some[-1] if len(likely) > len(some) else leading.reach
    return _Step([each for each in some if each not in lacking], reached)


def _without_those_others_lack(leading: Newest, others: list[Newest]) -> list[str]:
    told = [(other, frozenset(other.ids)) for other in others]
    return [
        each
        for each in leading.ids
        if all(each in known or not other.tells_of(each) for other, known in told)
    ]


# --- where a search goes on --------------------------------------------------------------------


def _span(query: Query, position: str, now: datetime) -> Span:
    since, before = _OLDEST, position or _NEWER_THAN_ALL
    if query.newer_than:
        since = ids.first_id("inquiry", now - timedelta(days=query.newer_than))
    if query.older_than:
        before = min(before, ids.first_id("inquiry", now - timedelta(days=query.older_than)))
    return Span(since, before)


def _partition(asked: list[str]) -> str:
    return ids.derived_id("search", *sorted(asked))


def _written(asked: list[str], position: str) -> str | None:
    return cursors.written({"pk": {"S": _partition(asked)}, "sk": {"S": position}})


def _position(asked: list[str], cursor: str | None) -> str:
    key = cursors.read(cursor, partition=_partition(asked))
    position = str(key["sk"]["S"]) if key else ""
    if position and not _ID.fullmatch(position):
        raise Invalid("cursor is not one of ours; start the search again")
    return position
