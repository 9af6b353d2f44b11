"""What patients take along, downloaded by the facility's staff, for a patient who asks for it."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.access.service import audit
from chalicelib.charts import service as charts
from chalicelib.charts.fhir_codes import FHIR_JSON
from chalicelib.charts.pages import CHART, HTML
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts import standing
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.sharing import taking
from chalicelib.web import printing

OF_PATIENT = CHART + "/patient"

pages = PageRoutes(__name__)


@pages.on("GET", OF_PATIENT + "/file", Operation.SEE_CHARTS)
def download_file(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Answer what the patient may read as one HTML file; ``?in=`` says which of them."""
    release = _release(visit, target_id, examination_id)
    body = taking.html(release, release.language)
    return visit.download(taking.name_of(release, "html"), HTML, body)


@pages.on("GET", OF_PATIENT + "/pdf", Operation.SEE_CHARTS)
def download_pdf(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Answer it as PDF."""
    release = _release(visit, target_id, examination_id)
    return visit.download(taking.name_of(release, "pdf"), printing.KIND, taking.pdf(release))


@pages.on("GET", OF_PATIENT + "/fhir", Operation.SEE_CHARTS)
def download_fhir(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Answer it as a FHIR R4 document."""
    release = _release(visit, target_id, examination_id)
    return visit.download(taking.name_of(release, "json"), FHIR_JSON, taking.fhir_json(release))


def _release(visit: Visit, target_id: str, examination_id: str) -> Release:
    """Return what the patient may read, in the language asked for; that it is read is on record."""
    charts.subject(visit.caller, target_id, examination_id)
    found = standing.all_readable(target_id, examination_id)
    if not found:
        raise NotFound("there is nothing that this patient may read")
    wanted = visit.asked("in") or visit.language
    release = found.get(wanted) or next(iter(found.values()))
    audit(visit.caller, "take-patient-chart", release.document)
    return release
