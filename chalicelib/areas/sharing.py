"""Files and folders that somebody without a right to their area may read for a while."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from chalicelib.access import people_store
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.areas import keys, rights, store, tree
from chalicelib.areas.change import Change, commit
from chalicelib.areas.log import Kind
from chalicelib.areas.model import Node, Share, Shared
from chalicelib.contracts import store as contracts
from chalicelib.contracts.model import TargetKind
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound

LONGEST = timedelta(days=366)
MOST = 500  # shares of an area: all are read when somebody without a right looks


def share(caller: Caller, target_id: str, node_id: str, person_id: str | None, until: str) -> Share:
    """
    Let a person of the facility, or all of it (None), read a node until then (RFC 3339).

    Raises:
        Invalid: ``bad-moment``: no time, past, or over a year ahead.
        NotFound: No such node in the tree, or no such person at the facility.
        Conflict: ``too-many-shares``.
    """
    rights.require_writing(caller, target_id)
    ends_at = _moment(until)
    if person_id is not None:
        people_store.person(caller.facility_id, person_id)
    tree.node(Change(target_id, caller.id), node_id)
    audit(caller, "share-file", node_id)
    return commit(
        target_id,
        caller.id,
        Kind.SHARED,
        lambda change: _share(change, node_id, person_id, ends_at),
    )


def shares(caller: Caller, target_id: str, node_id: str) -> list[Share]:
    """Return the shares of a node that are not over."""
    rights.require(caller, target_id)
    tree.found(Change(target_id, caller.id), node_id)
    return [each for each in _running(target_id) if each.node_id == node_id]


def shared_with_me(caller: Caller) -> list[Shared]:
    """Return what is shared with the caller in areas they have no right to; audited, as names."""
    found: list[Shared] = []
    for target in contracts.targets_of(caller.facility_id):
        if target.kind is TargetKind.AREA and rights.right_of(caller, target.target_id) is None:
            found += _shared(caller, target.target_id)
    if found:
        audit(caller, "list-shared", caller.id, amount=len(found))
    return found


def unshare(caller: Caller, target_id: str, share_id: str) -> None:
    """End a share; one that is over, or not there, stays so."""
    rights.require_writing(caller, target_id)
    audit(caller, "unshare-file", share_id)

    def plan(change: Change) -> None:
        if change.has(keys.share(share_id)):
            change.drop(keys.share(share_id))

    commit(target_id, caller.id, Kind.UNSHARED, plan)


def _share(change: Change, node_id: str, person_id: str | None, until: str) -> Share:
    """Share once: who asks again gets the same share, for as long as is said now."""
    held = [each for _, each in change.starting(keys.share(""), Share, most=MOST)]
    _drop_ended(change, held)
    if len(held) >= MOST:
        raise Conflict(f"an area has {MOST} shares at most; end some", code="too-many-shares")
    same = (each for each in held if (each.node_id, each.person_id) == (node_id, person_id))
    before = next(same, None)
    shared = Share(
        share_id=before.share_id if before else ids.new_id("share", change.now),
        target_id=change.target_id,
        node_id=node_id,
        person_id=person_id,
        by=change.by,
        at=change.at,
        until=until,
    )
    change.put(keys.share(shared.share_id), shared)
    return shared


def _drop_ended(change: Change, held: list[Share]) -> None:
    for each in [each for each in held if each.until <= change.at][:50]:
        change.drop(keys.share(each.share_id))


def _running(target_id: str) -> list[Share]:
    now = clock.text(clock.now())
    rows = store.starting(target_id, keys.share(""))
    held = (msgspec.json.decode(body, type=Share) for _, body in rows)
    return [each for each in held if each.until > now]


def _shared(caller: Caller, target_id: str) -> list[Shared]:
    found: list[Shared] = []
    for each in rights.shares_for(caller, target_id):
        change = Change(target_id, caller.id)
        try:
            node: Node = tree.chain(change, each.node_id)[0]
        except NotFound:  # binned meanwhile
            continue
        found.append(Shared(each, node))
    return found


def _moment(until: str) -> str:
    now = clock.now()
    try:
        at = clock.parse(until)
    except ValueError:
        raise Invalid("this is no date and time", code="bad-moment") from None
    if not now < at <= now + LONGEST:
        raise Invalid("a share ends some time within a year", code="bad-moment")
    return clock.text(at)
