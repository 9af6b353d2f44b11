"""Releasing a signed chart in a patient's words, taking that back, and what a patient may read."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Examination
from chalicelib.archive.store import examinations
from chalicelib.charts import service as charts
from chalicelib.charts import store as signed
from chalicelib.charts.record import Version, encoded
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, TooLarge
from chalicelib.patient_charts import keeping, previewing, store
from chalicelib.patient_charts.model import (
    FORMAT,
    Basis,
    PatientChart,
    Release,
    State,
    Withdrawal,
    Wording,
)
from chalicelib.patient_charts.previewing import Preview
from chalicelib.plain.model import Language
from chalicelib.telemetry import count

MOST_REASON = 1_000  # characters
MOST_BYTES = 160_000  # of a release in JSON: a row of the catalogue holds two, and a draft
Place = tuple[str, str, Language]  # the target, the examination, and for readers of what language
Seen = tuple[int, int]  # the revision of the patient chart, and the version of the chart


class Source(NamedTuple):
    """What a release explains."""

    version: Version
    examination: Examination


# --- what a patient may read ---------------------------------------------------------------------


def shown(target_id: str, examination_id: str, language: Language) -> PatientChart:
    """Return how a patient chart stands, once a release that broke off is ended."""
    found = store.of(target_id, examination_id, language)
    return _ended(found.releasing) if found.releasing else found


def basis(target_id: str, examination_id: str) -> Basis:
    """Return what a release of an examination has to be of, to be read now."""
    current = charts.settled(target_id, examination_id).current
    found = examinations.examinations_by_id(target_id, [examination_id])
    patient_key = found[0].patient_key if found else None
    return Basis(current.number if current else None, patient_key)


def readable(target_id: str, examination_id: str, language: Language) -> Release | None:
    """Return what a patient may read now: neither withdrawn, nor of a record corrected since."""
    found = shown(target_id, examination_id, language)
    state = found.state(basis(target_id, examination_id))
    return found.current if state is State.RELEASED else None


# --- writing -------------------------------------------------------------------------------------


def release(caller: Caller, place: Place, seen: Seen, digest: str) -> PatientChart:
    """
    Let the patient read what a doctor has read: from now on nothing changes it.

    It is fixed in the catalogue first, then written to S3, then said to hold; one that broke off is
    ended by whoever comes next, with the very same words.

    Args:
        digest: Of the words the doctor read (:attr:`Preview.digest`).

    Raises:
        Conflict: ``not-signed``: nobody signed the chart; ``chart-changed``,
            ``patient-chart-changed``, ``words-changed``: it is not what the doctor read.
        TooLarge: It is more than a row can hold.
    """
    examination = charts.writable(caller, *place[:2]).examination
    before = store.of(*place)
    if before.releasing and before.revision == seen[0]:
        return _ended(before.releasing)
    chart, version = as_seen(caller, place, seen)
    wordings, _ = wordings_for(chart, version)
    found = previewing.preview(version.chart, place[2], wordings)
    if found.digest != digest:
        raise Conflict("the words are not those you read; read them again", code="words-changed")
    fixed = of_now(caller, chart, Source(version, examination), found)
    if len(msgspec.json.encode(fixed)) > MOST_BYTES:
        raise TooLarge(f"a release has at most {MOST_BYTES:,} bytes", limit_bytes=MOST_BYTES)
    audit(caller, "release-patient-chart", fixed.document)
    if not store.begin_release(chart, fixed):
        raise changed(place)
    ended = _ended(fixed)
    count("PatientChartsReleased")
    return ended


def withdraw(caller: Caller, place: Place, revision: int, reason: str) -> PatientChart:
    """
    Let no patient read the release any more.

    Raises:
        Invalid: ``no-reason``.
        Conflict: ``not-released``: there is none, or it is withdrawn; ``patient-chart-changed``.
    """
    charts.writable(caller, *place[:2])
    why = reason.strip()
    if not 1 <= len(why) <= MOST_REASON or not why.isprintable():
        raise Invalid(f"say in 1 to {MOST_REASON} characters why", code="no-reason")
    chart = _seen(place, revision)
    if chart.current is None or chart.withdrawal:
        raise Conflict("there is no release that patients can read", code="not-released")
    audit(caller, "withdraw-patient-chart", chart.current.document)
    now = Withdrawal(withdrawn_by=caller.id, withdrawn_at=clock.text(clock.now()), reason=why)
    if not store.withdraw(chart, keeping.keep_withdrawal(chart.current, now)):
        raise changed(place)
    count("PatientChartsWithdrawn")
    return store.of(*place)


# --- pieces --------------------------------------------------------------------------------------


def as_seen(caller: Caller, place: Place, seen: Seen) -> tuple[PatientChart, Version]:
    """
    Return the patient chart and the signed chart, if both are as the caller saw them.

    Raises:
        NotFound: The caller has no such examination.
        Conflict: ``not-signed``, ``chart-changed``, ``patient-chart-changed``; or what the target
            holds is being deleted (``target-deleted``).
    """
    charts.writable(caller, *place[:2])
    chart = _seen(place, seen[0])
    version = charts.settled(*place[:2]).current
    if version is None:
        raise Conflict("nobody has signed this chart yet", code="not-signed")
    if version.number != seen[1]:
        raise Conflict("the chart was amended meanwhile; read it again", code="chart-changed")
    return chart, version


def _seen(place: Place, revision: int) -> PatientChart:
    found = shown(*place)
    if found.revision != revision:
        raise changed(place)
    return found


def wordings_for(
    chart: PatientChart, version: Version
) -> tuple[tuple[Wording, ...], tuple[Wording, ...]]:
    """Return the wordings for *version*, and those that were written for what it does not say."""
    found, number = previewing.wordings_of(chart)
    if not found or number == version.number:
        return found, ()
    before = signed.version(chart.target_id, chart.examination_id, number).chart
    return previewing.carried(found, before, version.chart, chart.language)


def of_now(caller: Caller, chart: PatientChart, source: Source, found: Preview) -> Release:
    """Return what a release by *caller* would be now."""
    version = source.version
    return Release(
        format=FORMAT,
        facility_id=caller.facility_id,
        target_id=chart.target_id,
        examination_id=chart.examination_id,
        language=chart.language,
        patient_key=source.examination.patient_key,
        number=chart.next_number,
        revision=chart.revision + 1,
        chart_number=version.number,
        source_sha256=hashlib.sha256(encoded(version)).hexdigest(),
        said=found.said,
        terms=found.terms,
        released_by=caller.id,
        released_at=clock.text(clock.now()),
    )


def _ended(releasing: Release) -> PatientChart:
    """End a release: S3 first, and what S3 holds is what was released."""
    place = (releasing.target_id, releasing.examination_id, releasing.language)
    if not keeping.keep(releasing):  # the catalogue was lost, and came back older than the bucket
        keeping.put_all_back(releasing)
        raise changed(place)
    store.end_release(releasing)
    return store.of(*place)


def changed(place: Place) -> Conflict:
    return Conflict(
        "somebody changed this meanwhile; look at it and do it again",
        code="patient-chart-changed",
        revision=store.of(*place).revision,
    )
