"""Folders and files in a change: found, put, moved, replaced, and what then holds what."""

from __future__ import annotations

import msgspec

from chalicelib.archive import wire_paths
from chalicelib.areas import keys, names
from chalicelib.areas.change import Change
from chalicelib.areas.keys import Child, Gone, Mark
from chalicelib.areas.model import BIN, ROOT, FileVersion, Node
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, NotFound

DEPTH = 32  # folders, the root not counted


def found(change: Change, node_id: str) -> Node:
    """Return a node, wherever it is; raises NotFound."""
    node = change.get(keys.node(node_id), Node)
    if node is None:
        raise NotFound("there is no such file or folder, or it is not yours to see")
    return node


def chain(change: Change, node_id: str) -> list[Node]:
    """
    Return a node and the folders above it, itself first; none for the root.

    Raises:
        NotFound: It is not there, or lies in the bin, by itself or with a folder above it.
    """
    nodes: list[Node] = []
    while node_id != ROOT:
        if node_id == BIN:
            raise NotFound("it lies in the bin: take it back first")
        nodes.append(found(change, node_id))
        node_id = nodes[-1].parent_id
    return nodes


def node(change: Change, node_id: str) -> Node:
    """Return a node of the tree; raises NotFound, also for the root."""
    return (chain(change, node_id) or [found(change, node_id)])[0]


def folder(change: Change, folder_id: str) -> list[Node]:
    """Return a folder of the tree and those above it; raises NotFound, also for a file."""
    nodes = chain(change, folder_id)
    if nodes and not nodes[0].is_folder:
        raise NotFound("there is no such folder")
    return nodes


def at(change: Change, folder_id: str, name: str) -> Child | None:
    """Return what has *name* in a folder."""
    return change.get(keys.child(change.target_id, folder_id, name), Child)


def check_free(change: Change, folder_id: str, name: str, *, but: str = "") -> None:
    """Let pass a name that nothing in the folder has, except the node *but*."""
    taken = at(change, folder_id, name)
    if taken is not None and taken.node_id != but:
        raise Conflict("something of that name is there already", code="name-taken")


def free_name(change: Change, folder_id: str, name: str, mark: str = "") -> str:
    return names.free(name, lambda each: at(change, folder_id, each) is not None, mark)


def put(change: Change, node: Node) -> None:
    """Leave *node* where it says it is; who moves it has taken it away before."""
    change.put(keys.node(node.node_id), node)
    if node.parent_id == BIN:
        change.put(keys.binned(str(node.binned_at), node.node_id), Mark(str(node.binned_at)))
    else:
        child = Child(node.node_id, node.name, node.is_folder)
        change.put(keys.child(change.target_id, node.parent_id, node.name), child)


def take_away(change: Change, node: Node) -> None:
    """Take *node* from where it is; its own row stays until it is put elsewhere, or dropped."""
    if node.parent_id == BIN:
        change.drop(keys.binned(str(node.binned_at), node.node_id))
    else:
        change.drop(keys.child(change.target_id, node.parent_id, node.name))


def make_folder(change: Change, parent_id: str, name: str) -> Node:
    node = Node(
        node_id=ids.new_id("node", change.now),
        parent_id=parent_id,
        name=name,
        is_folder=True,
        by=change.by,
        placed_at=change.at,
        changed_at=change.at,
    )
    put(change, node)
    return node


def place_before(change: Change, node: Node) -> tuple[str, Node]:
    """Return the path that a node had before it was binned, and what was binned: it, or above."""
    parts, binned, at = list[str](), node, change.get(keys.node(node.node_id), Node)
    while at is not None:
        parts.append(wire_paths.escaped(at.name))
        folder_id = at.parent_id
        if folder_id == BIN:
            binned, folder_id = at, at.binned_from or ROOT
        at = change.get(keys.node(folder_id), Node)  # the root is no row
    return "/".join(reversed(parts)), binned


def height(change: Change, node: Node, limit: int) -> int:
    """Return how many folders are below and including *node*; more than *limit* is not counted."""
    if not node.is_folder or limit < 0:
        return 0
    below = change.starting(keys.children(node.node_id), Child, most=100_000)
    folders = [found(change, each.node_id) for _, each in below if each.is_folder]
    return 1 + max((height(change, each, limit - 1) for each in folders), default=0)


# --- contents ------------------------------------------------------------------------------------


def refer(change: Change, sha256: str, node_id: str) -> None:
    """Note that a file has a content: it is not erased while that is so."""
    change.put(keys.reference(sha256, node_id), Mark(change.at))
    for gone in (keys.unreferenced(sha256), keys.erased(sha256)):
        if change.has(gone):
            change.drop(gone)


def unrefer(change: Change, sha256: str, node_id: str, size_bytes: int) -> None:
    """Note that a file has a content no more, and whether it was the last one."""
    change.drop(keys.reference(sha256, node_id))
    if next(change.starting(keys.references(sha256), Mark, most=1), None) is None:
        change.put(keys.unreferenced(sha256), Gone(change.at, size_bytes))


def replace(change: Change, node: Node, new: Node, kept: ServiceClass) -> Node:
    """
    Let *node* have the content of *new*; what it had is a version of it, or lies in the bin.

    Returns:
        The node as it is then.
    """
    if kept is ServiceClass.DELUXE:
        number = node.versions + 1
        change.put(keys.version(node.node_id, number), as_version(node, number, change.at))
    else:
        number = node.versions
        _bin_content(change, node)
    held = msgspec.structs.replace(
        new,
        node_id=node.node_id,
        parent_id=node.parent_id,
        name=node.name,
        versions=number,
    )
    put(change, held)
    refer(change, held.sha256, held.node_id)
    return held


def as_version(node: Node, number: int, replaced_at: str) -> FileVersion:
    return FileVersion(
        number=number,
        sha256=node.sha256,
        size_bytes=node.size_bytes,
        media_type=node.media_type,
        modified_at=node.modified_at,
        by=node.by,
        placed_at=node.placed_at,
        replaced_at=replaced_at,
        examination_id=node.examination_id,
    )


def versions_of(change: Change, node: Node, most: int = 1_000) -> list[FileVersion]:
    """Return earlier contents of a file, oldest first."""
    if not node.versions:
        return []
    return [each for _, each in change.starting(keys.versions(node.node_id), FileVersion, most)]


def _bin_content(change: Change, node: Node) -> None:
    """Put what *node* holds into the bin, as a file of its own."""
    replaced_on = clock.text(change.now)[:10]
    old = msgspec.structs.replace(
        node,
        node_id=ids.new_id("node", change.now),
        parent_id=BIN,
        name=names.free(node.name, lambda _: False, f"replaced {replaced_on}"),
        versions=0,
        changed_at=change.at,
        binned_at=change.at,
        binned_from=node.parent_id,
        binned_by=change.by,
    )
    put(change, old)
    refer(change, old.sha256, old.node_id)
    if node.sha256 not in {each.sha256 for each in versions_of(change, node)}:
        change.drop(keys.reference(node.sha256, node.node_id))
