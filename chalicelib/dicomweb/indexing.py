"""
From a part of a batch to studies that can be found: headers read once, at ingest.

A function of what S3 and DynamoDB hold: a part may come twice, late, or after a later one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import islice

from chalicelib import buckets
from chalicelib.archive.facts import Kind
from chalicelib.archive.inspection import FIRST_BYTES
from chalicelib.archive.manifest import ManifestEntry
from chalicelib.archive.store import objects
from chalicelib.dicomweb import documents, store
from chalicelib.dicomweb.dataset import MOST_BYTES, dataset
from chalicelib.dicomweb.model import Instance, newest, summarised
from chalicelib.kernel.errors import Unavailable
from chalicelib.pictures.service import Message, parts_of
from chalicelib.telemetry import count

TRIES = 8


def index(message: Message) -> None:
    """
    Let the DICOM files of the part that *message* names be found; repeating it changes nothing.

    Raises:
        Unavailable: Others indexed the same study all the while; the message comes again.
    """
    number = message.part or 0
    entries = next(islice(parts_of(message.manifest), number, None), [])
    name = documents.name_of(message.manifest, number)
    for study_uid, found in _by_study(entries).items():
        instances = [_instance(message.target_id, each) for each in found]
        documents.write(message.target_id, study_uid, name, instances)
        _refresh(message.target_id, study_uid, name)
        _forget_the_deleted(message.target_id, study_uid, name, found)
        count("InstancesIndexed", len(instances))


def _by_study(entries: Iterable[ManifestEntry]) -> dict[str, list[ManifestEntry]]:
    """Return the DICOM files that say what study, series and instance they are; each once."""
    found: dict[str, dict[str, ManifestEntry]] = {}
    for each in entries:
        facts = each.facts
        if facts.kind is not Kind.DICOM:
            continue
        if facts.study_uid and facts.series_uid and facts.sop_instance_uid:
            found.setdefault(facts.study_uid, {})[each.sha256] = each
    return {study_uid: list(each.values()) for study_uid, each in found.items()}


def _instance(target_id: str, entry: ManifestEntry) -> Instance:
    """Read one file's header."""
    length = min(entry.size, entry.facts.header_bytes or FIRST_BYTES, MOST_BYTES)
    read = partial(buckets.range_or_nothing, buckets.object_key(target_id, entry.sha256))
    return Instance(
        sha256=entry.sha256,
        size_bytes=entry.size,
        syntax=entry.facts.transfer_syntax_uid or "",
        header=dataset(read(0, length), entry.facts),
    )


def _refresh(target_id: str, study_uid: str, name: str) -> None:
    """Sum a study up again, of all its parts."""
    for _ in range(TRIES):
        study = store.add_part(target_id, study_uid, name)
        if store.describe(study, summarised(instances_of(study))):
            return
    raise Unavailable("this study changes all the while; it is tried again")


def _forget_the_deleted(
    target_id: str, study_uid: str, name: str, entries: list[ManifestEntry]
) -> None:
    """
    Delete what was made of files that are there no more: a purge may have come by meanwhile.

    Looked at after everything has been written; who dies before that comes again and looks.
    """
    if not objects.rows(target_id, [each.sha256 for each in entries]):
        documents.erase(target_id, study_uid, name)
        store.forget(target_id, study_uid)


def instances_of(study: store.Study) -> list[Instance]:
    """Return a study's instances, each as it came last."""
    return newest(documents.read(study.target_id, study.study_uid, each) for each in study.parts)
