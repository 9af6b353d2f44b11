from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.sources.paths import to_wire
from hokan_agent.sources.scan import Found
from hokan_agent.upload.entries import Entry, chunk_of, fingerprint

NAMES = st.binary(min_size=1, max_size=20).filter(
    lambda name: not {0, ord("/")} & set(name) and name not in {b".", b".."}
)
NUMBERS = st.integers(0, 2**53)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    name = draw(NAMES)
    numbers = [draw(NUMBERS) for _ in range(3)]
    return Entry(Found(to_wire(name), *numbers), "0" * 64, draw(st.text()))


@given(entries())
def test_an_entry_survives_the_cache(entry: Entry) -> None:
    assert Entry.kept_before(json.loads(json.dumps(entry.kept()))) == entry


def test_an_examination_stands_in_a_chunk_once() -> None:
    examination = {"id": "E-1"}
    found = Found("a", 1, 0, 0)
    chunk = chunk_of([(Entry(found, "0" * 64, ""), examination)] * 2)
    assert chunk["examinations"] == [examination]
    assert [each["examination"] for each in chunk["entries"]] == ["E-1", "E-1"]


def test_another_statement_has_another_fingerprint() -> None:
    assert len({fingerprint(None), fingerprint({"id": "1"}), fingerprint({"id": "2"})}) == 3


def test_the_order_of_a_statement_does_not_matter() -> None:
    assert fingerprint({"id": "1", "kind": "x"}) == fingerprint({"kind": "x", "id": "1"})
