"""Lists, searches and figures of inquiries ask as often however many there are."""

from __future__ import annotations

import pytest

from bench.inquiries import MOST, READS, calls_when
from chalicelib.inquiries.box import searching

pytestmark = pytest.mark.usefixtures("aws")


def too_many(*sizes: int) -> set[str]:
    """Return what asks more often than it may when so many are stored."""
    calls = calls_when(sizes)
    return {name for name in READS if max(calls[size][name] for size in sizes) > MOST[name]}


def test_requests_do_not_grow_with_what_is_stored() -> None:
    assert too_many(40, 1_200) == set()


def test_requests_do_not_grow_where_lists_are_longer_than_what_is_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of 100,000: each candidate has to be asked for in every other list."""
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 6)
    assert too_many(1_200) == set()
