"""
From a part of an examination to studies that can be found: headers read once, at ingest.

A function of what S3 and DynamoDB hold: a part may come twice, late, or after a later one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from chalicelib import buckets
from chalicelib.archive.facts import Kind
from chalicelib.archive.inspection import FIRST_BYTES
from chalicelib.archive.model import ObjectRow, ObjectState, Part
from chalicelib.archive.store import objects
from chalicelib.dicomweb import documents, store
from chalicelib.dicomweb.dataset import MOST_BYTES, dataset
from chalicelib.dicomweb.model import Instance, newest, summarised
from chalicelib.kernel.errors import Unavailable
from chalicelib.telemetry import count

TRIES = 8


def index(target_id: str, part: Part) -> None:
    """
    Let the DICOM files of *part* be found; repeating it changes nothing.

    Raises:
        Unavailable: Others indexed the same study all the while; the message comes again.
    """
    rows = objects.rows(target_id, [each.sha256 for each in part.entries])
    for study_uid, found in _by_study(rows.values()).items():
        instances = [_instance(each) for each in found]
        documents.write(target_id, study_uid, documents.name_of(part), instances)
        _refresh(target_id, study_uid, documents.name_of(part))
        count("InstancesIndexed", len(instances))


def _by_study(rows: Iterable[ObjectRow]) -> dict[str, list[ObjectRow]]:
    """Return the DICOM files among *rows* that say what study, series and instance they are."""
    found: dict[str, list[ObjectRow]] = {}
    for row in sorted(rows, key=lambda each: each.sha256):
        facts = row.facts
        if row.state is not ObjectState.STORED or facts is None or facts.kind is not Kind.DICOM:
            continue
        if facts.study_uid and facts.series_uid and facts.sop_instance_uid:
            found.setdefault(facts.study_uid, []).append(row)
    return found


def _instance(row: ObjectRow) -> Instance:
    """Read one file's header."""
    facts = row.facts
    assert facts is not None
    length = min(row.size_bytes, facts.header_bytes or FIRST_BYTES, MOST_BYTES)
    read = partial(buckets.read_range, buckets.object_key(row.target_id, row.sha256))
    return Instance(
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        syntax=facts.transfer_syntax_uid or "",
        header=dataset(read(0, length), facts),
    )


def _refresh(target_id: str, study_uid: str, part: str) -> None:
    """Sum a study up again, of all its parts."""
    for _ in range(TRIES):
        study = store.add_part(target_id, study_uid, part)
        if store.describe(study, summarised(instances_of(study))):
            return
    raise Unavailable("this study changes all the while; it is tried again")


def instances_of(study: store.Study) -> list[Instance]:
    """Return a study's instances, each as it came last."""
    return newest(documents.read(study.target_id, study.study_uid, each) for each in study.parts)
