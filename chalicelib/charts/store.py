"""
Charts in DynamoDB (catalogue).  What is signed follows from S3.

TARGET#<t>  CHART#<examination id>                   draft, signing under way, version that holds
TARGET#<t>  CHARTVERSION#<examination id>#<number>   a version as it was signed, never rewritten
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.charts.record import Draft, Record, Version
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CatalogueTable, condition_failed, held, transaction

T = TypeVar("T", Draft, Version)


class _Chart(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    revision = NumberAttribute(default=0)
    version = NumberAttribute(null=True)  # the number of the current one
    draft = UnicodeAttribute(null=True)
    signing = UnicodeAttribute(null=True)
    current = UnicodeAttribute(null=True)


class _Version(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    signed = UnicodeAttribute()


# --- reading -----------------------------------------------------------------------------------


def record(target_id: str, examination_id: str) -> Record:
    """Return how the chart of an examination stands, read consistently."""
    found = records(target_id, [examination_id])
    return found.get(examination_id) or Record(target_id=target_id, examination_id=examination_id)


def records(target_id: str, examination_ids: Iterable[str]) -> dict[str, Record]:
    """Return those of the examinations' charts that there are, by examination."""
    keys = [(f"TARGET#{target_id}", f"CHART#{each}") for each in examination_ids]
    found = (_to_record(item) for item in _Chart.batch_get(keys, consistent_read=True))
    return {each.examination_id: each for each in found}


def version(target_id: str, examination_id: str, number: int) -> Version:
    """Return one version; raises NotFound."""
    try:
        item = _Version.get(f"TARGET#{target_id}", _version_key(examination_id, number))
    except _Version.DoesNotExist:
        raise NotFound("there is no such version of this chart") from None
    return msgspec.json.decode(item.signed, type=Version)


def versions(target_id: str, examination_id: str) -> Iterator[Version]:
    """Yield the chart's versions, newest first."""
    prefix = _Version.sk.startswith(f"CHARTVERSION#{examination_id}#")
    for item in _Version.query(f"TARGET#{target_id}", prefix, scan_index_forward=False):
        yield msgspec.json.decode(item.signed, type=Version)


# --- writing -----------------------------------------------------------------------------------


def save_drafts(drafts: list[tuple[Record, Draft]]) -> bool:
    """Save all the drafts or none: False when one of the charts is not as it was seen."""
    try:
        with transaction() as write:
            for seen, draft in drafts:
                actions: list[Action] = [
                    _Chart.draft.set(_json(draft)),
                    _Chart.revision.set(seen.revision + 1),
                ]
                write.update(_key(seen), actions, condition=_is_as(seen))
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def drop_draft(seen: Record) -> bool:
    """Forget the draft; False when the chart is not as it was seen."""
    actions = [_Chart.draft.remove(), _Chart.revision.set(seen.revision + 1)]
    return _update(seen, actions, _is_as(seen))


def begin_signing(seen: Record, version: Version) -> bool:
    """Fix what is signed, before anything else; False when the chart is not as it was seen."""
    return _update(seen, [_Chart.signing.set(_json(version))], _is_as(seen))


def end_signing(version: Version) -> None:
    """Let *version* hold and its draft go, once however often it is called."""
    _record(version, [_Chart.draft.remove(), _Chart.signing.remove()])


def restore(version: Version) -> None:
    """
    Put back a version that S3 holds, unless it is there.

    A draft stays.  A signing that S3 does not know of has not happened.
    """
    _record(version, [_Chart.signing.remove()])


def _record(version: Version, more: list[Any]) -> None:
    """Write a version's row, and let it hold if it follows the one that does."""
    pk = f"TARGET#{version.target_id}"
    row = _Version(pk, _version_key(version.examination_id, version.number), signed=_json(version))
    _once(row)
    actions = [
        _Chart.current.set(_json(version)),
        _Chart.version.set(version.number),
        _Chart.revision.set(version.revision),
        *more,
    ]
    is_next = _Chart.version.does_not_exist() | (_Chart.version < version.number)
    _update(version, actions, is_next)


def _once(row: _Version) -> None:
    held(lambda: row.save(_Version.pk.does_not_exist()))  # once, and what is there stays


def _is_as(seen: Record) -> Any:
    """Whether the chart is as it was seen, and nobody is signing it."""
    unsigned = _Chart.signing.does_not_exist()
    if seen.revision == 0:
        return unsigned & _Chart.pk.does_not_exist()
    return unsigned & (_Chart.revision == seen.revision)


def _update(which: Record | Version, actions: list[Any], condition: Condition) -> bool:
    return held(lambda: _key(which).update(actions, condition=condition))


# --- shapes ------------------------------------------------------------------------------------


def _key(which: Record | Version) -> _Chart:
    return _Chart(f"TARGET#{which.target_id}", f"CHART#{which.examination_id}")


def _version_key(examination_id: str, number: int) -> str:
    return f"CHARTVERSION#{examination_id}#{number:06}"


def _json(thing: Draft | Version) -> str:
    return msgspec.json.encode(thing).decode()


def _read(written: str | None, kind: type[T]) -> T | None:
    return msgspec.json.decode(written, type=kind) if written else None


def _to_record(item: _Chart) -> Record:
    return Record(
        target_id=item.pk.removeprefix("TARGET#"),
        examination_id=item.sk.removeprefix("CHART#"),
        revision=int(item.revision),
        draft=_read(item.draft, Draft),
        signing=_read(item.signing, Version),
        current=_read(item.current, Version),
    )
