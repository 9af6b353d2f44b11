"""How devices reach the receiver, which of them may, and where it reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Address(NamedTuple):
    host: str
    port: int


class Station(NamedTuple):
    """
    What `hokan-agent receive` was told.

    Attributes:
        peers: The AE titles of those who may send, each with where it listens, if that is known.
        timeout: Seconds after which a silent device is cut off.
    """

    title: str
    peers: Mapping[str, Address | None]
    address: str
    port: int
    associations: int
    timeout: float
