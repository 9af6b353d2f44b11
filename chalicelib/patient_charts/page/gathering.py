"""What a released patient chart shows, read from where it lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from chalicelib.access import store as access_store
from chalicelib.archive.model import Examination
from chalicelib.archive.store import examinations
from chalicelib.charts import documents, embedding
from chalicelib.charts import pictures as chart_pictures
from chalicelib.charts import store as charts
from chalicelib.charts.model import Chart
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.page.sheet import Picture, Sheet
from chalicelib.patient_charts.provider import identities
from chalicelib.pictures.model import Shown
from chalicelib.web.formats import person

EMBEDDED = 90_000  # bytes of pictures; a third more in base64, and the file stays below 200 KB
GONE = "gone"  # it is not among the examination's files any more
BEING_MADE = "being-made"
TO_BE_MADE_AGAIN = "to-be-made-again"

Pictures = Literal["presigned", "embedded"]


def sheet(release: Release, pictures: Pictures) -> Sheet:
    """
    Return all that a page about *release* shows.

    The caller has made sure that its reader may see it, and committed the audit row.

    Args:
        pictures: By addresses that hold for some minutes, or within the page.

    Raises:
        NotFound: The examination, or the version of its chart, is not there any more.
    """
    target_id, facility_id = release.target_id, release.facility_id
    examination = examinations.examination(target_id, release.examination_id)
    key = examination.patient_key
    patient = examinations.patient(target_id, key) if key else None
    chart = charts.version(target_id, release.examination_id, release.chart_number).chart
    return Sheet(
        release=release,
        chart=chart,
        provider=identities.identity(),
        facility=access_store.facility_name(facility_id),
        patient_id=patient.patient_id if patient else "",
        patient_name=person(patient.name) if patient else "",
        examined_on=examination.examined_at[:10],
        released_on=documents.local(facility_id, release.released_at).date().isoformat(),
        doctor=documents.known_as(facility_id, release.released_by),
        pictures=tuple(_pictures(examination, chart, pictures)),
    )


def _pictures(examination: Examination, chart: Chart, how: Pictures) -> Iterator[Picture]:
    found = _embedded(examination, chart) if how == "embedded" else _linked(examination, chart)
    for number, image in enumerate(chart.images, start=1):
        shown = found.get(image.sha256)
        known = shown.picture if shown else None
        yield Picture(
            number=number,
            sha256=image.sha256,
            address=shown.thumb if shown else "",
            why_not=_why_not(shown),
            note=image.note,
            width=known.width if known else 0,
            height=known.height if known else 0,
        )


def _embedded(examination: Examination, chart: Chart) -> dict[str, Shown]:
    held = embedding.held(examination, chart, EMBEDDED)
    return {sha256: each.shown for sha256, each in held.items()}


def _linked(examination: Examination, chart: Chart) -> dict[str, Shown]:
    linked = chart_pictures.linked(examination, [each.sha256 for each in chart.images])
    return {sha256: each.shown for sha256, each in linked.items()}


def _why_not(shown: Shown | None) -> str:
    if shown is None:
        return GONE
    if shown.thumb:
        return ""
    if shown.is_being_made:
        return BEING_MADE
    return shown.reason or TO_BE_MADE_AGAIN
