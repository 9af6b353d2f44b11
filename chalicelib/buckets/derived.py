"""
The derived bucket: what is made from stored objects, and can be made again.

p/<target id>/<sha256>/<name>.webp        pictures of an object: made twice, they are the same
d/<target id>/<study>/<part>.json.gz      headers of DICOM files, for viewers
f/<target id>/<sha256>/<frames>           frames that no answer holds, for a week
f/<target id>/<sha256>/<number>.jpg       one frame that somebody looks at, for a week
"""

from __future__ import annotations

from collections.abc import Iterable

from botocore.exceptions import ClientError

from chalicelib.buckets.client import address, client
from chalicelib.buckets.signing import GET_SECONDS, signed
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.settings import settings

CONTENT_TYPE = "image/webp"
KINDS = ("p", "d", "f")  # what the keys of a target begin with
PAGE = 1_000  # keys a request, S3's limit


def key(target_id: str, sha256: str, name: str) -> str:
    """Return the key of the picture *name* of an object."""
    return f"p/{target_id}/{sha256}/{name}.webp"


def frame_key(target_id: str, sha256: str, number: int) -> str:
    """Return the key of frame *number* of an object, as a picture."""
    return f"f/{target_id}/{sha256}/{number}.jpg"


def put(target_id: str, sha256: str, name: str, body: bytes) -> None:
    """Store a picture over whatever is there."""
    put_file(key(target_id, sha256, name), body, CONTENT_TYPE)


def put_file(place: str, body: bytes, media: str) -> None:
    """Store a file of another kind over whatever is there."""
    client().put_object(
        Bucket=settings().derived_bucket,
        Key=place,
        Body=body,
        ContentType=media,
        ChecksumAlgorithm="SHA256",
    )


def read_file(place: str) -> bytes:
    """Return a file whole; raises NotFound."""
    try:
        found = client().get_object(Bucket=settings().derived_bucket, Key=place)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            raise NotFound("this has to be made again: tell your provider") from None
        raise
    return bytes(found["Body"].read())


def signed_file(place: str, media: str) -> str:
    """Return a URL of a file for some minutes.  The caller has committed its audit row first."""
    query = {"response-cache-control": "no-store", "response-content-type": media}
    return signed("GET", place, query, {}, GET_SECONDS, settings().derived_bucket).url


def signed_picture(target_id: str, sha256: str, name: str) -> str:
    """Return a URL of a picture for some minutes.  The caller has committed its audit row first."""
    return signed_file(key(target_id, sha256, name), CONTENT_TYPE)


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


def erase_of(target_id: str, sha256: str) -> None:
    """Delete what was made of one object."""
    for kind in ("p", "f"):
        page = client().list_objects_v2(
            Bucket=settings().derived_bucket, Prefix=f"{kind}/{target_id}/{sha256}/", MaxKeys=PAGE
        )
        if page.get("Contents"):
            erase(each["Key"] for each in page["Contents"])


def erase_page(target_id: str) -> int:
    """Delete the first files made of a target's objects, at most PAGE; return how many."""
    for kind in KINDS:
        page = client().list_objects_v2(
            Bucket=settings().derived_bucket, Prefix=f"{kind}/{target_id}/", MaxKeys=PAGE
        )
        keys = [each["Key"] for each in page.get("Contents", ())]
        if keys:
            erase(keys)
            return len(keys)
    return 0
