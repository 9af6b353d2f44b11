"""
Whose card it is, by its network ID and the birth date with it.

Whatever is asked, the same reads are made in the same order: no such card, another birth date and a
card that leads nowhere take as long and look the same.
"""

from __future__ import annotations

import hmac
from datetime import date, timedelta

import msgspec

from chalicelib.access import portal_store
from chalicelib.access.model import Caller
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound, TooMany
from chalicelib.network import birth_dates, cards, link_store, store
from chalicelib.network.model import Link, NetworkPerson
from chalicelib.telemetry import count

MISSES, WINDOW = 20, timedelta(minutes=15)  # of one person's tries


class Shown(msgspec.Struct, frozen=True):
    """A network ID and a birth date, read as they were meant."""

    network_id: str
    birth_date: date

    @property
    def person_id(self) -> str:
        return cards.person_id(self.network_id)


class Match(msgspec.Struct, frozen=True):
    """
    Whom a card names.

    Attributes:
        person: By the very card that was shown.
        members: Every card of theirs.
        links: Every record under any of them, at any facility.
    """

    person: NetworkPerson
    members: list[NetworkPerson]
    links: list[Link]

    def elsewhere(self, facility_id: str) -> list[Link]:
        """Return the links of other facilities than *facility_id*."""
        return [each for each in self.links if each.facility_id != facility_id]


def read(network_id: str, birth_date: str, today: date) -> Shown:
    """
    Read what was typed.

    Raises:
        Invalid: ``bad-network-id`` or ``bad-birth-date``: by what was typed alone.
    """
    return Shown(cards.read(network_id), birth_dates.read(birth_date, today))


def count_try(caller: Caller) -> None:
    """
    Count a try of *caller* before it is made; :func:`take_back` it when it hits.

    Raises:
        TooMany: ``too-many-misses``, whether or not this one would hit.
    """
    if not portal_store.count_try(_tries(caller), clock.now(), limit=MISSES, window=WINDOW):
        count("NetworkSearchesStopped")
        raise TooMany("too many searches found nobody; wait 15 minutes", code="too-many-misses")


def take_back(caller: Caller) -> None:
    portal_store.take_back_try(_tries(caller))


def match(shown: Shown) -> Match | None:
    """Return whom *shown* names, or None."""
    person = store.person(shown.person_id)
    root = store.person(person.root if person else shown.person_id)
    members = store.people(root.members if root else [shown.person_id])
    links = link_store.links(key for each in members for key in each.links)
    born = shown.birth_date.isoformat()
    if person is None or not hmac.compare_digest(person.birth_date, born):
        return None
    return Match(person, members, links)


def no_match() -> NotFound:
    """Return the one refusal: nothing tells whether there is such a card, or no consent."""
    count("NetworkSearchesMissed")
    return NotFound("no records can be shown for this network ID and birth date", code="no-match")


def _tries(caller: Caller) -> str:
    return f"network search of {caller.id}"
