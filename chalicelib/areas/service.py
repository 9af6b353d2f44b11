"""
Rented areas as people use them: JSON and pages call this, and nothing else of the package.

Each function raises NotFound where the area is not of the caller's facility, was not given to
them, or the node is not there (or lies in the bin, unless it says otherwise).  Who may only read
and writes gets NotAllowed.
"""

from __future__ import annotations

from chalicelib.areas.binning import bin_node, erase_now, take_back
from chalicelib.areas.changing import make_current, make_folder, move, rename
from chalicelib.areas.contents import download, preview
from chalicelib.areas.looking import binned, listing, node, path, versions
from chalicelib.areas.rights import area, areas, give, people
from chalicelib.areas.sending import (
    complete_multipart,
    finish_upload,
    fresh_urls,
    open_upload,
    put_chunk,
    sign_parts,
    start_multipart,
)
from chalicelib.areas.sharing import share, shared_with_me, shares, unshare

__all__ = [
    "area",
    "areas",
    "bin_node",
    "binned",
    "complete_multipart",
    "download",
    "erase_now",
    "finish_upload",
    "fresh_urls",
    "give",
    "listing",
    "make_current",
    "make_folder",
    "move",
    "node",
    "open_upload",
    "path",
    "people",
    "preview",
    "put_chunk",
    "rename",
    "share",
    "shared_with_me",
    "shares",
    "sign_parts",
    "start_multipart",
    "take_back",
    "unshare",
    "versions",
]
