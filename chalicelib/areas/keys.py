"""Sort keys of an area's rows, and the small rows that hold nothing else of their own."""

from __future__ import annotations

import msgspec

from chalicelib.areas.names import folded
from chalicelib.kernel.ids import derived_id


class Child(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which node has a name in a folder."""

    node_id: str
    name: str
    is_folder: bool = False


class Mark(msgspec.Struct, frozen=True):
    """A row whose being there says it all, and since when."""

    at: str


class Gone(msgspec.Struct, frozen=True):
    """A content that is erased."""

    at: str
    size_bytes: int


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """
    How much of a batch is in the tree.

    Attributes:
        done: Entries of its manifest, in order of their paths.
        tops: What was made or met in the folder it came into, at most 100 of them.
    """

    done: int
    total: int
    tops: list[str]


def node(node_id: str) -> str:
    return f"NODE#{node_id}"


def children(folder_id: str) -> str:
    return f"CHILD#{folder_id}#"


def child(target_id: str, folder_id: str, name: str) -> str:
    return children(folder_id) + derived_id("name", target_id, folder_id, folded(name))


def binned(binned_at: str, node_id: str) -> str:
    return f"BINNED#{binned_at}#{node_id}"


def versions(node_id: str) -> str:
    return f"FILEVERSION#{node_id}#"


def version(node_id: str, number: int) -> str:
    return f"{versions(node_id)}{number:06}"


def references(sha256: str) -> str:
    return f"REFERENCE#{sha256}#"


def reference(sha256: str, node_id: str) -> str:
    return references(sha256) + node_id


def unreferenced(sha256: str) -> str:
    return f"UNREFERENCED#{sha256}"


def erased(sha256: str) -> str:
    return f"ERASED#{sha256}"


def erased_file(node_id: str) -> str:
    return f"ERASEDFILE#{node_id}"


def right(person_id: str) -> str:
    return f"RIGHT#{person_id}"


def share(share_id: str) -> str:
    return f"SHARE#{share_id}"


def placed(batch_id: str) -> str:
    return f"PLACED#{batch_id}"
