"""
Network IDs: what stands on a patient's card, and is read out and typed by people.

Eleven random symbols (54 bits) and one that proves them, such as ``K7QX-93MD-T4WF``.  The symbols
leave out 0, O, 1, I and L.  They are 31, a prime, and every place has a weight of its own: so one
wrong symbol, or any two that changed places, are always noticed.
"""

from __future__ import annotations

from chalicelib.kernel import ids
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.symbols import SYMBOLS, at_random, in_groups, plain

LENGTH = 12


def new_network_id() -> str:
    """
    Return a fresh network ID.

    >>> read(new_network_id()) != read(new_network_id())
    True
    """
    symbols = at_random(LENGTH - 1)
    return in_groups(symbols + _proof(symbols))


def read(typed: str) -> str:
    """
    Read a network ID as its writer meant it: full-width, lower case, with any dashes or none.

    Raises:
        Invalid: ``bad-network-id``: it cannot be one; whether anybody has it plays no part.

    >>> read("ｋ7ｑｘ ９３ｍｄ－t4wf")
    'K7QX-93MD-T4WF'
    """
    symbols = plain(typed)
    is_whole = len(symbols) == LENGTH and set(symbols) <= set(SYMBOLS)
    if not is_whole or _proof(symbols[:-1]) != symbols[-1]:
        raise Invalid("a network ID has 12 symbols; one of these is wrong", code="bad-network-id")
    return in_groups(symbols)


def person_id(network_id: str) -> str:
    """Return the one id of a card's person, which does not tell the network ID."""
    return ids.derived_id("network", network_id)


def _proof(symbols: str) -> str:
    """Return the symbol that makes the weighted sum of all twelve a multiple of 31."""
    weights = range(LENGTH, 1, -1)
    total = sum(
        weight * SYMBOLS.index(symbol) for weight, symbol in zip(weights, symbols, strict=True)
    )
    return SYMBOLS[-total % len(SYMBOLS)]
