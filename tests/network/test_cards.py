"""Network IDs: every slip of the hand is noticed, every honest way of writing is read."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.symbols import SYMBOLS
from chalicelib.network import cards

network_ids = st.builds(lambda _: cards.new_network_id(), st.integers())
places = st.integers(0, cards.LENGTH - 1)


def plain(network_id: str) -> list[str]:
    return list(network_id.replace("-", ""))


def is_refused(symbols: list[str]) -> bool:
    try:
        cards.read("".join(symbols))
    except Invalid as refused:
        return refused.code == "bad-network-id"
    return False


@given(network_id=network_ids, place=places, symbol=st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_noticed(network_id: str, place: int, symbol: str) -> None:
    symbols = plain(network_id)
    is_same = symbols[place] == symbol
    symbols[place] = symbol
    assert is_refused(symbols) is not is_same


@given(network_id=network_ids)
def test_two_symbols_that_changed_places_are_noticed(network_id: str) -> None:
    for one, other in combinations(range(cards.LENGTH), 2):
        symbols = plain(network_id)
        symbols[one], symbols[other] = symbols[other], symbols[one]
        assert is_refused(symbols) is (symbols[one] != symbols[other])


@given(network_id=network_ids)
def test_it_is_read_however_it_is_written(network_id: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) for each in network_id.lower())
    for written in (network_id.lower(), network_id.replace("-", " "), wide, f" {network_id}\n"):
        assert cards.read(written) == network_id


@pytest.mark.parametrize(
    "typed", ["", "K7QX-93MD-T4W", "K7QX-93MD-T4WFF", "O7QX-93MD-T4WF", "🂡" * 12]
)
def test_what_cannot_be_one_is_refused(typed: str) -> None:
    assert is_refused([typed])


def test_no_symbol_is_taken_for_another() -> None:
    assert set("01OIL") & set(SYMBOLS) == set()
    assert len(set(SYMBOLS)) == 31


def test_a_key_does_not_tell_the_network_id() -> None:
    network_id = cards.new_network_id()
    key = cards.person_id(network_id)
    assert key == cards.person_id(network_id)
    assert network_id.replace("-", "").lower() not in key
