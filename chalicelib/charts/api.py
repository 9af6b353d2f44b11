"""Charts over HTTP: read, saved as drafts, signed, amended."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.model import Examination
from chalicelib.charts import documents, service, trends
from chalicelib.charts.fhir_codes import FHIR_JSON
from chalicelib.charts.fhir_writing import Bundle
from chalicelib.charts.model import Chart
from chalicelib.charts.record import Draft, Record, State, Version, chart_id
from chalicelib.web.bodies import Body
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)

TARGET = "/targets/{target_id}"
CHART = TARGET + "/examinations/{examination_id}/chart"
OF_PATIENT = TARGET + "/patients/{patient_key}"

Revision = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class SavedChart(Body):
    """
    Attributes:
        revision: Of the chart as its writer saw it; 0 where there was none.
    """

    revision: Revision
    chart: Chart


class SeenChart(Body):
    revision: Revision


class Amendment(Body):
    revision: Revision
    reason: str


class ShownChart(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        current: The version that holds; null while nobody has signed one.
    """

    chart_id: str
    target_id: str
    examination_id: str
    state: State
    revision: int
    draft: Draft | None
    current: Version | None


class ListedChart(msgspec.Struct, frozen=True, kw_only=True):
    examination: Examination
    state: State
    revision: int
    version: int | None


@routes.on("GET", CHART, Operation.SEE_CHARTS)
def show_chart(caller: Caller, target_id: str, examination_id: str) -> ShownChart:
    """Show how the chart of an examination stands."""
    return shown(service.show(caller, target_id, examination_id)[1])


@routes.on("PUT", CHART, Operation.WRITE_CHARTS, body=SavedChart, problems=(409,))
def save_chart(
    caller: Caller, saved: SavedChart, target_id: str, examination_id: str
) -> ShownChart:
    """Save the draft of a chart."""
    found = service.save(caller, target_id, examination_id, saved.revision, saved.chart)
    return shown(found)


@routes.on("POST", CHART + "/sign", Operation.SIGN_CHARTS, body=SeenChart, problems=(409,))
def sign_chart(caller: Caller, seen: SeenChart, target_id: str, examination_id: str) -> ShownChart:
    """Sign the draft of a chart: a version that never changes."""
    return shown(service.sign(caller, target_id, examination_id, seen.revision))


@routes.on("POST", CHART + "/amend", Operation.WRITE_CHARTS, body=Amendment, problems=(409,))
def amend_chart(
    caller: Caller, asked: Amendment, target_id: str, examination_id: str
) -> ShownChart:
    """Begin to amend a signed chart."""
    found = service.amend(caller, target_id, examination_id, asked.revision, asked.reason)
    return shown(found)


@routes.on("POST", CHART + "/drop", Operation.WRITE_CHARTS, body=SeenChart, problems=(409,))
def drop_draft(caller: Caller, seen: SeenChart, target_id: str, examination_id: str) -> ShownChart:
    """Forget the draft of a chart."""
    return shown(service.drop(caller, target_id, examination_id, seen.revision))


@routes.on("GET", CHART + "/versions", Operation.SEE_CHARTS)
def list_chart_versions(caller: Caller, target_id: str, examination_id: str) -> Page[Version]:
    """List the signed versions of a chart, newest first."""
    return Page(service.versions(caller, target_id, examination_id), None)


@routes.on("GET", CHART + "/versions/{version}", Operation.SEE_CHARTS)
def show_chart_version(
    caller: Caller, target_id: str, examination_id: str, version: str
) -> Version:
    """Show a signed version of a chart."""
    return service.version(caller, target_id, examination_id, service.number_of(version))[1]


@routes.on("GET", CHART + "/fhir", Operation.SEE_CHARTS, answer_kind=FHIR_JSON)
def chart_as_fhir(caller: Caller, target_id: str, examination_id: str) -> Bundle:
    """Give the signed chart as a FHIR R4 document."""
    return documents.fhir(*service.version(caller, target_id, examination_id, None))


@routes.on("GET", OF_PATIENT + "/charts", Operation.SEE_CHARTS)
def list_charts_of_patient(caller: Caller, target_id: str, patient_key: str) -> Page[ListedChart]:
    """List a patient's examinations, newest first, with how their charts stand."""
    _, found = service.of_patient(caller, target_id, patient_key)
    return Page([_listed(*each) for each in found], None)


@routes.on("GET", OF_PATIENT + "/trends", Operation.SEE_CHARTS)
def list_trends(caller: Caller, target_id: str, patient_key: str) -> Page[trends.Series]:
    """List what was measured more than once of a patient."""
    _, found = service.of_patient(caller, target_id, patient_key)
    return Page(trends.of(found), None)


def shown(found: Record) -> ShownChart:
    return ShownChart(
        chart_id=chart_id(found.target_id, found.examination_id),
        target_id=found.target_id,
        examination_id=found.examination_id,
        state=found.state,
        revision=found.revision,
        draft=found.draft,
        current=found.current,
    )


def _listed(examination: Examination, found: Record) -> ListedChart:
    return ListedChart(
        examination=examination,
        state=found.state,
        revision=found.revision,
        version=found.current.number if found.current else None,
    )
