"""Who looked at what across facilities, for each who may know."""

from __future__ import annotations

from heapq import nlargest

import msgspec

from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.kernel.errors import NotFound
from chalicelib.network import link_store, look_store, store
from chalicelib.network.model import Look
from chalicelib.web.cursors import PAGE_ROWS

SIDES = {"ours": look_store.AT_OURS, "us": look_store.BY_US}
OF_A_PERSON = 100  # the newest looks, over all cards


class Listed(msgspec.Struct, frozen=True):
    """
    A look on a facility's page.

    Attributes:
        facility_name: Of the facility they looked from.
        holder_names: Of those whose records they are.
        patient_ids: The facility's own numbers; only of its own patients.
    """

    look: Look
    facility_name: str
    holder_names: list[str]
    patient_ids: list[str]


def looks(person_id: str) -> list[Look]:
    """
    Return who looked at a person's records by any of their cards, newest first.

    For the patient; who asks has made sure that it is them.

    Raises:
        NotFound: There is no such person.
    """
    person = store.person(person_id)
    if person is None:
        raise NotFound("there is no such person")
    found = {
        each.look_id: each
        for card in store.all_of(person)
        for each in look_store.newest_of_person(card.person_id, OF_A_PERSON)
    }
    return nlargest(OF_A_PERSON, found.values(), key=lambda each: each.look_id)


def of_facility(caller: Caller, side: str, cursor: str | None) -> tuple[list[Listed], str | None]:
    """
    Return a page of looks, newest first; audited.

    Args:
        side: ``ours``: others at our records; ``us``: we at others'.
    """
    audit(caller, "list-looks", side)
    found, following = look_store.page_of(caller.facility_id, SIDES[side], cursor, PAGE_ROWS)
    names: dict[str, str] = {}
    keys = {(caller.facility_id, key) for each in found for key in each.patient_keys}
    links = link_store.links(keys) if keys else []
    numbers = {each.patient_key: each.patient_id for each in links}
    listed = [
        Listed(
            each,
            _name(each.facility_id, names),
            [_name(holder, names) for holder in each.holders],
            [numbers[key] for key in each.patient_keys if key in numbers],
        )
        for each in found
    ]
    return listed, following


def _name(facility_id: str, known: dict[str, str]) -> str:
    if facility_id not in known:
        known[facility_id] = access_store.facility_name(facility_id)
    return known[facility_id]
