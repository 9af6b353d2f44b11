"""
Frames that no answer of a function holds: written once beside the pictures, and fetched from there.

Viewers follow a redirection to another origin, but not every one takes a bare frame there, so what
they find is the whole answer with its parts (docs/adr/0029).
"""

from __future__ import annotations

import hashlib

from chalicelib.buckets import derived
from chalicelib.web.routes import Sent

MOST_BYTES = 4 * 2**20  # Lambda answers 6 MB, and in base 64 a third of that is padding


def sent_elsewhere(target_id: str, sha256: str, frames: str, body: bytes, media: str) -> Sent:
    """Answer a redirection to where *body* then is, for a week."""
    digest = hashlib.sha256(frames.encode()).hexdigest()[:16]
    key = f"f/{target_id}/{sha256}/{digest}"
    derived.put_file(key, body, media)
    return Sent(b"", media, {"Location": derived.signed_file(key, media)}, 307)
