"""
Rented areas as people use them (JSON and pages call this, and nothing else of the package).

Each function raises NotFound where the area is not of the caller's facility, was not given to
them, or the node is not there (or lies in the bin, unless it says otherwise).  Who may only read
and writes gets NotAllowed.
"""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.areas.model import (
    ROOT,
    Area,
    Crumb,
    Finished,
    Given,
    Listing,
    Node,
    OnTaken,
    Preview,
    Right,
    Share,
    Shared,
    Version,
)
from chalicelib.uploads.model import ChunkIn, EntryAnswer
from chalicelib.uploads.multipart import PartIn, SignedPart, Standing


# --- areas and rights ----------------------------------------------------------------------------
def areas(caller: Caller) -> list[Area]:
    """Return the areas the caller may read, by name."""
    raise NotImplementedError


def area(caller: Caller, target_id: str) -> Area:
    """Return one area."""
    raise NotImplementedError


def people(caller: Caller, target_id: str) -> list[Given]:
    """Return the rights given in an area (facility administrators; else NotAllowed)."""
    raise NotImplementedError


def give(caller: Caller, target_id: str, person_id: str, right: Right | None) -> list[Given]:
    """Give a person of the facility a right, or take it (None); administrators only."""
    raise NotImplementedError


# --- looking ------------------------------------------------------------------------------------
def listing(
    caller: Caller, target_id: str, folder_id: str = ROOT, cursor: str | None = None
) -> Listing:
    """Return a page (100) of a folder; also for who it was shared with."""
    raise NotImplementedError


def node(caller: Caller, target_id: str, node_id: str) -> Node:
    """Return a folder or file, in the tree or in the bin."""
    raise NotImplementedError


def path(caller: Caller, target_id: str, node_id: str) -> list[Crumb]:
    """Return the folders down to a node, itself last."""
    raise NotImplementedError


def binned(caller: Caller, target_id: str, cursor: str | None = None) -> Listing:
    """Return a page of the bin, newest first."""
    raise NotImplementedError


def versions(caller: Caller, target_id: str, node_id: str) -> list[Version]:
    """Return the earlier contents of a file, newest first (deluxe)."""
    raise NotImplementedError


# --- sending ------------------------------------------------------------------------------------
def open_upload(caller: Caller, target_id: str) -> str:
    """Open a batch; returns its id.  Raises Conflict: no contract in force."""
    raise NotImplementedError


def put_chunk(
    caller: Caller, target_id: str, batch_id: str, number: int, sent: ChunkIn
) -> list[EntryAnswer]:
    """Declare up to 97 files ("folder/name.ext"); see uploads.service.put_chunk."""
    raise NotImplementedError


def fresh_urls(
    caller: Caller, target_id: str, batch_id: str, digests: list[str]
) -> list[EntryAnswer]:
    """Answer again for contents that are awaited."""
    raise NotImplementedError


def start_multipart(caller: Caller, target_id: str, batch_id: str, sha256: str) -> Standing:
    """Begin a large upload (over 64 MiB), or tell which parts have arrived."""
    raise NotImplementedError


def sign_parts(
    caller: Caller, target_id: str, batch_id: str, sha256: str, parts: list[PartIn]
) -> list[SignedPart]:
    """Give URLs for parts."""
    raise NotImplementedError


def complete_multipart(caller: Caller, target_id: str, batch_id: str, sha256: str) -> None:
    """Join the parts."""
    raise NotImplementedError


def finish_upload(
    caller: Caller,
    target_id: str,
    batch_id: str,
    folder_id: str = ROOT,
    on_taken: OnTaken = OnTaken.KEEP_BOTH,
) -> Finished:
    """End the batch and place its files; summary.state ``settling`` means ask again."""
    raise NotImplementedError


# --- changing -----------------------------------------------------------------------------------
def make_folder(caller: Caller, target_id: str, parent_id: str, name: str) -> Node:
    """Make a folder.  Raises Invalid (``bad-name``), Conflict (``name-taken``, ``too-deep``)."""
    raise NotImplementedError


def rename(caller: Caller, target_id: str, node_id: str, name: str) -> Node:
    """Rename a folder or file.  Raises as make_folder does."""
    raise NotImplementedError


def move(caller: Caller, target_id: str, node_id: str, parent_id: str) -> Node:
    """Move it into another folder.  Raises Conflict (``name-taken``, ``too-deep``, ``into-itself``)."""
    raise NotImplementedError


def bin_node(caller: Caller, target_id: str, node_id: str) -> Node:
    """Put it into the bin, with all below it, for 30 days."""
    raise NotImplementedError


def take_back(caller: Caller, target_id: str, node_id: str) -> Node:
    """Take it out of the bin, to where it was, or to the root; under another name if taken."""
    raise NotImplementedError


def erase_now(caller: Caller, target_id: str, node_id: str) -> None:
    """Erase what lies in the bin at once (administrators); capacity comes back as S3 lets go."""
    raise NotImplementedError


def make_current(caller: Caller, target_id: str, node_id: str, number: int) -> Node:
    """Let an earlier version be the content again; the present one becomes a version."""
    raise NotImplementedError


# --- contents -----------------------------------------------------------------------------------
def download(caller: Caller, target_id: str, node_id: str, version: int | None = None) -> str:
    """Return the URL of a file, to be saved under its own name.  Audited first."""
    raise NotImplementedError


def preview(caller: Caller, target_id: str, node_id: str) -> Preview:
    """Return how a file can be looked at in the browser.  Audited first."""
    raise NotImplementedError


# --- sharing ------------------------------------------------------------------------------------
def share(caller: Caller, target_id: str, node_id: str, person_id: str | None, until: str) -> Share:
    """Let a person of the facility, or all of it (None), read a node until then (RFC 3339)."""
    raise NotImplementedError


def shares(caller: Caller, target_id: str, node_id: str) -> list[Share]:
    """Return the shares of a node that are not over."""
    raise NotImplementedError


def shared_with_me(caller: Caller) -> list[Shared]:
    """Return what others share with the caller."""
    raise NotImplementedError


def unshare(caller: Caller, target_id: str, share_id: str) -> None:
    """End a share."""
    raise NotImplementedError
