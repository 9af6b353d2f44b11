"""
What a rented area held at a moment: its files where its tree had them, and what was erased since.

The rows are of now; each change of the log tells what the nodes it changed were before it.  So the
way back costs what happened since, and a page what it lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from chalicelib.access.model import Caller, Role
from chalicelib.archive.model import LeftOut, RestoredFile
from chalicelib.archive.store import trees as store
from chalicelib.archive.store import usage
from chalicelib.archive.wire_paths import escaped
from chalicelib.kernel.errors import Conflict, Invalid, NotFound

PAGE = 1_000
MOST_CHANGES = 10_000  # gone back: some fifteen seconds of what a request may take
ROOT, BIN = "root", "bin"
_ERASED = "erased-"  # begins the cursors of the second half: files that were erased
_CURSOR = re.compile(r"(erased-)?(node-[0-9a-z]{26})?")


class TreeNode(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore needs of a node; see areas.model.Node."""

    node_id: str
    parent_id: str
    name: str
    is_folder: bool = False
    sha256: str = ""
    size_bytes: int = 0
    modified_at: str = ""
    examination_id: str = ""
    placed_at: str
    binned_at: str | None = None
    binned_from: str | None = None
    binned_by: str | None = None


class ErasedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was erased out of the bin; *path* is where it was before it was put there."""

    node_id: str
    path: str
    sha256: str
    size_bytes: int
    placed_at: str
    at: str
    by: str


class Gone(msgspec.Struct, frozen=True):
    """A content that is erased."""

    at: str


class Page(msgspec.Struct, frozen=True):
    """A page of what an area held; *cursor* is None on the last one."""

    files: list[RestoredFile]
    left_out: list[LeftOut]
    cursor: str | None


def require(caller: Caller, target_id: str) -> None:
    """Raise NotFound unless a target with a contract is the caller's, and theirs to read."""
    usage.require(caller.facility_id, target_id)
    check_readable(caller, target_id)


def check_readable(caller: Caller, target_id: str) -> None:
    """
    Let pass who may read all of a target: of an area, administrators and who was given a right.

    Raises:
        NotFound: The caller was given none.
    """
    if not is_readable(caller, target_id):
        raise NotFound("there is no such area, or it is not yours to see")


def is_readable(caller: Caller, target_id: str) -> bool:
    """Whether the caller may read all of a target."""
    if caller.role is Role.FACILITY_ADMIN or not store.revision(target_id):
        return True
    return bool(store.bodies(target_id, [f"RIGHT#{caller.id}"]))


def is_area(target_id: str) -> bool:
    """Whether a target has a tree: an area in which anything was ever placed."""
    return store.revision(target_id) > 0


def is_erased(target_id: str, sha256: str) -> bool:
    """Whether a content of an area was erased on purpose, and did not come again since."""
    return bool(erased_at(target_id, [sha256]))


def erased_at(target_id: str, digests: Iterable[str]) -> dict[str, str]:
    """Return those of *digests* that were erased on purpose, and when."""
    rows = store.bodies(target_id, [f"ERASED#{each}" for each in digests])
    return {
        key.partition("#")[2]: msgspec.json.decode(body, type=Gone).at for key, body in rows.items()
    }


def folder(target_id: str, folder_id: str) -> TreeNode:
    """Return a folder that is in the tree now; raises NotFound."""
    key = f"NODE#{folder_id}"
    found = _decoded(store.bodies(target_id, [key]).get(key))
    if found is None or not found.is_folder or found.parent_id == BIN:
        raise NotFound("there is no such folder")
    return found


def page(target_id: str, as_of: str, cursor: str | None, under: str = "") -> Page:
    """
    Return a page of what an area held at *as_of*: each file once, then what had been erased.

    Args:
        under: A folder: only the files in it, by paths that begin with its name; of those that
            had been erased from it by then, only the whole area tells.

    Raises:
        Invalid: No cursor of ours.
        Conflict: ``restore-too-old``: more happened since than can be gone back.
    """
    place = cursor or ""
    if not _CURSOR.fullmatch(place):
        raise Invalid("cursor is not one of ours; start the listing again")
    if place.startswith(_ERASED):
        return _page_of_erased(target_id, as_of, place.removeprefix(_ERASED))
    return _page_of_nodes(target_id, as_of, place, under)


def _page_of_nodes(target_id: str, as_of: str, place: str, under: str) -> Page:
    rows = store.after(target_id, "NODE#", place, PAGE)
    last = next(reversed(rows)) if len(rows) == PAGE else "NODE#~"
    tree, past, files = _Tree(target_id, rows), _Past(target_id, as_of), list[TreeNode]()
    while past.catches_up():  # read later than rows: so it tells of every change that they show
        tree.go_back(past.before)
        files = tree.files(f"NODE#{place}", last)
        tree.read_above(files)
    is_last, following = len(rows) < PAGE, last.removeprefix("NODE#")
    if under:
        inside = [each for each in files if tree.is_under(each, under)]
        given, left_out = _parted(target_id, tree, inside, under)
        return Page(given, left_out, None if is_last else following)
    given, left_out = _parted(target_id, tree, files)
    return Page(given, left_out, _ERASED if is_last else following)


def _parted(
    target_id: str, tree: _Tree, files: list[TreeNode], top: str = ROOT
) -> tuple[list[RestoredFile], list[LeftOut]]:
    """Return which of *files* can be given, and why the others cannot."""
    contents = {f"ERASED#{each.sha256}" for each in files}
    nodes = {f"ERASEDFILE#{each.node_id}" for each in files}
    rows = store.bodies(target_id, contents | nodes)
    given, left_out = [], []
    for file in files:
        path, binned = tree.place_of(file, top)
        gone = rows.get(f"ERASED#{file.sha256}")
        if gone is not None:
            erased = rows.get(f"ERASEDFILE#{file.node_id}")
            left_out.append(_erased(file, path, gone, erased))
        elif binned is not None:
            left_out.append(_left_out(file, path, "binned", binned.binned_at, binned.binned_by))
        else:
            given.append(_restored(file, path))
    return given, left_out


def _page_of_erased(target_id: str, as_of: str, place: str) -> Page:
    """Return files that had been erased by then; what was erased later came among the nodes."""
    rows = store.after(target_id, "ERASEDFILE#", place, PAGE)
    found = [msgspec.json.decode(each, type=ErasedFile) for each in rows.values()]
    left_out = [
        LeftOut(
            path=each.path,
            sha256=each.sha256,
            size=each.size_bytes,
            reason="erased",
            at=each.at,
            by=each.by,
        )
        for each in found
        if each.at <= as_of
    ]
    return Page([], left_out, _ERASED + found[-1].node_id if len(rows) == PAGE else None)


class _Past:
    """What the nodes that were changed after a moment were then."""

    def __init__(self, target_id: str, as_of: str) -> None:
        self._target_id, self._as_of = target_id, as_of
        self._seen = 0
        self.before: dict[str, str | None] = {}

    def catches_up(self) -> bool:
        """
        Look at the changes since it looked last; False where there are none.

        Raises:
            Conflict: ``restore-too-old``.
        """
        newest = store.revision(self._target_id)
        found: dict[str, str | None] = {}
        for number, change in enumerate(store.changes_back_from(self._target_id, newest)):
            if newest - number == self._seen or change.at <= self._as_of:
                break
            if number == MOST_CHANGES:
                raise Conflict(
                    "too much has changed since then; choose a later moment", code="restore-too-old"
                )
            found |= change.before
        self.before = found | self.before  # of two changes, the earlier one tells
        is_new, self._seen = newest != self._seen, newest
        return is_new


class _Tree:
    """Nodes by their keys, and those above them as far as they were looked for."""

    def __init__(self, target_id: str, rows: dict[str, str]) -> None:
        self._target_id = target_id
        self.nodes = {key: _decoded(body) for key, body in rows.items()}

    def go_back(self, before: dict[str, str | None]) -> None:
        """Let nodes be what they were."""
        self.nodes |= {key: _decoded(body) for key, body in before.items()}

    def files(self, after: str, last: str) -> list[TreeNode]:
        """Return the files whose keys are behind *after*, up to *last*."""
        keys = sorted(each for each in self.nodes if after < each <= last)
        found = [self.nodes[each] for each in keys]
        return [each for each in found if each is not None and not each.is_folder]

    def read_above(self, nodes: list[TreeNode]) -> None:
        """Read the folders above *nodes*, one level after the other."""
        level = {_above(each) for each in nodes} - {ROOT}
        while level:
            keys = {f"NODE#{each}" for each in level}
            unknown = keys - self.nodes.keys()
            read = store.bodies(self._target_id, unknown)
            self.nodes |= {key: _decoded(read.get(key)) for key in unknown}
            found = [self.nodes[key] for key in keys]
            level = {_above(each) for each in found if each is not None} - {ROOT}

    def place_of(self, node: TreeNode, top: str = ROOT) -> tuple[str, TreeNode | None]:
        """
        Return the path of a node, and what lies in the bin of it and the folders above it.

        A path begins with the folder *top*, or at the root where a folder is there no more.
        """
        chain = [node, *self._folders_above(node)]
        binned = next((each for each in chain if each.parent_id == BIN), None)
        ids = [each.node_id for each in chain]
        below = chain[: ids.index(top) + 1] if top in ids else chain
        return "/".join(escaped(each.name) for each in reversed(below)), binned

    def is_under(self, node: TreeNode, folder_id: str) -> bool:
        """Whether a folder is above a node, at whatever height."""
        return any(each.node_id == folder_id for each in self._folders_above(node))

    def _folders_above(self, node: TreeNode) -> Iterator[TreeNode]:
        above = self.nodes.get(f"NODE#{_above(node)}")
        while above is not None:
            yield above
            above = self.nodes.get(f"NODE#{_above(above)}")


def _above(node: TreeNode) -> str:
    """Return the folder a node is in, or was in before it was binned."""
    return (node.binned_from or ROOT) if node.parent_id == BIN else node.parent_id


def _decoded(body: str | None) -> TreeNode | None:
    return None if body is None else msgspec.json.decode(body, type=TreeNode)


def _restored(file: TreeNode, path: str) -> RestoredFile:
    return RestoredFile(
        path=path,
        sha256=file.sha256,
        size=file.size_bytes,
        examination_id=file.examination_id,
        backed_up_at=file.placed_at,
        modified_at=file.modified_at,
    )


def _erased(file: TreeNode, path: str, gone: str, erased: str | None) -> LeftOut:
    """Name a file whose content is gone: by who erased it, or else by when its bytes went."""
    if erased is None:
        return _left_out(file, path, "erased", msgspec.json.decode(gone, type=Gone).at, "hokan")
    told = msgspec.json.decode(erased, type=ErasedFile)
    return _left_out(file, path, "erased", told.at, told.by)


def _left_out(file: TreeNode, path: str, reason: str, at: str | None, by: str | None) -> LeftOut:
    return LeftOut(
        path=path,
        sha256=file.sha256,
        size=file.size_bytes,
        reason=reason,
        at=at or "",
        by=by or "",
    )
