"""Into the bin, out of it again, and what is erased from it for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.trees import ErasedFile
from chalicelib.areas import bin_times, keys, rights, store, tree
from chalicelib.areas.bin_times import BIN_LIFE
from chalicelib.areas.change import Change, commit
from chalicelib.areas.keys import Child
from chalicelib.areas.log import Kind
from chalicelib.areas.model import BIN, ROOT, FileVersion, Node, Share
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.telemetry import count

ROWS = 80  # of what is erased in one change; a last file adds a few
SOME = 40  # children or versions looked at in one change
CHANGES_AT_ONCE = 20  # while somebody waits: some hundred files


def bin_node(caller: Caller, target_id: str, node_id: str) -> Node:
    """Put it into the bin, with all below it, for 30 days; what is there already stays there."""
    rights.require_writing(caller, target_id)
    bin_times.note(caller.facility_id, target_id)

    def plan(change: Change) -> Node:
        node = tree.found(change, node_id)
        if node.parent_id == BIN:
            return node
        tree.chain(change, node_id)
        tree.take_away(change, node)
        binned = msgspec.structs.replace(
            node,
            parent_id=BIN,
            changed_at=change.at,
            binned_at=change.at,
            binned_from=node.parent_id,
            binned_by=change.by,
        )
        tree.put(change, binned)
        return binned

    return commit(target_id, caller.id, Kind.BINNED, plan)


def take_back(caller: Caller, target_id: str, node_id: str) -> Node:
    """Take it out of the bin, to where it was, or to the root; under another name if taken."""
    rights.require_writing(caller, target_id)

    def plan(change: Change) -> Node:
        node = tree.found(change, node_id)
        if node.parent_id != BIN:
            tree.chain(change, node_id)
            return node
        parent_id = _place_before(change, node)
        tree.take_away(change, node)
        back = msgspec.structs.replace(
            node,
            parent_id=parent_id,
            name=tree.free_name(change, parent_id, node.name),
            changed_at=change.at,
            binned_at=None,
            binned_from=None,
            binned_by=None,
        )
        tree.put(change, back)
        return back

    return commit(target_id, caller.id, Kind.TAKEN_BACK, plan)


def erase_now(caller: Caller, target_id: str, node_id: str) -> None:
    """
    Erase what lies in the bin at once (administrators); capacity comes back as S3 lets go.

    Raises:
        Conflict: ``not-binned``.
    """
    rights.require_admin(caller, target_id)
    rights.check_kept(caller.facility_id, target_id)
    if tree.found(Change(target_id, caller.id), node_id).parent_id != BIN:
        raise Conflict("put it into the bin first", code="not-binned")
    audit(caller, "erase-file", node_id)
    # What there is no time for, and all contents, follow by the minute: it is overdue from now on.
    bin_times.note_now(caller.facility_id, target_id)
    commit(target_id, caller.id, Kind.BINNED, lambda change: let_be_overdue(change, node_id))
    erase(target_id, caller.id, node_id, budget(CHANGES_AT_ONCE))


def erase_overdue(target_id: str, now: datetime, has_time: Callable[[], bool]) -> datetime | None:
    """
    Erase what lay in the bin for 30 days; return when the next of it will have.

    Returns:
        *now* itself where there was no time for all.
    """
    while has_time():
        binned = next(store.starting(target_id, "BINNED#", limit=1), None)
        if binned is None:
            return None
        _, binned_at, node_id = binned[0].split("#")
        ends_at = clock.parse(binned_at) + BIN_LIFE
        if ends_at > now:
            return ends_at
        erase(target_id, "hokan", node_id, has_time)
    return now


def budget(changes: int) -> Callable[[], bool]:
    """Return what says for so many times that there is time."""
    left = iter(range(changes))
    return lambda: next(left, None) is not None


def erase(target_id: str, by: str, node_id: str, has_time: Callable[[], bool]) -> None:
    """Erase a node of the bin with all below it, a piece a change."""
    is_gone = False
    while not is_gone and has_time():
        is_gone = commit(target_id, by, Kind.ERASED, lambda change: _erase_top(change, node_id))
    count("AreaNodesErased")


def let_be_overdue(change: Change, node_id: str) -> None:
    """Let what lies in the bin have been there for thirty days."""
    node = change.get(keys.node(node_id), Node)
    overdue = clock.text(change.now - BIN_LIFE)
    if node is None or node.parent_id != BIN or str(node.binned_at) <= overdue:
        return
    tree.take_away(change, node)
    tree.put(change, msgspec.structs.replace(node, binned_at=overdue))


def _erase_top(change: Change, node_id: str) -> bool:
    node = change.get(keys.node(node_id), Node)
    if node is None or node.parent_id != BIN:
        return True  # another one erased it, or took it back
    for key, each in change.starting(keys.share(""), Share, most=1_000):
        if each.node_id == node_id and change.rows < ROWS:
            change.drop(key)
    return _erase(change, node)


def _erase(change: Change, node: Node) -> bool:
    """Erase what fits of a node; return whether it is gone."""
    is_empty = _erase_children(change, node) if node.is_folder else _erase_versions(change, node)
    if not is_empty or change.rows >= ROWS:
        return False
    if not node.is_folder:
        change.put(keys.erased_file(node.node_id), _as_erased(change, node))
    tree.take_away(change, node)
    change.drop(keys.node(node.node_id))
    if not node.is_folder:
        tree.unrefer(change, node.sha256, node.node_id, node.size_bytes)
    return True


def _as_erased(change: Change, file: Node) -> ErasedFile:
    """Return what restores will say of a file: who erased it at once, or else who binned it."""
    path, binned = tree.place_before(change, file)
    return ErasedFile(
        node_id=file.node_id,
        path=path,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        placed_at=file.placed_at,
        at=change.at,
        by=change.by if change.by != "hokan" else binned.binned_by or change.by,
    )


def _erase_children(change: Change, folder: Node) -> bool:
    prefix = keys.children(folder.node_id)
    while some := list(change.starting(prefix, Child, most=SOME)):
        for _, each in some:
            if not _erase(change, tree.found(change, each.node_id)):
                return False
    return True


def _erase_versions(change: Change, file: Node) -> bool:
    while some := list(change.starting(keys.versions(file.node_id), FileVersion, most=SOME)):
        for key, each in some:
            if change.rows >= ROWS:
                return False
            change.drop(key)
            if each.sha256 != file.sha256:
                tree.unrefer(change, each.sha256, file.node_id, each.size_bytes)
    return True


def _place_before(change: Change, node: Node) -> str:
    """Return the folder it was in, or the root where that is in the tree no more."""
    folder_id = node.binned_from or ROOT
    try:
        tree.folder(change, folder_id)
    except NotFound:
        return ROOT
    return folder_id
