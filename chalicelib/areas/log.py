"""
The log of an area: one object a change, written before the change happens, and never again.

``areas/<target id>/<revision>`` in the objects bucket.  A change says which rows it leaves and
which it takes away, so doing it twice is doing it once, and doing all of them in order makes the
area's rows.  Whoever writes an object first has made the change: nobody can change the same area
by what was before.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from chalicelib import buckets


class Kind(StrEnum):
    PLACED = "placed"
    FOLDER_MADE = "folder-made"
    MOVED = "moved"  # or renamed
    CURRENT_MADE = "current-made"
    BINNED = "binned"
    TAKEN_BACK = "taken-back"
    ERASED = "erased"  # out of the bin
    CONTENTS_ERASED = "contents-erased"  # bytes nothing refers to
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    SHARED = "shared"
    UNSHARED = "unshared"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """
    A change.

    Attributes:
        by: A person's or an agent's id, or ``hokan`` for what fell due.
        puts: Rows it leaves: sort key -> JSON.
        drops: Sort keys of rows it takes away.
        before: What rows of nodes it changes were before, None where there was none: restores
            go back by it (see archive/trees.py).
    """

    target_id: str
    revision: int
    kind: Kind
    at: str
    by: str
    puts: dict[str, str]
    drops: list[str]
    before: dict[str, str | None] = {}


def prefix(target_id: str) -> str:
    return f"areas/{target_id}/"


def key(target_id: str, revision: int) -> str:
    return f"{prefix(target_id)}{revision:012}"


def write(entry: Entry) -> bool:
    """Make a change; False when another one of this revision was made first."""
    return buckets.put_once(key(entry.target_id, entry.revision), msgspec.json.encode(entry))


def read(target_id: str, revision: int) -> Entry:
    """Return a change that was made."""
    return msgspec.json.decode(buckets.read(key(target_id, revision)), type=Entry)
