"""Lists, searches and figures of inquiries ask as often however many there are."""

from __future__ import annotations

import pytest

from bench.inquiries import MOST, READS, calls_when


@pytest.mark.usefixtures("aws")
def test_requests_do_not_grow_with_what_is_stored() -> None:
    some, more = calls_when((40, 1_200)).values()
    too_many = {name for name in READS if max(some[name], more[name]) > MOST[name]}
    assert too_many == set()
