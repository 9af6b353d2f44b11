"""
Two cards that turn out to be one person's: merged by the provider, and apart again.

A merge reaches over facilities, so none of them does it alone: they ask the provider, who sees
which facilities hold records, and never whose.  Each of them finds every step in its own audit.
"""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Invalid, NotFound
from chalicelib.network import cards, merging, store
from chalicelib.network.model import Merge, NetworkPerson
from chalicelib.telemetry import count

LEAST_WHY, MOST_WHY = 10, 500  # characters
ROWS = 25  # a page
_MERGE_ID = re.compile(r"merge-[0-9a-z]{26}")


class Side(msgspec.Struct, frozen=True):
    """
    One of two cards, with all that stands under it.

    Attributes:
        facilities: The names of those that hold records.
    """

    root: NetworkPerson
    network_ids: list[str]
    links: frozenset[tuple[str, str]]
    facilities: list[str]


class Planned(msgspec.Struct, frozen=True):
    kept: Side
    merged: Side


def new_merge_id() -> str:
    """Return the id a form carries, so that sending it twice merges once."""
    return ids.new_id("merge", clock.now())


def plan(caller: Caller, kept: str, merged: str) -> Planned:
    """
    Return what a merge of two network IDs would bring together; audited.

    Raises:
        Invalid: ``bad-network-id``.
        NotFound: ``no-such-card``.
        Conflict: As :func:`merging.check_merge`.
    """
    found = Planned(_side(kept), _side(merged))
    audit(caller, "check-merge", found.kept.root.person_id)
    links = len(found.kept.links | found.merged.links)
    merging.check_merge(found.kept.root, found.merged.root, links)
    return found


def merge(caller: Caller, merge_id: str, kept: str, merged: str, why: str) -> None:
    """
    Put one person's cards under another's; the same *merge_id* again changes nothing.

    Raises:
        Invalid: ``no-why``: nobody is named who asked for it.
        NotFound, Conflict: As :func:`plan`; or they were changed in the meantime.
    """
    _check_why(why)
    if not _MERGE_ID.fullmatch(merge_id):
        raise Invalid("this is no form of ours; begin again")
    if _is_noted(merge_id):
        return
    planned = plan(caller, kept, merged)
    noted = Merge(
        merge_id=merge_id,
        kept=planned.kept.root.person_id,
        merged=planned.merged.root.person_id,
        kept_network_id=planned.kept.root.network_id,
        merged_network_id=planned.merged.root.network_id,
        moved=planned.merged.root.members,
        at=clock.text(clock.now()),
        by=caller.id,
        why=why.strip(),
    )
    _audit_everywhere(caller, "merge-network-cards", merge_id, planned)
    store.merge(planned.kept.root, planned.merged.root, noted)
    count("NetworkCardsMerged")


def undo(caller: Caller, merge_id: str, why: str) -> None:
    """
    Take apart what a merge brought together; each keeps what was added to it meanwhile.

    Raises:
        Invalid: ``no-why``.
        NotFound: There is no such merge.
        Conflict: ``undo-the-later-one-first``, ``undone-already``; or they were changed meanwhile.
    """
    noted = store.merge_noted(merge_id)
    _check_why(why)
    kept = store.person(noted.kept)
    if kept is None:
        raise NotFound("there is no such card")
    merging.check_undo(kept, noted)
    planned = Planned(_side(noted.kept_network_id), _side(noted.merged_network_id))
    _audit_everywhere(caller, "undo-merge", merge_id, planned)
    undone = replace(
        noted, undone_at=clock.text(clock.now()), undone_by=caller.id, undone_why=why.strip()
    )
    store.undo(kept, noted, undone)
    count("NetworkMergesUndone")


def listed(caller: Caller, cursor: str | None) -> tuple[list[Merge], str | None]:
    """Return a page of merges, newest first; audited, for network IDs stand in them."""
    audit(caller, "list-merges", "merges")
    return store.merges(cursor, ROWS)


def _side(typed: str) -> Side:
    found = store.person(cards.person_id(cards.read(typed)))
    if found is None:
        raise NotFound("there is no card with this network ID", code="no-such-card")
    all_cards = store.all_of(found)
    root = next(each for each in all_cards if each.is_root)
    links = frozenset(link for each in all_cards for link in each.links)
    names = {access_store.facility_name(facility_id) for facility_id, _ in links}
    return Side(root, sorted(each.network_id for each in all_cards), links, sorted(names))


def _audit_everywhere(caller: Caller, action: str, merge_id: str, planned: Planned) -> None:
    """Commit *action* to the provider's chain, and to that of each facility with a record."""
    audit(caller, action, merge_id)
    for facility_id, patient_key in sorted(planned.kept.links | planned.merged.links):
        audit(caller, action, patient_key, facility_id=facility_id)


def _is_noted(merge_id: str) -> bool:
    try:
        store.merge_noted(merge_id)
    except NotFound:
        return False
    return True


def _check_why(why: str) -> None:
    if not LEAST_WHY <= len(why.strip()) <= MOST_WHY:
        raise Invalid("say who asked for it, in 10 to 500 characters", code="no-why")
