"""What somebody typed to find inquiries, as a query.  Pure but for the words' own check."""

from __future__ import annotations

import msgspec

from chalicelib.inquiries.box.searching import Query
from chalicelib.inquiries.model import InquiryKind, InquiryState
from chalicelib.kernel import ids
from chalicelib.kernel.errors import Invalid

MOST_WORDS = 1_000  # characters
MOST_DAYS = 36_500


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the form, as they came."""

    words: str = ""
    facility: str = ""
    kind: str = ""
    state: str = ""
    department: str = ""
    older_than: str = ""
    newer_than: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(msgspec.structs.astuple(self))


def query(typed: Typed) -> Query:
    """
    Return what is looked for.

    Raises:
        Invalid: ``too-many-words``, ``bad-choice``, ``bad-days``.
    """
    if len(typed.words) > MOST_WORDS:
        raise Invalid("search for fewer words", code="too-many-words")
    if max(len(typed.facility), len(typed.department)) > ids.LONGEST:
        raise Invalid("no id is that long", code="bad-choice")
    if (typed.kind and typed.kind not in set(InquiryKind)) or (
        typed.state and typed.state not in set(InquiryState)
    ):
        raise Invalid("choose from what the form offers", code="bad-choice")
    return Query(
        words=typed.words,
        facility_id=typed.facility.strip(),
        kind=InquiryKind(typed.kind) if typed.kind else None,
        state=InquiryState(typed.state) if typed.state else None,
        department_id=typed.department,
        older_than=_days(typed.older_than),
        newer_than=_days(typed.newer_than),
    )


def _days(typed: str) -> int:
    plain = typed.strip() or "0"
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 6 and int(plain) <= MOST_DAYS):
        raise Invalid("days are a whole number", code="bad-days")
    return int(plain)
