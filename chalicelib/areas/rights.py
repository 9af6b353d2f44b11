"""
Who may do what in an area.

A facility's administrators may write in all of its areas; others where they were given a right;
and a share lets somebody without one read a file or folder for a while.
"""

from __future__ import annotations

import msgspec

from chalicelib.access import people_store
from chalicelib.access.model import Caller, Role
from chalicelib.access.service import audit
from chalicelib.archive.store import usage
from chalicelib.areas import keys, store, tree
from chalicelib.areas.change import Change, commit
from chalicelib.areas.log import Kind
from chalicelib.areas.model import Area, Given, Node, Right, Share
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts import changing, purge_store
from chalicelib.contracts import store as contracts
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.purge_store import Phase
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotAllowed, NotFound

NOT_YOURS = "there is no such area, or it is not yours to see"


def areas(caller: Caller) -> list[Area]:
    """Return the areas the caller may read, by name."""
    found = [each for each in contracts.targets_of(caller.facility_id) if _was_rented(each)]
    held = [(each, right_of(caller, each.target_id)) for each in found]
    seen = [_told(each, right) for each, right in held if right is not None]
    return sorted(seen, key=lambda each: (each.name, each.target_id))


def area(caller: Caller, target_id: str) -> Area:
    """Return one area."""
    right = require(caller, target_id)
    return _told(contracts.target(caller.facility_id, target_id), right)


def require(caller: Caller, target_id: str, needed: Right = Right.READ) -> Right:
    """
    Return the caller's right, if it is what is *needed*.

    Raises:
        NotFound: The area is not their facility's, or was not given to them.
        NotAllowed: They may only read.
    """
    check_area(caller, target_id)
    right = right_of(caller, target_id)
    if right is None:
        raise NotFound(NOT_YOURS)
    if needed is Right.WRITE and right is not Right.WRITE:
        raise NotAllowed("you may only read in this area; ask your administrator")
    return right


def require_admin(caller: Caller, target_id: str) -> None:
    """Let pass administrators of the area's facility."""
    require(caller, target_id)
    if caller.role is not Role.FACILITY_ADMIN:
        raise NotAllowed("only an administrator of the facility may do that")


def require_writing(caller: Caller, target_id: str) -> None:
    """
    Let pass who may change the area, while it may be changed.

    Raises:
        Conflict: ``being-deleted``: its contract is over, and what it left is being deleted.
    """
    require(caller, target_id, Right.WRITE)
    check_kept(caller.facility_id, target_id)


def check_kept(facility_id: str, target_id: str) -> None:
    """Let pass an area that is not being deleted."""
    purge = purge_store.purge(facility_id, target_id)
    if purge is not None and purge.phase is not Phase.WAITING:
        raise Conflict("what is in this area is being deleted", code="being-deleted")


def readable(caller: Caller, target_id: str, node_id: str) -> list[Node]:
    """
    Return a node of the tree and the folders above it, by right or by a share.

    Who has it by a share sees nothing above what is shared.

    Raises:
        NotFound: It is not there, or not theirs to see.
    """
    check_area(caller, target_id)
    nodes = tree.chain(Change(target_id, caller.id), node_id)
    if right_of(caller, target_id) is not None:
        return nodes
    shared = {each.node_id for each in shares_for(caller, target_id)}
    ends = [place for place, each in enumerate(nodes) if each.node_id in shared]
    if not ends:
        raise NotFound(NOT_YOURS)
    return nodes[: ends[-1] + 1]


def check_area(caller: Caller, target_id: str) -> None:
    """Raise NotFound where the caller's facility has no such area."""
    if not _was_rented(contracts.target(caller.facility_id, target_id)):
        raise NotFound(NOT_YOURS)


def right_of(caller: Caller, target_id: str) -> Right | None:
    if caller.role is Role.FACILITY_ADMIN:
        return Right.WRITE
    given = Change(target_id, caller.id).get(keys.right(caller.id), Given)
    return given.right if given else None


def shares_for(caller: Caller, target_id: str) -> list[Share]:
    """Return the shares of an area that let the caller read now."""
    now = clock.text(clock.now())
    rows = store.starting(target_id, keys.share(""))
    held = (msgspec.json.decode(body, type=Share) for _, body in rows)
    return [each for each in held if each.until > now and each.person_id in {None, caller.id}]


# --- given --------------------------------------------------------------------------------------


def people(caller: Caller, target_id: str) -> list[Given]:
    """Return the rights given in an area; administrators only."""
    require_admin(caller, target_id)
    rows = store.starting(target_id, keys.right(""))
    return [msgspec.json.decode(body, type=Given) for _, body in rows]


def give(caller: Caller, target_id: str, person_id: str, right: Right | None) -> list[Given]:
    """
    Give a person of the facility a right, or take it (None); administrators only.

    Raises:
        NotFound: They are not of the caller's facility.
    """
    require_admin(caller, target_id)
    check_kept(caller.facility_id, target_id)
    people_store.person(caller.facility_id, person_id)
    audit(caller, f"give-{right}" if right else "take-right", person_id)
    kind = Kind.GIVEN if right else Kind.WITHDRAWN
    commit(target_id, caller.id, kind, lambda change: _give(change, person_id, right))
    return people(caller, target_id)


def _give(change: Change, person_id: str, right: Right | None) -> None:
    held = change.get(keys.right(person_id), Given)
    if right is not None and (held is None or held.right is not right):
        given = Given(person_id=person_id, right=right, by=change.by, at=change.at)
        change.put(keys.right(person_id), given)
    if right is None and held is not None:
        change.drop(keys.right(person_id))


# --- shown --------------------------------------------------------------------------------------


def class_of(facility_id: str, target_id: str) -> ServiceClass:
    """Return the class the area has now; economy once no contract holds."""
    contract = contracts.target(facility_id, target_id).contract
    held = changing.in_effect(contract).service_class if contract else None
    return held or ServiceClass.ECONOMY


def _was_rented(target: Target) -> bool:
    return target.kind is TargetKind.AREA and target.contract is not None


def _told(target: Target, right: Right) -> Area:
    used = usage.of(target.facility_id, target.target_id)
    return Area(
        target_id=target.target_id,
        name=target.name,
        service_class=class_of(target.facility_id, target.target_id),
        capacity_bytes=used.limit_bytes,
        used_bytes=used.limit_bytes - used.available_bytes,
        right=right,
    )
