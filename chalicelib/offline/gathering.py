"""What an album shows, found in the catalogue: a few hundred bytes a file are kept, no content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.archive.facts import Facts
from chalicelib.archive.model import Examination, RestoredFile
from chalicelib.archive.store import examinations, objects
from chalicelib.offline.model import Leaf, Original, Wanted, some_at_a_time
from chalicelib.pictures import service as pictures
from chalicelib.pictures import store as picture_store

ROWS_AT_ONCE = 100


def are_pictures_known(target_id: str, digests: Iterable[str], *, ask: bool) -> bool:
    """Tell whether each object has pictures, or a reason for none; *ask* for what is missing."""
    asked = list(dict.fromkeys(digests))
    known = picture_store.of(target_id, asked)
    missing = [each for each in asked if each not in known]
    if ask:
        pictures.wanted(target_id, missing)
    return not missing


def leaves(wanted: Wanted, named: Mapping[str, RestoredFile]) -> list[Leaf]:
    """Return the examinations of the files *named*, newest first."""
    originals: dict[str, list[Original]] = {}
    for each in _originals(wanted.target_id, named):
        originals.setdefault(each.file.examination_id, []).append(each)
    known = examinations.examinations_by_id(wanted.target_id, list(originals))
    ids = {each.examination_id for each in known}
    listed = [*known, *(_nameless(wanted.target_id, each) for each in originals if each not in ids)]
    keys = dict.fromkeys(each.patient_key for each in listed if each.patient_key)
    patients = {
        each.patient_key: each for each in examinations.patients_by_key(wanted.target_id, keys)
    }
    return [
        Leaf(number, each, patients.get(each.patient_key or ""), originals[each.examination_id])
        for number, each in enumerate(listed, start=1)
    ]


def _originals(target_id: str, named: Mapping[str, RestoredFile]) -> list[Original]:
    digests = list(dict.fromkeys(each.sha256 for each in named.values()))
    numbers = {each: number for number, each in enumerate(digests, start=1)}
    known, series = picture_store.of(target_id, digests), _series(target_id, digests)
    return [
        Original(
            place=place,
            file=file,
            picture=known.get(file.sha256),
            number=numbers[file.sha256],
            series=series.get(file.sha256, ""),
        )
        for place, file in named.items()
    ]


def _series(target_id: str, digests: list[str]) -> dict[str, str]:
    """Return the series of each object that has one; of its row nothing else is kept."""
    found = {}
    for some in some_at_a_time(digests, ROWS_AT_ONCE):
        for sha256, row in objects.rows(target_id, some).items():
            if row.facts and row.facts.series_uid:
                found[sha256] = _series_name(row.facts)
    return found


def _series_name(facts: Facts) -> str:
    return facts.series_description or f"#{facts.series_number or '?'}"


def _nameless(target_id: str, examination_id: str) -> Examination:
    """Return an examination that nobody described: loose files, or a row that was lost."""
    return Examination(
        examination_id=examination_id,
        target_id=target_id,
        source_id="",
        patient_key=None,
        examined_at="",
        kind="",
        description="",
        objects=0,
        size_bytes=0,
        last_backed_up_at="",
    )
