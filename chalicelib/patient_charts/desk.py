"""What a doctor works on before releasing it: our sentences beside theirs, and their wordings."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.charts import service as charts
from chalicelib.charts.record import Version
from chalicelib.charts.service import Subject
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound, TooLarge
from chalicelib.patient_charts import previewing, store, wording
from chalicelib.patient_charts.model import (
    Basis,
    Draft,
    PatientChart,
    Release,
    State,
    Wording,
    document_number,
)
from chalicelib.patient_charts.previewing import Line, Preview, set_aside
from chalicelib.patient_charts.service import Place, Seen, as_seen, changed, shown, wordings_for
from chalicelib.patient_charts.slips import reading_store
from chalicelib.patient_charts.slips.reading_store import Reader

MOST_BYTES = 60_000  # of a draft, in JSON


@dataclass(frozen=True, slots=True)
class Desk:
    """
    What a doctor has before them.

    Attributes:
        version: The version of the chart that holds; None as long as nobody signed one.
        preview: What a release would say now.
        is_amended: A draft of the chart's next version is open.
        older: Wordings of what an older version of the chart said, and this one does not.
    """

    subject: Subject
    chart: PatientChart
    version: Version | None
    preview: Preview | None
    is_amended: bool
    older: tuple[Wording, ...]

    @property
    def state(self) -> State:
        number = self.version.number if self.version else None
        return self.chart.state(Basis(number, self.subject.examination.patient_key))

    def line(self, source: str) -> Line:
        """Return the sentence that comes from *source*; raises NotFound."""
        found = self.preview.line(source) if self.preview else None
        if found is None:
            raise NotFound("this chart has no such sentence")
        return found


# --- looking -------------------------------------------------------------------------------------


def look(caller: Caller, place: Place) -> Desk:
    """Return a chart in a patient's words, beside the doctor's; raises NotFound."""
    subject = charts.subject(caller, *place[:2])
    audit(caller, "read-patient-chart", document_number(*place))
    found = _desk(subject, place)
    if found.chart.current:
        _tell_patient(subject, found.chart.current)
    return found


def releases(caller: Caller, place: Place) -> tuple[Desk, list[Release]]:
    """Return all that was ever released of an examination, newest first."""
    subject = charts.subject(caller, *place[:2])
    audit(caller, "list-patient-chart-releases", document_number(*place))
    return _desk(subject, place), list(store.releases(*place))


def release_of(caller: Caller, place: Place, number: int) -> tuple[Subject, Release]:
    """Return one release, as it was; raises NotFound."""
    subject = charts.subject(caller, *place[:2])
    audit(caller, "read-patient-chart-release", document_number(*place))
    found = store.release(*place, number)
    _tell_patient(subject, found)
    return subject, found


def _tell_patient(subject: Subject, release: Release) -> None:
    """Note that staff look at what was released: its patient sees who did."""
    if subject.patient:
        reader = (subject.patient.patient_key, Reader.STAFF)
        reading_store.note(*reader, release.document, release.number, clock.now())


def _desk(subject: Subject, place: Place) -> Desk:
    record = charts.settled(*place[:2])
    chart, version = shown(*place), record.current
    wordings, older = wordings_for(chart, version) if version else ((), ())
    return Desk(
        subject=subject,
        chart=chart,
        version=version,
        preview=previewing.preview(version.chart, place[2], wordings) if version else None,
        is_amended=bool(version and record.draft),
        older=older,
    )


# --- wordings ------------------------------------------------------------------------------------


def save_wording(caller: Caller, place: Place, seen: Seen, source: str, typed: str) -> PatientChart:
    """
    Put what a doctor *typed* in the place of the sentence that comes from *source*.

    Raises:
        NotFound: There is no such sentence.
        Invalid: See :func:`wording.checked`.
        Conflict: ``not-signed``, ``chart-changed``, ``patient-chart-changed``: see
            :func:`as_seen`.
        TooLarge: There are too many words for a row.
    """
    chart, version = as_seen(caller, place, seen)
    wordings, older = wordings_for(chart, version)
    line = previewing.preview(version.chart, place[2], wordings).line(source)
    if line is None:
        raise NotFound("this chart has no such sentence")
    text = wording.checked(line.own, typed, place[2])
    others = _but(wordings, source)
    if text != line.ours:
        others = (*others, Wording(source=source, text=text, worded_by=caller.id))
    return _saved(caller, chart, version, (*others, *set_aside(older)))


def take_own_words(caller: Caller, place: Place, seen: Seen, source: str) -> PatientChart:
    """Leave the sentence that comes from *source* in the record's own words."""
    _, version = as_seen(caller, place, seen)
    line = previewing.preview(version.chart, place[2]).line(source)
    if line is None:
        raise NotFound("this chart has no such sentence")
    return save_wording(caller, place, seen, source, line.own.text)


def reset_wording(caller: Caller, place: Place, seen: Seen, source: str) -> PatientChart:
    """Take our own sentence again for *source*; raises Conflict as :func:`save_wording`."""
    chart, version = as_seen(caller, place, seen)
    wordings, older = wordings_for(chart, version)
    return _saved(caller, chart, version, (*_but(wordings, source), *set_aside(older)))


def _but(wordings: tuple[Wording, ...], source: str) -> tuple[Wording, ...]:
    return tuple(each for each in wordings if each.source != source)


def _saved(
    caller: Caller, chart: PatientChart, version: Version, wordings: tuple[Wording, ...]
) -> PatientChart:
    place = (chart.target_id, chart.examination_id, chart.language)
    draft = Draft(
        chart_number=version.number,
        wordings=wordings,
        saved_by=caller.id,
        saved_at=clock.text(clock.now()),
    )
    if len(msgspec.json.encode(draft)) > MOST_BYTES:
        raise TooLarge(f"wordings have at most {MOST_BYTES:,} bytes", limit_bytes=MOST_BYTES)
    audit(caller, "save-patient-wording", document_number(*place))
    if not store.save_draft(chart, draft):
        raise changed(place)
    return store.of(*place)
