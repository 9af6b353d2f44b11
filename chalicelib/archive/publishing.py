"""
From manifest to catalogue: the one way rows of patients, examinations and files come to be, and
of how much a target grew.

Used when a batch finishes and when a catalogue is rebuilt; repeating it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby, islice
from operator import attrgetter

from chalicelib import buckets
from chalicelib.archive import manifest as manifests
from chalicelib.archive.manifest import Manifest, ManifestExamination
from chalicelib.archive.model import PART_ENTRIES, Entry, Part, patient_key
from chalicelib.archive.store import batches, examinations, growth, objects
from chalicelib.archive.store.batches import Batch

NOTED_EVERY = 50  # examinations: a fifth of a second's work at four calls each
_examination_of = attrgetter("examination_id")


def publish(
    manifest: Manifest, *, done: int = 0, note: Callable[[int], object] = lambda _: None
) -> None:
    """
    Write the examinations, patients and files of *manifest* into the catalogue.

    Args:
        done: How many examinations an earlier try has published: a night of thousands may take
            longer than a function lives.
        note: Told now and then how many are published, for the next try to go on from.
    """
    by_examination = {key: list(each) for key, each in groupby(parts(manifest), _examination_of)}
    for number, each in enumerate(manifest.examinations[done:], start=done + 1):
        _publish(manifest, each)
        for part in by_examination.get(each.examination_id, ()):
            examinations.add_part(manifest.target_id, part)
        if number % NOTED_EVERY == 0:
            note(number)
    if manifest.added_bytes:
        growth.note(
            manifest.target_id, manifest.batch_id, manifest.completed_at, manifest.added_bytes
        )


def _publish(manifest: Manifest, each: ManifestExamination) -> None:
    """Write one examination and its patient."""
    by, person = f"{manifest.completed_at}#{manifest.batch_id}", each.source.patient
    key = patient_key(manifest.facility_id, person.id) if person else None
    examinations.describe(manifest.target_id, each.examination_id, each.source, key, by)
    if person and key:
        examinations.add_patient(manifest.target_id, key, person, each.examination_id, by)


def finished_batch(manifest: Manifest) -> Batch:
    """Return the batch row that *manifest* tells of."""
    return Batch(
        batch_id=manifest.batch_id,
        target_id=manifest.target_id,
        facility_id=manifest.facility_id,
        agent_id=manifest.agent_id,
        state=manifest.outcome,
        opened_at=manifest.opened_at,
        completed_at=manifest.completed_at,
        stored=len(manifest.entries),
        size_bytes=sum(each.size for each in manifest.entries),
        exceptions=len(manifest.exceptions),
        job_id=manifest.job_id,
        scope=manifest.scope,
        of=manifest.of,
    )


def rebuild(target_id: str, after: str | None, limit: int) -> tuple[int, str | None]:
    """
    Rebuild a target's catalogue from its manifests in S3, in order, *limit* at a time.

    Args:
        after: The manifest key the last call ended with; None to begin.

    Returns:
        Manifests read, and the key to go on after (None: all done).
    """
    keys = buckets.keys_under(manifests.prefix(target_id), after=after or "")
    done, last = 0, None
    for last in islice(keys, limit):
        _restore_rows(manifests.decoded(buckets.read(last)))
        done += 1
    return done, last if done == limit else None


def _restore_rows(manifest: Manifest) -> None:
    for entry in manifest.entries:
        objects.restore_row(entry.as_object(manifest.target_id))
    publish(manifest)
    examinations.index_names(manifest.target_id, _patient_keys(manifest))
    for examination in manifest.examinations:
        examinations.recount(manifest.target_id, examination.examination_id)
    batches.restore_row(finished_batch(manifest))


def _patient_keys(manifest: Manifest) -> set[str]:
    people = (each.source.patient for each in manifest.examinations)
    return {patient_key(manifest.facility_id, person.id) for person in people if person}


def parts(manifest: Manifest) -> Iterator[Part]:
    """Yield what *manifest* adds to each of its examinations."""
    ordered = sorted(manifest.entries, key=_examination_of)
    for identifier, members in groupby(ordered, key=_examination_of):
        for number, entries in enumerate(_in_parts([each.as_entry() for each in members])):
            yield Part(
                examination_id=identifier,
                batch_id=manifest.batch_id,
                completed_at=manifest.completed_at,
                number=number,
                entries=entries,
            )


def _in_parts(entries: list[Entry]) -> Iterator[list[Entry]]:
    for start in range(0, len(entries), PART_ENTRIES):
        yield entries[start : start + PART_ENTRIES]
