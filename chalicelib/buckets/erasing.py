"""Deleting for good: the purge does it, and nothing else may (pyproject.toml, import-linter)."""

from __future__ import annotations

import msgspec

from chalicelib.buckets.client import client, objects
from chalicelib.kernel.errors import Unavailable

VERSIONS = 1_000  # a request, S3's limit


class Version(msgspec.Struct, frozen=True):
    """One version of a key, or a delete marker."""

    key: str
    version_id: str


def versions_under(prefix: str) -> list[Version]:
    """Return the first versions and delete markers under *prefix*, at most VERSIONS."""
    page = client().list_object_versions(Bucket=objects(), Prefix=prefix, MaxKeys=VERSIONS)
    found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [Version(each["Key"], each["VersionId"]) for each in found]


def erase(versions: list[Version]) -> int:
    """
    Delete *versions* for good; return how many are locked still and stay.

    Raises:
        Unavailable: S3 could not do it now, for another reason.
    """
    named = [{"Key": each.key, "VersionId": each.version_id} for each in versions]
    answer = client().delete_objects(
        Bucket=objects(), Delete={"Objects": named, "Quiet": True}, ChecksumAlgorithm="SHA256"
    )
    refused = [each.get("Code", "") for each in answer.get("Errors", ())]
    if set(refused) - {"AccessDenied"}:  # as S3 says of a lock
        raise Unavailable("S3 did not delete all it was asked to")
    return len(refused)
