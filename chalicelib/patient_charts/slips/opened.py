"""Which documents there are of a patient's examinations, and how each stands for the patient."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from chalicelib.archive.model import Examination
from chalicelib.archive.store import examinations
from chalicelib.charts import service as chart_service
from chalicelib.charts import store as charts
from chalicelib.charts.record import Version
from chalicelib.patient_charts import service, store
from chalicelib.patient_charts.model import LANGUAGES, Basis, PatientChart, Release, State


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was released of one examination in one language, and how it stands now.

    Attributes:
        release: The newest one, whether or not a patient may read it.
        since: When it was withdrawn, or the chart corrected; empty while it may be read.
    """

    release: Release
    state: State
    since: str = ""

    @property
    def number(self) -> str:
        return self.release.document

    @property
    def is_readable(self) -> bool:
        return self.state is State.RELEASED


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """
    An examination with what was released of it.

    Attributes:
        kind: As its chart says, in one of our words; empty where none is signed any more.
    """

    examination: Examination
    kind: str
    documents: list[Document]

    @property
    def is_readable(self) -> bool:
        return any(each.is_readable for each in self.documents)


def of_examinations(
    target_id: str, patient_key: str, examination_ids: Iterable[str]
) -> list[Opened]:
    """Return those of a patient's examinations of which something was released, newest first."""
    own = [
        each
        for each in examinations.examinations_by_id(target_id, list(examination_ids))
        if each.patient_key == patient_key  # a correction may have moved one to another patient
    ]
    listed = [each.examination_id for each in own]
    signed = _signed(target_id, listed)
    documents = _documents(target_id, patient_key, listed, signed)
    found = [
        Opened(
            examination=each,
            kind=_kind(signed.get(each.examination_id)),
            documents=documents[each.examination_id],
        )
        for each in own
        if each.examination_id in documents
    ]
    return sorted(found, key=lambda each: each.examination.examined_at, reverse=True)


def _signed(target_id: str, examination_ids: list[str]) -> dict[str, Version]:
    """Return those versions of charts that hold, by examination."""
    found = charts.records(target_id, examination_ids)
    for each in [each for each, record in found.items() if record.signing]:
        found[each] = chart_service.settled(target_id, each)  # an amendment that broke off counts
    return {each: record.current for each, record in found.items() if record.current}


def _kind(version: Version | None) -> str:
    return str(version.chart.kind) if version else ""


def _documents(
    target_id: str, patient_key: str, examination_ids: list[str], signed: dict[str, Version]
) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for language in LANGUAGES:
        for kept in store.of_examinations(target_id, examination_ids, language).values():
            each = _settled(kept)
            if each.current:
                version = signed.get(each.examination_id)
                document = _document(each, each.current, version, patient_key)
                found.setdefault(each.examination_id, []).append(document)
    return found


def _settled(chart: PatientChart) -> PatientChart:
    """Return a patient chart once a release that broke off is ended."""
    is_open = chart.releasing is not None
    place = (chart.target_id, chart.examination_id, chart.language)
    return service.shown(*place) if is_open else chart


def _document(
    chart: PatientChart, release: Release, signed: Version | None, patient_key: str
) -> Document:
    state = chart.state(Basis(signed.number if signed else None, patient_key))
    if state is State.WITHDRAWN and chart.withdrawal:
        return Document(release=release, state=state, since=chart.withdrawal.withdrawn_at)
    since = signed.signed_at if signed and state is State.OUTDATED else ""
    return Document(release=release, state=state, since=since)
