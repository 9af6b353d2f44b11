"""Prints in the portal: asked for, printed in one go, labelled, said to be posted."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Any

from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.access.service import audit
from chalicelib.charts import documents
from chalicelib.charts import service as charts
from chalicelib.charts.pages import CHART, here
from chalicelib.contracts import store as contracts
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.patient_charts import standing
from chalicelib.patient_charts.model import LANGUAGES, Release
from chalicelib.patient_charts.page import document, gathering
from chalicelib.patient_charts.page.sheet import Place
from chalicelib.patient_charts.prints import service as printing_service
from chalicelib.patient_charts.prints.addresses import address
from chalicelib.patient_charts.prints.apart import apart
from chalicelib.patient_charts.prints.model import PrintJob, Stage, new_job_id
from chalicelib.patient_charts.prints.service import Sorted
from chalicelib.patient_charts.provider.identities import identity
from chalicelib.plain.model import Language
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query
from chalicelib.web.pages import Reader

PRINTING = "/portal/printing"
ASK = CHART + "/patient/print"
LABELS = 12  # on a sheet: two columns of six, 86.4 x 42.3 mm each
STEPS = {"printed": Stage.PRINTED, "posted": Stage.POSTED, "cancelled": Stage.CANCELLED}
_TICKED = "job-"
_JOB_ID = re.compile(r"print-[0-9a-z]{26}")

pages = PageRoutes(__name__)


# --- the queue ---------------------------------------------------------------------------------


@pages.on("GET", PRINTING, Operation.PRINT_PATIENT_CHARTS)
def show_prints(visit: Visit) -> Response:
    """Show the jobs of one stage, newest first."""
    return _list_page(visit, _stage(visit.asked("stage")))


@pages.on("POST", PRINTING, Operation.PRINT_PATIENT_CHARTS)
def change_prints(visit: Visit) -> Response:
    """Print the ticked jobs or their labels, or say how far they are."""
    stage, step = _stage(visit.form.get("stage", "")), visit.form.get("step", "")
    try:
        if step == "print":
            return _sheets_page(visit)
        if step == "labels":
            return _labels_page(visit)
        if step in STEPS:
            done = printing_service.mark(visit.caller, _ticked(visit), STEPS[step])
            return _after(visit, stage, STEPS[step], done)
    except Invalid as refused:
        return _list_page(visit, stage, status=refused.status, refused=refused.code)
    raise NotFound("nothing is done by this name")


def _after(visit: Visit, stage: Stage, to: Stage, done: Sorted) -> Response:
    """Go back to the list; where something was refused, say what and why."""
    if done.refused:
        return _list_page(visit, stage, status=409, done=len(done.done), to=to, sorted=done)
    query = {"stage": stage.value, "done": str(len(done.done)), "to": to.value}
    return visit.redirect(with_query(PRINTING, **query))


def _list_page(visit: Visit, stage: Stage, *, status: int = 200, **more: Any) -> Response:
    cursor = visit.asked("cursor") if visit.request.method == "GET" else ""
    found, following = printing_service.page_of(visit.caller, stage, cursor or None)
    facility_id = visit.caller.facility_id
    usual = {
        "refused": "",
        "sorted": None,
        "to": visit.asked("to") if visit.asked("to") in {*STEPS, "queued"} else "",
        "done": _number(visit.asked("done")),
    }
    return visit.page(
        "patient_charts/printing.html",
        status=status,
        stage=stage,
        stages=list(Stage),
        found=found,
        cursor=following,
        targets={each.target_id: each.name for each in contracts.targets_of(facility_id)},
        known_as=cache(partial(documents.known_as, facility_id)),  # few people, many jobs
        local=lambda written: documents.local(facility_id, written),
        labels=LABELS,
        **{**usual, **more},
    )


def _sheets_page(visit: Visit) -> Response:
    """Answer what goes to the printer, each in the language of its release, and what does not."""
    found, refused = printing_service.to_print(visit.caller, _ticked(visit))
    sheets = [_on_paper(visit, job, release) for job, release in found]
    answer = visit.page("patient_charts/prints.html", sheets=sheets, refused=refused)
    return document.with_pictures(answer)


def _on_paper(visit: Visit, job: PrintJob, release: Release) -> dict[str, Any]:
    sheet = gathering.sheet(release, "presigned")
    html = document.page_html(sheet, Reader(release.language, visit.prefix, here=""))
    return {"job": job, "html": apart(html, job.job_id)}


def _labels_page(visit: Visit) -> Response:
    """Answer a sheet of labels, from the first free one on."""
    found = printing_service.labels(visit.caller, _ticked(visit))
    first = max(1, min(_number(visit.form.get("first", "")) or 1, LABELS))
    cells = [None] * (first - 1) + found
    provider = identity()
    return visit.page(
        "patient_charts/labels.html",
        sheets=[cells[start : start + LABELS] for start in range(0, len(cells), LABELS)],
        facility=access_store.facility_name(visit.caller.facility_id),
        provider=provider.name if Place.LABEL in provider.places else "",
    )


# --- asking for one ----------------------------------------------------------------------------


@pages.on("GET", ASK, Operation.PRINT_PATIENT_CHARTS)
def ask_for_print(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Ask to whom the patient chart is posted."""
    return _ask_page(visit, target_id, examination_id, visit.asked("in"))


@pages.on("POST", ASK, Operation.PRINT_PATIENT_CHARTS)
def queue_print(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Put it into the queue; the form carries the job's id, so that twice is once."""
    form, place = visit.form, (target_id, examination_id)
    charts.subject(visit.caller, *place)
    language, number = form.get("language", ""), _number(form.get("number", ""))
    try:
        to = address(form.get("name", ""), form.get("postal_code", ""), form.get("lines", ""))
        spoken = _language(language)
        job_id = _job_id(form.get("job_id", ""))
        printing_service.queue(visit.caller, *place, spoken, number, job_id, to)
    except (Invalid, Conflict) as refused:
        return _ask_page(visit, *place, language, status=refused.status, refused=refused.code)
    return visit.redirect(with_query(PRINTING, done="1", to="queued"))


def _ask_page(
    visit: Visit,
    target_id: str,
    examination_id: str,
    language: str,
    *,
    status: int = 200,
    refused: str = "",
) -> Response:
    subject = charts.subject(visit.caller, target_id, examination_id)
    found = standing.all_readable(target_id, examination_id)
    release = found.get(language) or found.get(visit.language) or next(iter(found.values()), None)
    if release:
        audit(visit.caller, "read-patient-chart", release.document)
    form = visit.form if visit.request.method == "POST" else {}
    return visit.page(
        "patient_charts/ask_print.html",
        status=status,
        subject=subject,
        release=release,
        others=[each for each in found if release and each != release.language],
        refused=refused,
        job_id=form.get("job_id") or new_job_id(clock.now()),
        typed={name: form.get(name, "") for name in ("name", "postal_code", "lines")},
        chart_path=here(target_id, examination_id),
    )


# --- pieces ------------------------------------------------------------------------------------


def _ticked(visit: Visit) -> list[str]:
    """Return the jobs that are ticked, in the order of the page."""
    return [name.removeprefix(_TICKED) for name in visit.form if name.startswith(_TICKED)]


def _stage(typed: str) -> Stage:
    return Stage(typed) if typed in set(Stage) else Stage.QUEUED


def _language(typed: str) -> Language:
    for language in LANGUAGES:
        if language == typed:
            return language
    raise NotFound("nothing is released in this language")


def _job_id(typed: str) -> str:
    """Return the id the form carried; raises NotFound for what is none of ours."""
    if not _JOB_ID.fullmatch(typed):
        raise NotFound("there is no such form")
    return typed


def _number(typed: str) -> int:
    written = one_line(typed)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0
