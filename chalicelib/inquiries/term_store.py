"""
By which terms inquiries are found (box).

box  INQUIRYBOX#<term>   <inquiry id>   nothing else: the inquiry's HEAD tells

The rows of words are written here, those of state, kind, facility and department with each change
(rows.facets).  Rows of words stay: what was said stays said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from chalicelib.inquiries import rows
from chalicelib.inquiries.store import Listed

Pair = tuple[str, str]  # a term, and an inquiry's id


class Span(msgspec.Struct, frozen=True):
    """Of which ids is asked: from *since* on, all that come before *before*."""

    since: str
    before: str

    @property
    def is_empty(self) -> bool:
        return self.before <= self.since


class Newest(msgspec.Struct, frozen=True):
    """
    The newest inquiries of a term.

    Attributes:
        ids: The newest first.
        reach: The oldest id of which this tells whether the term is its.
    """

    term: str
    ids: list[str]
    reach: str

    def tells_of(self, inquiry_id: str) -> bool:
        return inquiry_id >= self.reach


def put(inquiry_id: str, terms: Iterable[str]) -> None:
    """Let an inquiry be found by *terms*; saying it again changes nothing."""
    with Listed.batch_write() as write:
        for each in sorted(terms):
            write.save(Listed(rows.term(each), inquiry_id))


def newest(term: str, span: Span, most: int) -> Newest:
    """Return at most *most* inquiries of a term within *span*; one request."""
    found = Listed.query(
        rows.term(term),
        Listed.sk.between(span.since, span.before),
        scan_index_forward=False,
        limit=most + 1,  # the one that the span ends before may be among them
        page_size=most + 1,
        consistent_read=True,
    )
    ids = [row.sk for row in found]
    reach = ids[-1] if len(ids) > most else span.since
    return Newest(term, [each for each in ids if each != span.before], reach)


def held(pairs: Collection[Pair]) -> set[Pair]:
    """Return those of *pairs* that are stored; one request for a hundred."""
    keys = {(rows.term(term), inquiry_id): (term, inquiry_id) for term, inquiry_id in pairs}
    found = Listed.batch_get(sorted(keys), consistent_read=True)
    return {keys[row.pk, row.sk] for row in found}
