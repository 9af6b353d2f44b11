"""
From a finished batch to files in the tree, each once, in the order of their paths.

What is in the tree is noted in the same change that puts it there: whoever dies, or comes second,
goes on behind it.
"""

from __future__ import annotations

from itertools import islice

import msgspec

from chalicelib import buckets
from chalicelib.archive import manifest as manifests
from chalicelib.archive import wire_paths
from chalicelib.archive.facts import Kind as ContentKind
from chalicelib.archive.manifest import ManifestEntry
from chalicelib.archive.model import ObjectState
from chalicelib.archive.store import batches, objects
from chalicelib.archive.store.batches import Batch
from chalicelib.areas import bin_times, keys, names, rights, tree
from chalicelib.areas.change import MOST_ROWS, Change, commit
from chalicelib.areas.keys import Placed
from chalicelib.areas.log import Kind
from chalicelib.areas.model import ROOT, Node, OnTaken
from chalicelib.areas.tree import DEPTH
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.due import DueRow
from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound
from chalicelib.uploads import placings
from chalicelib.uploads.placings import Wanted

A_CHANGE = 30  # files: with rows for each, its name and its content
MOST_TOPS = 100
LOOKS_AGAIN = 5  # minutes
MEDIA = {ContentKind.DICOM: "application/dicom", ContentKind.JPEG: "image/jpeg"}


def place(batch: Batch, wanted: Wanted) -> list[str]:
    """
    Give the files of a finished *batch* their place; once, however often it is called.

    Returns:
        What they made or met in their folder, at most 100 of it.
    """
    key = manifests.key(batch.target_id, str(batch.completed_at), batch.batch_id)
    entries = manifests.decoded(buckets.read(key)).entries
    entries.sort(key=lambda each: each.path)
    placed = _standing(batch, len(entries))
    kept = rights.class_of(batch.facility_id, batch.target_id)
    if placed.done < placed.total and kept is ServiceClass.ECONOMY:
        bin_times.note(batch.facility_id, batch.target_id)  # for what it may replace
    while placed.done < placed.total:
        placed = commit(
            batch.target_id,
            batch.agent_id,
            Kind.PLACED,
            lambda change: _Placing(change, batch, wanted, kept).go_on(entries),
        )
    placings.done(wanted)
    return placed.tops


def look(row: DueRow) -> None:
    """Place a batch that nobody placed who finished it: an agent's, or of somebody who died."""
    wanted = placings.of_due(row)
    try:
        batch = batches.batch(wanted.target_id, wanted.batch_id)
    except NotFound:  # the area was deleted with all that was in it
        placings.done(wanted)
        return
    if batch.is_finished:
        place(batch, wanted)
    else:
        placings.look_again(wanted, row.due_at, LOOKS_AGAIN)


def _standing(batch: Batch, total: int) -> Placed:
    held = Change(batch.target_id, batch.agent_id).get(keys.placed(batch.batch_id), Placed)
    return held or Placed(done=0, total=total, tops=[])


class _Placing:
    """One change's worth of a batch."""

    def __init__(self, change: Change, batch: Batch, wanted: Wanted, kept: ServiceClass) -> None:
        self.change, self.batch, self.kept = change, batch, kept
        # What an agent sends again under the same path is a newer content of the same file.
        self.on_taken = OnTaken(wanted.on_taken or OnTaken.REPLACE)
        self.folder_id = self._reachable(wanted.folder_id or ROOT)
        self.tops: list[str] = []

    def go_on(self, entries: list[ManifestEntry]) -> Placed:
        """Place what fits into one change of what is not placed yet; return how far it is."""
        key = keys.placed(self.batch.batch_id)
        placed = self.change.get(key, Placed) or Placed(done=0, total=len(entries), tops=[])
        self.tops = list(placed.tops)
        done = placed.done
        some = list(islice(entries, done, done + A_CHANGE))
        held = objects.rows(self.batch.target_id, (each.sha256 for each in some))
        there = {each for each, row in held.items() if row.state is ObjectState.STORED}
        self.change.prefetch(key for each in some for key in _of_content(each))
        for entry in some:
            mark = self.change.mark()
            if entry.sha256 in there:
                self._place(entry)
            if self.change.rows >= MOST_ROWS:  # the note of how far it is takes one
                self.change.back_to(mark)
                break
            done += 1
        placed = Placed(done=done, total=len(entries), tops=self.tops[:MOST_TOPS])
        self.change.put(key, placed)
        return placed

    def _place(self, entry: ManifestEntry) -> None:
        *folders, name = map(names.as_given, map(wire_paths.plain, entry.path.split("/")))
        room = DEPTH - len(tree.folder(self.change, self.folder_id))
        if len(folders) > room:  # too deep: the folders become part of its name
            name = names.as_given("_".join([*folders[room:], name]))
        folder_id, top = self.folder_id, ""
        for each in folders[:room]:
            folder_id = self._folder(folder_id, each)
            top = top or folder_id
        node_id = self._file(folder_id, name, entry)
        if (top or node_id) not in self.tops:
            self.tops.append(top or node_id)

    def _folder(self, parent_id: str, name: str) -> str:
        name = self._among(parent_id, name, folders=True)
        there = tree.at(self.change, parent_id, name)
        return there.node_id if there else tree.make_folder(self.change, parent_id, name).node_id

    def _file(self, folder_id: str, name: str, entry: ManifestEntry) -> str:
        name = self._among(folder_id, name, folders=False)
        there = tree.at(self.change, folder_id, name)
        node = self._as_node(folder_id, name, entry)
        if there is None:
            return self._put(node)
        taken = tree.found(self.change, there.node_id)
        if taken.sha256 == node.sha256:
            return taken.node_id  # sent twice
        if self.on_taken is OnTaken.REPLACE:
            return tree.replace(self.change, taken, node, self.kept).node_id
        free = tree.free_name(self.change, folder_id, name)
        return self._put(msgspec.structs.replace(node, name=free))

    def _among(self, folder_id: str, name: str, *, folders: bool) -> str:
        """Return the first name like *name* that is free, or of a folder (or file) already."""

        def is_other(each: str) -> bool:
            there = tree.at(self.change, folder_id, each)
            return there is not None and there.is_folder is not folders

        return names.free(name, is_other)

    def _put(self, node: Node) -> str:
        tree.put(self.change, node)
        tree.refer(self.change, node.sha256, node.node_id)
        return node.node_id

    def _as_node(self, folder_id: str, name: str, entry: ManifestEntry) -> Node:
        return Node(
            node_id=ids.new_id("node", self.change.now),
            parent_id=folder_id,
            name=name,
            sha256=entry.sha256,
            size_bytes=entry.size,
            media_type=MEDIA.get(entry.facts.kind, ""),
            modified_at=entry.modified_at,
            examination_id=entry.examination_id,
            by=self.batch.agent_id,
            placed_at=self.change.at,
            changed_at=self.change.at,
        )

    def _reachable(self, folder_id: str) -> str:
        """Return the folder, or the root when it was binned meanwhile: no file goes astray."""
        try:
            tree.folder(self.change, folder_id)
        except NotFound:
            return ROOT
        return folder_id


def _of_content(entry: ManifestEntry) -> tuple[str, str]:
    return keys.unreferenced(entry.sha256), keys.erased(entry.sha256)
