"""
The derived bucket: pictures made from stored objects, which can be made again.

Keys name their object by its digest, so a picture made twice is the same one.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.buckets.client import address, client
from chalicelib.buckets.signing import GET_SECONDS, signed
from chalicelib.kernel.errors import Unavailable
from chalicelib.settings import settings

CONTENT_TYPE = "image/webp"
PAGE = 1_000  # keys a request, S3's limit


def key(target_id: str, sha256: str, name: str) -> str:
    """Return the key of the picture *name* of an object."""
    return f"{_prefix(target_id)}{sha256}/{name}.webp"


def put(target_id: str, sha256: str, name: str, body: bytes) -> None:
    """Store a picture over whatever is there."""
    client().put_object(
        Bucket=settings().derived_bucket,
        Key=key(target_id, sha256, name),
        Body=body,
        ContentType=CONTENT_TYPE,
        ChecksumAlgorithm="SHA256",
    )


def signed_picture(target_id: str, sha256: str, name: str) -> str:
    """Return a URL of a picture for some minutes.  The caller has committed its audit row first."""
    query = {"response-cache-control": "no-store", "response-content-type": CONTENT_TYPE}
    place = key(target_id, sha256, name)
    return signed("GET", place, query, {}, GET_SECONDS, settings().derived_bucket).url


def origin() -> str:
    """Return scheme and host of such pictures, for a page's policy."""
    base, _, _ = address(settings().derived_bucket)
    return base


def erase(keys: Iterable[str]) -> None:
    """Delete *keys*, at most PAGE of them; those that are not there do no harm."""
    named = [{"Key": each} for each in keys]
    answer = client().delete_objects(
        Bucket=settings().derived_bucket,
        Delete={"Objects": named, "Quiet": True},
        ChecksumAlgorithm="SHA256",
    )
    if answer.get("Errors"):
        raise Unavailable("S3 did not delete all it was asked to")


def erase_page(target_id: str) -> int:
    """Delete the first pictures of a target, at most PAGE; return how many they were."""
    page = client().list_objects_v2(
        Bucket=settings().derived_bucket, Prefix=_prefix(target_id), MaxKeys=PAGE
    )
    keys = [each["Key"] for each in page.get("Contents", ())]
    if keys:
        erase(keys)
    return len(keys)


def _prefix(target_id: str) -> str:
    return f"p/{target_id}/"
