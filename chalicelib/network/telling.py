"""Who is told that the glass was broken: both sides, and the patient where they left an address."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.transactions import TransactWrite

from chalicelib.access import store as access_store
from chalicelib.contracts import local
from chalicelib.kernel import clock
from chalicelib.network.model import Link, Look
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind


def glass_in(write: TransactWrite, broken: Look, links: Iterable[Link]) -> None:
    """Put the notices of *broken* with what *write* writes."""
    asking = {"asking_name": access_store.facility_name(broken.facility_id)}
    _put(write, broken, Kind.GLASS_BROKEN_BY_US, broken.facility_id, asking)
    contacts = {each.facility_id: "" for each in links}
    for each in links:
        contacts[each.facility_id] = contacts[each.facility_id] or each.contact
    for holder, address in contacts.items():
        _put(write, broken, Kind.GLASS_BROKEN, holder, asking)
        if address:
            both = {**asking, "holder_name": access_store.facility_name(holder)}
            _put(write, broken, Kind.GLASS_BROKEN_PATIENT, holder, both, to=address)


def _put(
    write: TransactWrite,
    broken: Look,
    kind: Kind,
    facility_id: str,
    facts: dict[str, str],
    *,
    to: str = "",
) -> None:
    at = clock.parse(broken.at).astimezone(local.zone_of(facility_id)).isoformat()
    key = f"{kind}-{broken.look_id}"
    notices.put_in(write, facility_id, kind, key, {**facts, "broken_at": at}, to=to)
