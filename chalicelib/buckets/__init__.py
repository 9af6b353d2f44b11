"""
S3, and the only package that speaks to it.

Keys of the objects bucket:

t/<target id>/<sha256 hex>                   a facility's bytes, content-addressed, never rewritten
m/<target id>/<completed at>-<batch id>.json the manifest of a finished batch
areas/<target id>/<revision>          a change of a rented area
c/<target id>/<chart id>/<version>.json      a chart as a doctor signed it, a version each
i/<facility id>/<sha256 hex>                 a file that goes with a facility's inquiry

Keys of the media bucket, which forgets:

zip/<facility id>/<export id>.zip            a restore somebody asked for, for a week
captures/<facility id>/<capture id>          an image nobody has decided on yet, for two weeks
inquiries/<facility id>/<file id>            a file that waits for its message; ``provider``'s, too
discs/<facility id>/<order id>/<try>/...     images of discs, and what they are made from

Keys of the derived bucket, all of which can be made again:

p/<target id>/<sha256 hex>/<rendition>.webp  a picture of an object, small enough to look at

None holds patient data.  A PUT signs key, length, type, SHA-256, ``If-None-Match: *`` and the
encryption, so a URL stores these very bytes once, or nothing.

What everybody may do stands here; files for the media bucket are in media.py, captures there in
captures.py, files of inquiries in inquiries.py, images of discs in discs.py, those of the derived
bucket in derived.py, deleting for good in erasing.py.
"""

from __future__ import annotations

from chalicelib.buckets.client import CONTENT_TYPE, forget_connections
from chalicelib.buckets.multipart import (
    Part,
    abort_multipart,
    complete_multipart,
    parts_of,
    start_multipart,
)
from chalicelib.buckets.signing import (
    PUT_SECONDS,
    SignedRequest,
    download_origin,
    objects_origin,
    signed_download,
    signed_get,
    signed_original,
    signed_part,
    signed_put,
)
from chalicelib.buckets.stored import (
    StoredBytes,
    hide,
    is_locked,
    keys_under,
    object_key,
    piece,
    pieces,
    put_once,
    range_or_nothing,
    read,
    read_range,
    sha256_of,
    stored_bytes,
)

__all__ = [
    "CONTENT_TYPE",
    "PUT_SECONDS",
    "Part",
    "SignedRequest",
    "StoredBytes",
    "abort_multipart",
    "complete_multipart",
    "download_origin",
    "forget_connections",
    "hide",
    "is_locked",
    "keys_under",
    "object_key",
    "objects_origin",
    "parts_of",
    "piece",
    "pieces",
    "put_once",
    "range_or_nothing",
    "read",
    "read_range",
    "sha256_of",
    "signed_download",
    "signed_get",
    "signed_original",
    "signed_part",
    "signed_put",
    "start_multipart",
    "stored_bytes",
]
