"""
Headers as ready-made JSON in the derived bucket: one document for each part of a study.

A part is what one batch added to one examination; its document never changes, so it can be kept
in memory, and made again from the objects whenever it is lost.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache

import msgspec

from chalicelib.archive.model import Part
from chalicelib.buckets import derived
from chalicelib.dicomweb.model import Instance

KEPT = 16  # documents in a function's memory: a viewer asks for the frames of one study in a row


def name_of(part: Part) -> str:
    """Return a part's name, in time order: no patient data."""
    stamp = part.completed_at.replace("-", "").replace(":", "")
    return f"{stamp}-{part.batch_id}-{part.examination_id}-{part.number:04}"


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
