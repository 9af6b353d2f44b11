"""Charts in the portal: those of a target, of a patient, of one examination, and its versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive.store import cases
from chalicelib.buckets import derived
from chalicelib.charts import beside, documents, pictures, plot, service, trends
from chalicelib.charts.fhir_codes import FHIR_JSON
from chalicelib.charts.model import Chart
from chalicelib.charts.record import Record, Version, chart_id
from chalicelib.charts.service import Subject
from chalicelib.contracts import store as contracts
from chalicelib.contracts.readable import is_readable
from chalicelib.web import printing
from chalicelib.web.pages import may_show_from

CHARTS = "/portal/charts"
OF_PATIENT = CHARTS + "/{target_id}/patients/{patient_key}"
CHART = CHARTS + "/{target_id}/examinations/{examination_id}"
HTML = "text/html; charset=utf-8"

pages = PageRoutes(__name__)


# --- lists -------------------------------------------------------------------------------------


@pages.on("GET", CHARTS, Operation.SEE_CHARTS)
def show_charts(visit: Visit) -> Response:
    """Show a target's examinations with how their charts stand; without a target, ask which."""
    listed = contracts.targets_of(visit.caller.facility_id)
    targets = [each for each in listed if is_readable(visit.caller, each)]
    only = targets[0].target_id if len(targets) == 1 and targets[0].contract else ""
    target_id = visit.asked("target") or only
    if not target_id:
        return visit.page("charts/targets.html", targets=targets)
    found, cursor = service.page_of_target(visit.caller, target_id, visit.asked("cursor") or None)
    return visit.page(
        "charts/list.html",
        target=contracts.target(visit.caller.facility_id, target_id),
        found=found,
        cursor=cursor,
        done=visit.asked("done"),
        has_others=not only,
    )


@pages.on("GET", OF_PATIENT, Operation.SEE_CHARTS)
def show_charts_of_patient(visit: Visit, target_id: str, patient_key: str) -> Response:
    """Show a patient's examinations, and what was measured more than once."""
    patient, found = service.of_patient(visit.caller, target_id, patient_key)
    return visit.page(
        "charts/patient.html",
        target_id=target_id,
        patient=patient,
        found=found,
        plots=[plot.plot(each) for each in trends.of(found)],
    )


# --- one chart ---------------------------------------------------------------------------------


@pages.on("GET", CHART, Operation.SEE_CHARTS)
def show_chart(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show the chart that holds, or else its draft."""
    subject, found = service.show(visit.caller, target_id, examination_id)
    return chart_page(visit, subject, found)


@pages.on("GET", CHART + "/versions", Operation.SEE_CHARTS)
def show_versions(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show every version, who signed it, and why it was amended."""
    subject = service.subject(visit.caller, target_id, examination_id)
    found = service.versions(visit.caller, target_id, examination_id)
    facility_id = visit.caller.facility_id
    return visit.page(
        "charts/versions.html",
        subject=subject,
        versions=[(each, *signed(facility_id, each)) for each in found],
        chart_path=here(target_id, examination_id),
    )


@pages.on("GET", CHART + "/versions/{version}", Operation.SEE_CHARTS)
def show_version(visit: Visit, target_id: str, examination_id: str, version: str) -> Response:
    """Show a version as it was signed."""
    place = (target_id, examination_id)
    subject, found = service.version(visit.caller, *place, service.number_of(version))
    by, at = signed(visit.caller.facility_id, found)
    return with_pictures(
        visit,
        "charts/version.html",
        subject,
        linked_by(found.chart),
        version=found,
        signer=by,
        signed_at=at,
    )


@pages.on("GET", CHART + "/html", Operation.SEE_CHARTS)
def download_html(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Answer the signed chart as one HTML file."""
    subject, found = service.version(visit.caller, target_id, examination_id, None)
    return visit.download(
        _name(found, "html"), HTML, documents.html(subject, found, visit.language)
    )


@pages.on("GET", CHART + "/pdf", Operation.SEE_CHARTS)
def download_pdf(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Answer the signed chart as PDF."""
    subject, found = service.version(visit.caller, target_id, examination_id, None)
    body = documents.pdf(subject, found, visit.language)
    return visit.download(_name(found, "pdf"), printing.KIND, body)


@pages.on("GET", CHART + "/fhir", Operation.SEE_CHARTS)
def download_fhir(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Answer the signed chart as a FHIR R4 document."""
    subject, found = service.version(visit.caller, target_id, examination_id, None)
    return visit.download(_name(found, "json"), FHIR_JSON, documents.fhir_json(subject, found))


# --- pieces ------------------------------------------------------------------------------------


def chart_page(
    visit: Visit, subject: Subject, found: Record, *, status: int = 200, refused: str = ""
) -> Response:
    """Show a chart and what may be done with it; that it is read is on record."""
    by, at = found.last_change
    facility_id = visit.caller.facility_id
    current, draft = found.current, found.draft
    holds = current or draft
    return with_pictures(
        visit,
        "charts/chart.html",
        subject,
        linked_by(holds.chart) if holds else (),
        status=status,
        record=found,
        signed=signed(facility_id, current) if current else None,
        changed_by=documents.known_as(facility_id, by) if by else "",
        changed_at=documents.local(facility_id, at) if at else None,
        done=visit.asked("done"),
        refused=refused,
        **beside.told(found.target_id, found.examination_id),
    )


def with_pictures(
    visit: Visit, template: str, subject: Subject, digests: Iterable[str], **values: Any
) -> Response:
    """Answer a page about a chart that shows *digests*; that it is read is on record."""
    examination = subject.examination
    place = (examination.target_id, examination.examination_id)
    answer = visit.page(
        template,
        subject=subject,
        pictures=pictures.linked(examination, digests),
        large=visit.asked("picture"),
        case_is_open=cases.open_one(visit.caller.facility_id, *place) is not None,
        chart_path=here(*place),
        **values,
    )
    return may_show_from(answer, derived.origin())


def linked_by(chart: Chart) -> list[str]:
    """Return the digests of the pictures that *chart* links."""
    return [each.sha256 for each in chart.images]


def here(target_id: str, examination_id: str) -> str:
    """Return the path of a chart's page."""
    return f"{CHARTS}/{target_id}/examinations/{examination_id}"


def signed(facility_id: str, version: Version) -> tuple[str, Any]:
    """Return who signed a version, and when it was there."""
    by = documents.known_as(facility_id, version.signed_by)
    return by, documents.local(facility_id, version.signed_at)


def _name(version: Version, ending: str) -> str:
    """Return what the browser saves a document as: it names nobody."""
    identifier = chart_id(version.target_id, version.examination_id)
    return f"{identifier}-{version.number}.{ending}"
