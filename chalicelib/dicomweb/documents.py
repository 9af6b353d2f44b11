"""
Headers as ready-made JSON in the derived bucket: one document for each part of a study.

A part is up to a hundred files of one batch; its document never changes, so it can be kept in
memory, and made again from the objects whenever it is lost.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache

import msgspec

from chalicelib.buckets import derived
from chalicelib.dicomweb.model import Instance

KEPT = 16  # documents in a function's memory: a viewer asks for the frames of one study in a row


def name_of(manifest_key: str, part: int) -> str:
    """
    Return the name of a part of a manifest, in time order.

    >>> name_of("m/target-1/20260401T000000.000000Z-batch-01jq.json", 2)
    '20260401T000000.000000Z-batch-01jq-0002'
    """
    return f"{manifest_key.rpartition('/')[2].removesuffix('.json')}-{part:04}"


def key_of(target_id: str, study_uid: str, name: str) -> str:
    """Return where a document is; a study's UID may tell of a patient, its digest does not."""
    digest = hashlib.sha256(study_uid.encode()).hexdigest()[:40]
    return f"d/{target_id}/{digest}/{name}.json.gz"


def write(target_id: str, study_uid: str, name: str, instances: list[Instance]) -> None:
    """Write the document of a part; writing it again changes nothing."""
    body = gzip.compress(msgspec.json.encode(instances), 6, mtime=0)
    derived.put_file(key_of(target_id, study_uid, name), body, "application/gzip")


@lru_cache(maxsize=KEPT)
def read(target_id: str, study_uid: str, name: str) -> list[Instance]:
    """Return the instances of a part; raises NotFound where its document was lost."""
    body = derived.read_file(key_of(target_id, study_uid, name))
    return msgspec.json.decode(gzip.decompress(body), type=list[Instance])


def erase(target_id: str, study_uid: str, name: str) -> None:
    """Delete the document of a part."""
    derived.erase([key_of(target_id, study_uid, name)])
