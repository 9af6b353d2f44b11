"""Folders made, files and folders renamed and moved, earlier contents made current."""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.areas import bin_times, keys, names, rights, tree
from chalicelib.areas.change import Change, commit
from chalicelib.areas.log import Kind
from chalicelib.areas.model import FileVersion, Node
from chalicelib.areas.tree import DEPTH
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.kernel.errors import Conflict, NotFound


def make_folder(caller: Caller, target_id: str, parent_id: str, name: str) -> Node:
    """
    Make a folder.

    Raises:
        Invalid: ``bad-name``.
        Conflict: ``name-taken``, ``too-deep``.
    """
    rights.require_writing(caller, target_id)
    kept = names.checked(name)

    def plan(change: Change) -> Node:
        _check_depth(len(tree.folder(change, parent_id)) + 1)
        tree.check_free(change, parent_id, kept)
        return tree.make_folder(change, parent_id, kept)

    return commit(target_id, caller.id, Kind.FOLDER_MADE, plan)


def rename(caller: Caller, target_id: str, node_id: str, name: str) -> Node:
    """Rename a folder or file; raises as :func:`make_folder` does."""
    rights.require_writing(caller, target_id)
    kept = names.checked(name)

    def plan(change: Change) -> Node:
        node = tree.node(change, node_id)
        return _moved(change, node, node.parent_id, kept)

    return commit(target_id, caller.id, Kind.MOVED, plan)


def move(caller: Caller, target_id: str, node_id: str, parent_id: str) -> Node:
    """
    Move a folder or file into another folder.

    Raises:
        Conflict: ``name-taken``, ``too-deep``, or ``into-itself``: below what is moved.
    """
    rights.require_writing(caller, target_id)

    def plan(change: Change) -> Node:
        node = tree.node(change, node_id)
        above = tree.folder(change, parent_id)
        if node_id in {each.node_id for each in above}:
            raise Conflict("a folder cannot be moved into itself", code="into-itself")
        room = DEPTH - len(above)
        _check_depth(len(above) + tree.height(change, node, room))
        return _moved(change, node, parent_id, node.name)

    return commit(target_id, caller.id, Kind.MOVED, plan)


def make_current(caller: Caller, target_id: str, node_id: str, number: int) -> Node:
    """
    Let an earlier version be the content again; the present one becomes a version.

    In an area that was deluxe and is economy now it goes into the bin: no more versions are kept.

    Raises:
        NotFound: The file has no such version.
    """
    rights.require_writing(caller, target_id)
    kept = rights.class_of(caller.facility_id, target_id)
    if kept is ServiceClass.ECONOMY:
        bin_times.note(caller.facility_id, target_id)

    def plan(change: Change) -> Node:
        node = tree.node(change, node_id)
        version = change.get(keys.version(node_id, number), FileVersion)
        if version is None:
            raise NotFound("there is no such version of this file")
        if version.sha256 == node.sha256:
            return node  # it holds already: asked for twice
        back = msgspec.structs.replace(
            node,
            sha256=version.sha256,
            size_bytes=version.size_bytes,
            media_type=version.media_type,
            modified_at=version.modified_at,
            examination_id=version.examination_id,
            by=change.by,
            placed_at=change.at,
            changed_at=change.at,
        )
        return tree.replace(change, node, back, kept)

    return commit(target_id, caller.id, Kind.CURRENT_MADE, plan)


def _moved(change: Change, node: Node, parent_id: str, name: str) -> Node:
    if (node.parent_id, node.name) == (parent_id, name):
        return node
    tree.check_free(change, parent_id, name, but=node.node_id)
    tree.take_away(change, node)
    moved = msgspec.structs.replace(node, parent_id=parent_id, name=name, changed_at=change.at)
    tree.put(change, moved)
    return moved


def _check_depth(depth: int) -> None:
    if depth > DEPTH:
        raise Conflict(f"folders go {DEPTH} deep at most", code="too-deep")
