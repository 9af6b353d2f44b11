"""
Patient charts in DynamoDB (catalogue).  What is released or withdrawn follows from S3.

TARGET#<t>  PATIENTCHART#<examination id>#<language>                  draft, release that holds, ...
TARGET#<t>  PATIENTRELEASE#<examination id>#<language>#<number>       a release, never rewritten
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.model import Draft, PatientChart, Release, Withdrawal
from chalicelib.plain.model import Language
from chalicelib.tables import CatalogueTable, held

T = TypeVar("T", Draft, Release, Withdrawal)


class _PatientChart(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    revision = NumberAttribute(default=0)
    number = NumberAttribute(null=True)  # of the current release
    draft = UnicodeAttribute(null=True)
    releasing = UnicodeAttribute(null=True)
    current = UnicodeAttribute(null=True)
    withdrawal = UnicodeAttribute(null=True)


class _Release(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    released = UnicodeAttribute()


# --- reading -----------------------------------------------------------------------------------


def of(target_id: str, examination_id: str, language: Language) -> PatientChart:
    """Return how the patient chart of an examination stands, read consistently."""
    found = of_examinations(target_id, [examination_id], language)
    return found.get(examination_id) or PatientChart(
        target_id=target_id, examination_id=examination_id, language=language
    )


def of_examinations(
    target_id: str, examination_ids: Iterable[str], language: Language
) -> dict[str, PatientChart]:
    """Return those of the examinations' patient charts that there are, by examination."""
    keys = [(f"TARGET#{target_id}", _key(each, language)) for each in examination_ids]
    found = (_to_chart(item) for item in _PatientChart.batch_get(keys, consistent_read=True))
    return {each.examination_id: each for each in found}


def release(target_id: str, examination_id: str, language: Language, number: int) -> Release:
    """Return one release; raises NotFound."""
    key = f"{_releases(examination_id, language)}{number:06}"
    try:
        item = _Release.get(f"TARGET#{target_id}", key)
    except _Release.DoesNotExist:
        raise NotFound("there is no such version of this patient chart") from None
    return msgspec.json.decode(item.released, type=Release)


def releases(target_id: str, examination_id: str, language: Language) -> Iterator[Release]:
    """Yield the releases there were, newest first."""
    prefix = _Release.sk.startswith(_releases(examination_id, language))
    for item in _Release.query(f"TARGET#{target_id}", prefix, scan_index_forward=False):
        yield msgspec.json.decode(item.released, type=Release)


# --- writing -----------------------------------------------------------------------------------


def save_draft(seen: PatientChart, draft: Draft | None) -> bool:
    """Save or forget what a doctor changed; False when it is not as it was seen."""
    change = _PatientChart.draft.set(_json(draft)) if draft else _PatientChart.draft.remove()
    return _update(seen, [change, _PatientChart.revision.set(seen.revision + 1)], _is_as(seen))


def begin_release(seen: PatientChart, release: Release) -> bool:
    """Fix what is released, before anything else; False when it is not as it was seen."""
    return _update(seen, [_PatientChart.releasing.set(_json(release))], _is_as(seen))


def end_release(release: Release) -> None:
    """Let *release* hold and its draft go, once however often it is called."""
    _hold(release, [_PatientChart.draft.remove(), _PatientChart.releasing.remove()])


def restore(release: Release) -> None:
    """
    Put back a release that S3 holds, unless it is there.

    A draft stays.  A release that S3 does not know of has not happened.
    """
    _hold(release, [_PatientChart.releasing.remove()])


def withdraw(seen: PatientChart, withdrawal: Withdrawal) -> bool:
    """Let nobody see the release that holds; False when it is not as it was seen."""
    actions = [
        _PatientChart.withdrawal.set(_json(withdrawal)),
        _PatientChart.revision.set(seen.revision + 1),
    ]
    return _update(seen, actions, _is_as(seen))


def _hold(release: Release, more: list[Any]) -> None:
    """Write a release's row, and let it hold if it follows the one that does."""
    prefix = _releases(release.examination_id, release.language)
    row = _Release(f"TARGET#{release.target_id}", f"{prefix}{release.number:06}")
    row.released = _json(release)
    _once(row)
    actions = [
        _PatientChart.current.set(_json(release)),
        _PatientChart.number.set(release.number),
        _PatientChart.revision.set(release.revision),
        _PatientChart.withdrawal.remove(),
        *more,
    ]
    is_next = _PatientChart.number.does_not_exist() | (_PatientChart.number < release.number)
    _update(release, actions, is_next)


def _once(row: _Release) -> None:
    held(lambda: row.save(_Release.pk.does_not_exist()))  # once, and what is there stays


def _is_as(seen: PatientChart) -> Any:
    """Whether it is as it was seen, and nobody is releasing it."""
    idle = _PatientChart.releasing.does_not_exist()
    if seen.revision == 0:
        return idle & _PatientChart.pk.does_not_exist()
    return idle & (_PatientChart.revision == seen.revision)


def _update(which: PatientChart | Release, actions: list[Any], condition: Condition) -> bool:
    row = _PatientChart(f"TARGET#{which.target_id}", _key(which.examination_id, which.language))
    return held(lambda: row.update(actions, condition=condition))


# --- shapes ------------------------------------------------------------------------------------


def _key(examination_id: str, language: Language) -> str:
    return f"PATIENTCHART#{examination_id}#{language}"


def _releases(examination_id: str, language: Language) -> str:
    return f"PATIENTRELEASE#{examination_id}#{language}#"


def _json(thing: Draft | Release | Withdrawal) -> str:
    return msgspec.json.encode(thing).decode()


def _read(written: str | None, kind: type[T]) -> T | None:
    return msgspec.json.decode(written, type=kind) if written else None


def _to_chart(item: _PatientChart) -> PatientChart:
    examination_id, _, language = item.sk.removeprefix("PATIENTCHART#").rpartition("#")
    return PatientChart(
        target_id=item.pk.removeprefix("TARGET#"),
        examination_id=examination_id,
        language=msgspec.convert(language, Language),
        revision=int(item.revision),
        draft=_read(item.draft, Draft),
        releasing=_read(item.releasing, Release),
        current=_read(item.current, Release),
        withdrawal=_read(item.withdrawal, Withdrawal),
    )
