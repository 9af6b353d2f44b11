"""Folders, the bin and versions, as they are looked at.  Names may tell of people: audited."""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.areas import keys, rights, store, tree
from chalicelib.areas.change import Change
from chalicelib.areas.keys import Child
from chalicelib.areas.model import BIN, ROOT, Crumb, FileVersion, Listing, Node
from chalicelib.areas.names import folded
from chalicelib.kernel.errors import Invalid, NotFound

PAGE = 100


def listing(
    caller: Caller, target_id: str, folder_id: str = ROOT, cursor: str | None = None
) -> Listing:
    """Return a page (100) of a folder; also for who it was shared with."""
    if folder_id == ROOT:
        rights.require(caller, target_id)
    above = [] if folder_id == ROOT else rights.readable(caller, target_id, folder_id)
    if above and not above[0].is_folder:
        raise NotFound("there is no such folder")
    audit(caller, "list-folder", folder_id if above else target_id)
    rows = store.starting(target_id, keys.children(folder_id))
    children = sorted((msgspec.json.decode(body, type=Child) for _, body in rows), key=_order)
    return _page(target_id, [each.node_id for each in children], cursor, _crumbs(above))


def node(caller: Caller, target_id: str, node_id: str) -> Node:
    """Return a folder or file, in the tree or, for who has a right, in the bin."""
    return nodes_above(caller, target_id, node_id)[0]


def path(caller: Caller, target_id: str, node_id: str) -> list[Crumb]:
    """Return the folders down to a node, itself last."""
    return _crumbs(nodes_above(caller, target_id, node_id))


def nodes_above(caller: Caller, target_id: str, node_id: str) -> list[Node]:
    """Return a node and the folders above it, as far as the caller may see; see :func:`node`."""
    rights.check_area(caller, target_id)
    if rights.right_of(caller, target_id) is None:
        return rights.readable(caller, target_id, node_id)
    change, nodes = Change(target_id, caller.id), list[Node]()
    while not nodes or nodes[-1].parent_id not in {ROOT, BIN}:
        nodes.append(tree.found(change, nodes[-1].parent_id if nodes else node_id))
    return nodes


def binned(caller: Caller, target_id: str, cursor: str | None = None) -> Listing:
    """Return a page of the bin, newest first."""
    rights.require(caller, target_id)
    audit(caller, "list-bin", target_id)
    rows = store.starting(target_id, "BINNED#", newest_first=True)
    return _page(target_id, [sk.rpartition("#")[2] for sk, _ in rows], cursor, [])


def versions(caller: Caller, target_id: str, node_id: str) -> list[FileVersion]:
    """Return the earlier contents of a file, newest first (deluxe)."""
    rights.require(caller, target_id)
    found = tree.found(Change(target_id, caller.id), node_id)
    audit(caller, "list-versions", node_id)
    rows = store.starting(target_id, keys.versions(found.node_id), newest_first=True)
    return [msgspec.json.decode(body, type=FileVersion) for _, body in rows]


def _page(target_id: str, node_ids: list[str], cursor: str | None, above: list[Crumb]) -> Listing:
    """Return the page that *cursor*, a number, stands for: no name may stand in an address."""
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        raise Invalid("cursor is not one of ours; start the listing again")
    start = int(cursor or 0)
    shown = node_ids[start : start + PAGE]
    rows = store.bodies(target_id, map(keys.node, shown))
    held = [rows[keys.node(each)] for each in shown if keys.node(each) in rows]
    return Listing(
        path=above,
        nodes=[msgspec.json.decode(each, type=Node) for each in held],
        cursor=str(start + PAGE) if start + PAGE < len(node_ids) else None,
    )


def _order(child: Child) -> tuple[bool, str, str]:
    return not child.is_folder, folded(child.name), child.name


def _crumbs(nodes: list[Node]) -> list[Crumb]:
    return [Crumb(each.node_id, each.name) for each in reversed(nodes)]
