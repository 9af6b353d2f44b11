"""
What goes with inquiries: put into the media bucket by whoever writes, then kept with the objects.

Nobody reads what waits but this service; what nobody sends on, the bucket's lifecycle clears away.
"""

from __future__ import annotations

from chalicelib.buckets.captures import read, signed_put
from chalicelib.buckets.client import CONTENT_TYPE, client
from chalicelib.buckets.signing import signed_original
from chalicelib.buckets.stored import put_once
from chalicelib.settings import settings

__all__ = ["keep", "kept_key", "put", "read", "signed_original", "signed_put", "waiting_key"]


def waiting_key(home: str, file_id: str) -> str:
    """Return where a file waits for its message."""
    return f"inquiries/{home}/{file_id}"


def kept_key(facility_id: str, sha256: str) -> str:
    """Return where a file of a message is: with the facility whose inquiry it belongs to."""
    return f"i/{facility_id}/{sha256}"


def put(key: str, body: bytes) -> None:
    """Put what came by a form where it waits."""
    place = {"Bucket": settings().media_bucket, "Key": key}
    client().put_object(**place, Body=body, ContentType=CONTENT_TYPE, ChecksumAlgorithm="SHA256")


def keep(key: str, body: bytes) -> None:
    """Store a file of a message for good; the same bytes once."""
    put_once(key, body, CONTENT_TYPE)
