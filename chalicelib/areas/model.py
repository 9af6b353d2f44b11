"""Areas, folders, files, rights and shares.  Rules only: no storage, no clock, no AWS."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from chalicelib.billing.pricebook import ServiceClass
from chalicelib.uploads.model import Summary

ROOT = "root"  # the folder every area has; it is no row
BIN = "bin"  # the parent of what was binned


class Right(StrEnum):
    """What somebody may do in an area; who may write may read."""

    READ = "read"
    WRITE = "write"


class OnTaken(StrEnum):
    """What becomes of a file whose name another file of the folder has."""

    KEEP_BOTH = "keep_both"
    REPLACE = "replace"


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A folder or a file of an area.

    Attributes:
        parent_id: ROOT, a folder's node_id, or BIN.
        sha256, size_bytes, media_type: Of a file; its type is what its first bytes say.
        modified_at: As who sent it said, or "".
        by: Who placed it: a person's or an agent's id.
        changed_at: When it was placed, moved, renamed, replaced or binned last.
        examination_id: To which examination its content belongs, as its batch said.
        versions: So many earlier contents are kept of it (deluxe).
        binned_at, binned_from, binned_by: While it lies in the bin: since when, out of which
            folder, and who put it there.
    """

    node_id: str
    parent_id: str
    name: str
    is_folder: bool = False
    sha256: str = ""
    size_bytes: int = 0
    media_type: str = ""
    modified_at: str = ""
    examination_id: str = ""
    by: str
    placed_at: str
    changed_at: str
    versions: int = 0
    binned_at: str | None = None
    binned_from: str | None = None
    binned_by: str | None = None


class FileVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier content of a file; *number* is 1 for the oldest."""

    number: int
    sha256: str
    size_bytes: int
    media_type: str
    modified_at: str
    by: str
    placed_at: str
    replaced_at: str
    examination_id: str = ""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """
    An area as its caller sees it.

    Attributes:
        used_bytes: Stored or being sent, whatever lies in the bin or is an earlier version too.
        right: The caller's own.
    """

    target_id: str
    name: str
    service_class: ServiceClass
    capacity_bytes: int
    used_bytes: int
    right: Right


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A right that an administrator of the facility gave a person."""

    person_id: str
    right: Right
    by: str
    at: str


class Crumb(msgspec.Struct, frozen=True):
    """A folder on the way from the root; the root itself is not among them."""

    node_id: str
    name: str


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """
    A page of a folder: folders first, by name.

    Attributes:
        path: The folders down to it, itself last; empty for the root.
        cursor: Of the next page; None on the last one.
    """

    path: list[Crumb]
    nodes: list[Node]
    cursor: str | None


class Preview(msgspec.Struct, frozen=True):
    """
    Attributes:
        kind: ``image``, ``pdf``, ``text`` or ``none``.
        url: To be shown inline, for five minutes; None where nothing can be shown.
    """

    kind: str
    url: str | None


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """
    A file or folder that somebody without a right to the area may read.

    Attributes:
        person_id: None for everybody of the facility.
        until: RFC 3339; it is over then.
    """

    share_id: str
    target_id: str
    node_id: str
    person_id: str | None
    by: str
    at: str
    until: str


class Shared(msgspec.Struct, frozen=True):
    """A share together with what is shared."""

    share: Share
    node: Node


class Finished(msgspec.Struct, frozen=True):
    """How an upload stands, and what it placed (the top of it), once it has ended."""

    summary: Summary
    nodes: list[Node]
