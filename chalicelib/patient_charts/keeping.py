"""
What the objects bucket keeps of patient charts: releases, and that one was withdrawn.

Both are written there before the catalogue says so, and never again; so the catalogue can be made
anew, and what a doctor took back stays taken back.
"""

from __future__ import annotations

import msgspec

from chalicelib import buckets
from chalicelib.patient_charts import store
from chalicelib.patient_charts.model import Release, Withdrawal
from chalicelib.plain.model import Language

_FORMAT = "hokan-patient-chart-withdrawal/1"
_WITHDRAWN = ".withdrawn.json"


class _Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal, and of which release."""

    format: str
    target_id: str
    examination_id: str
    language: Language
    number: int
    withdrawal: Withdrawal


def keep(release: Release) -> bool:
    """Write *release*, once; False if another one is there by its name."""
    body = msgspec.json.encode(release)
    return buckets.put_once(release.key, body) or buckets.read(release.key) == body


def keep_withdrawal(release: Release, withdrawal: Withdrawal) -> Withdrawal:
    """Write that *release* is withdrawn; return what is written, if that was done before."""
    written = _Withdrawn(
        format=_FORMAT,
        target_id=release.target_id,
        examination_id=release.examination_id,
        language=release.language,
        number=release.number,
        withdrawal=withdrawal,
    )
    key = _key_of_withdrawal(release)
    if buckets.put_once(key, msgspec.json.encode(written)):
        return withdrawal
    return msgspec.json.decode(buckets.read(key), type=_Withdrawn).withdrawal


def put_back(key: str) -> None:
    """Put back into the catalogue what *key* keeps, unless it is there."""
    body = buckets.read(key)
    if key.endswith(_WITHDRAWN):
        _put_withdrawal_back(msgspec.json.decode(body, type=_Withdrawn))
    else:
        _put_release_back(msgspec.json.decode(body, type=Release))


def put_all_back(release: Release) -> None:
    """Put back what is kept by the name of *release*, withdrawn if it is."""
    put_back(release.key)
    if buckets.stored_bytes(_key_of_withdrawal(release)):
        put_back(_key_of_withdrawal(release))


def _put_release_back(release: Release) -> None:
    """Put a release back; where releasing it had only broken off, end that, draft and all."""
    seen = store.of(release.target_id, release.examination_id, release.language)
    if seen.releasing == release:
        store.end_release(release)
    else:
        store.restore(release)


def _put_withdrawal_back(written: _Withdrawn) -> None:
    """Withdraw a release again, if it is the one that holds: its followers are not withdrawn."""
    seen = store.of(written.target_id, written.examination_id, written.language)
    if seen.current and seen.current.number == written.number and not seen.withdrawal:
        store.withdraw(seen, written.withdrawal)


def _key_of_withdrawal(release: Release) -> str:
    return release.key.removesuffix(".json") + _WITHDRAWN
