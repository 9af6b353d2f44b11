"""A file's bytes, to be saved or looked at.  An audit row comes before each address."""

from __future__ import annotations

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.areas import keys, rights
from chalicelib.areas.change import Change
from chalicelib.areas.model import FileVersion, Node, Preview
from chalicelib.kernel.errors import NotFound

FIRST_BYTES = 4_096
MOST_TEXT = 1_000_000  # bytes; a longer one is downloaded
NOTHING = Preview("none", None)
MAGIC = (  # what begins so is shown as this; nothing that can hold a script is here
    (b"\xff\xd8\xff", 0, "image", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image", "image/png"),
    (b"GIF87a", 0, "image", "image/gif"),
    (b"GIF89a", 0, "image", "image/gif"),
    (b"WEBP", 8, "image", "image/webp"),
    (b"%PDF-", 0, "pdf", "application/pdf"),
)


def download(caller: Caller, target_id: str, node_id: str, version: int | None = None) -> str:
    """
    Return the address of a file, or of an earlier content of it, to be saved.

    It is good for five minutes, and is written into logs on its way: it tells the kind of the file
    by its ending, and not its name, which may be a patient's.
    Earlier contents are for who has a right to the area.

    Raises:
        NotFound: It is a folder, in the bin, or has no such version.
    """
    node = _file(caller, target_id, node_id)
    sha256 = node.sha256
    if version is not None:
        rights.require(caller, target_id)
        held = Change(target_id, caller.id).get(keys.version(node_id, version), FileVersion)
        if held is None:
            raise NotFound("there is no such version of this file")
        sha256 = held.sha256
    audit(caller, "download-file", node_id)
    key = buckets.object_key(target_id, sha256)
    return buckets.signed_original(key, _neutral(node)).url


def preview(caller: Caller, target_id: str, node_id: str) -> Preview:
    """Return how a file can be looked at in the browser, by what its first bytes are."""
    node = _file(caller, target_id, node_id)
    key = buckets.object_key(target_id, node.sha256)
    kind, media = kind_of(buckets.read_range(key, 0, FIRST_BYTES), node.size_bytes)
    if not media:
        return NOTHING
    audit(caller, "preview-file", node_id)
    return Preview(kind, buckets.signed_get(key, media).url)


def kind_of(start: bytes, size_bytes: int) -> tuple[str, str]:
    """
    Return what a file that begins with *start* is shown as, and its media type.

    >>> kind_of(b"<svg onload=...>", 16)
    ('text', 'text/plain; charset=utf-8')
    """
    for magic, offset, kind, media in MAGIC:
        if start[offset : offset + len(magic)] == magic:
            return kind, media
    if 0 < size_bytes <= MOST_TEXT and _is_text(start):
        return "text", "text/plain; charset=utf-8"
    return "none", ""


def _is_text(start: bytes) -> bool:
    """Whether it is UTF-8 without control characters; its last character may be cut."""
    for cut in range(4):
        try:
            text = start[: len(start) - cut].decode()
        except UnicodeDecodeError:
            continue
        return not any(ord(each) < 32 and each not in "\t\n\r\f" for each in text)
    return False


def _file(caller: Caller, target_id: str, node_id: str) -> Node:
    nodes = rights.readable(caller, target_id, node_id)
    if not nodes or nodes[0].is_folder:
        raise NotFound("there is no such file")
    return nodes[0]


def _neutral(node: Node) -> str:
    """Return what a download is called: nobody's data, and an ending that programs know it by."""
    ending = node.name.rpartition(".")[2]
    is_known = "." in node.name and ending.isascii() and ending.isalnum() and len(ending) <= 5
    return f"hokan-{node.node_id[-6:]}" + (f".{ending.lower()}" if is_known else "")
