"""
What patients see: the way in by a slip, what it opens, and one document.

Whatever goes wrong on the way in, the same page comes back, empty, and says the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.access import sign_in
from chalicelib.access import store as access
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.policy import Operation
from chalicelib.access.service import audit
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.page import document as article
from chalicelib.patient_charts.page import gathering
from chalicelib.patient_charts.slips import (
    access_store,
    looked,
    number_alone,
    opened,
    patient_sessions,
    reading_store,
    signing_in,
)
from chalicelib.patient_charts.slips import service as slips
from chalicelib.patient_charts.slips.opened import Document, Opened
from chalicelib.patient_charts.slips.patient_guard import SIGN_IN, PatientRoutes, PatientVisit
from chalicelib.patient_charts.slips.reading_store import Reader
from chalicelib.web import cookies, links

BY_LINK = SIGN_IN + "/{link_id}"
BY_NUMBER_ALONE = SIGN_IN + "/number/{facility_id}"
CHARTS = SIGN_IN + "/charts"
FORM_SECONDS = 3600
MISSED = 404

pages = PatientRoutes(__name__)


@dataclass(frozen=True, slots=True)
class _Way:
    """What a way in asks for, and where its form goes."""

    path: str
    asks_number: bool = True
    asks_code: bool = True


BY_BOTH = _Way(SIGN_IN)


# --- coming in ---------------------------------------------------------------------------------


@pages.on("GET", SIGN_IN, Operation.SIGN_IN_BY_SLIP)
def ask(visit: PatientVisit) -> Response:
    """Ask for a patient's number and the code on their slip."""
    _have_form(visit)
    return _sign_in_page(visit, BY_BOTH)


@pages.on("POST", SIGN_IN, Operation.SIGN_IN_BY_SLIP)
def take(visit: PatientVisit) -> Response:
    """Try both."""
    number, code = _typed(visit, "patient_id"), _typed(visit, "code")
    return _try(visit, BY_BOTH, lambda: signing_in.by_number(number, code, visit.address))


@pages.on("GET", BY_LINK, Operation.SIGN_IN_BY_SLIP)
def ask_by_link(visit: PatientVisit, link_id: str) -> Response:
    """Ask for the code alone; whether the link leads anywhere is not looked up."""
    _have_form(visit)
    return _sign_in_page(visit, _Way(f"{SIGN_IN}/{link_id}", asks_number=False))


@pages.on("POST", BY_LINK, Operation.SIGN_IN_BY_SLIP)
def take_by_link(visit: PatientVisit, link_id: str) -> Response:
    """Try the code."""
    code = _typed(visit, "code")
    way = _Way(f"{SIGN_IN}/{link_id}", asks_number=False)
    return _try(visit, way, lambda: signing_in.by_link(link_id, code))


@pages.on("GET", BY_NUMBER_ALONE, Operation.SIGN_IN_BY_SLIP)
def ask_number_alone(visit: PatientVisit, facility_id: str) -> Response:
    """Ask for a number alone; whether the facility lets anybody in so is not looked up."""
    _have_form(visit)
    return _sign_in_page(visit, _Way(f"{SIGN_IN}/number/{facility_id}", asks_code=False))


@pages.on("POST", BY_NUMBER_ALONE, Operation.SIGN_IN_BY_SLIP)
def take_number_alone(visit: PatientVisit, facility_id: str) -> Response:
    """Try it, where the facility lets patients in so; elsewhere it is a miss."""
    way = _Way(f"{SIGN_IN}/number/{facility_id}", asks_code=False)
    number, address = _typed(visit, "patient_id"), visit.address
    return _try(visit, way, lambda: number_alone.come_in(facility_id, number, address))


@pages.on("POST", SIGN_IN + "/sign-out", Operation.SEE_OWN_CHARTS)
def sign_out(visit: PatientVisit) -> Response:
    """End the session that asks."""
    patient_sessions.end(visit.session_id)
    visit.cookies.append(cookies.forgotten(cookies.PATIENT))
    return visit.redirect(links.with_query(SIGN_IN, why="signed-out"))


# --- once inside -------------------------------------------------------------------------------


@pages.on("GET", CHARTS, Operation.SEE_OWN_CHARTS)
def show_charts(visit: PatientVisit) -> Response:
    """Show what the slip opens, and who looked at it."""
    slip = visit.slip
    audit(visit.caller, "list-patient-charts", slip.slip_id)
    readings = reading_store.newest(slip.patient_key)
    return visit.page(
        "patients/charts.html",
        opened=_opened(visit),
        readings=[each for each in readings if each.reader is Reader.PATIENT],
        staff_readings=[each for each in readings if each.reader is Reader.STAFF],
        looks=looked.from_outside(slip),
        slip=slip,
        last_day=slips.last_day(slip),
        **_frame(visit),
    )


@pages.on("GET", CHARTS + "/{document}", Operation.SEE_OWN_CHARTS)
def show_document(visit: PatientVisit, document: str) -> Response:
    """Show one document, or why it cannot be read any more."""
    examination, found = _find(visit, document)
    audit(visit.caller, "read-patient-chart", document)
    if not found.is_readable:
        values = {"examination": examination, "document": found, **_frame(visit)}
        return visit.page("patients/calm.html", **values)
    release = found.release
    reader = (visit.slip.patient_key, Reader.PATIENT)
    reading_store.note(*reader, document, release.number, clock.now())
    sheet = gathering.sheet(release, "presigned")
    values = {**article.values(sheet), **_frame(visit), "provider": sheet.provider}
    return article.with_pictures(visit.page("patients/chart.html", **values))


# --- pieces ------------------------------------------------------------------------------------


def _try(visit: PatientVisit, way: _Way, come_in: Callable[[], str]) -> Response:
    """Lead inside, under an id nobody has seen before; or ask again as if nothing were typed."""
    try:
        session_id = come_in()
    except NotFound:
        return _sign_in_page(visit, way, status=MISSED)
    if visit.session_id:
        patient_sessions.end(visit.session_id)
    life = int(patient_sessions.LIFE.total_seconds())
    visit.cookies += [
        cookies.strict(cookies.PATIENT, session_id, seconds=life),
        cookies.forgotten(cookies.PATIENT_FORM),
    ]
    return visit.redirect(CHARTS)


def _sign_in_page(visit: PatientVisit, way: _Way, *, status: int = 200) -> Response:
    return visit.page(
        "patients/sign_in.html",
        status=status,
        way=way,
        is_missed=status == MISSED,
        why=visit.asked("why"),
    )


def _have_form(visit: PatientVisit) -> None:
    """Give the browser an id that its sign-in form is bound to, unless it has one."""
    visit.sign_in_id = visit.sign_in_id or sign_in.new_id()
    kept = cookies.strict(cookies.PATIENT_FORM, visit.sign_in_id, seconds=FORM_SECONDS)
    visit.cookies.append(kept)


def _typed(visit: PatientVisit, name: str) -> str:
    return visit.form.get(name, "")


def _opened(visit: PatientVisit) -> list[Opened]:
    slip = visit.slip
    return opened.of_examinations(slip.target_id, slip.patient_key, slip.examination_ids)


def _find(visit: PatientVisit, number: str) -> tuple[Opened, Document]:
    """Return a document that the slip opens; raises NotFound for any other."""
    for each in _opened(visit):
        for document in each.documents:
            if document.number == number:
                return each, document
    raise NotFound("there is no such document, or your slip does not open it")


def _frame(visit: PatientVisit) -> dict[str, Any]:
    """Return what every page inside tells: whose it is, whom to call, and when moments were."""
    zone = zone_for(visit.caller)
    facility_id = visit.caller.facility_id
    agreed = access_store.of(facility_id)
    return {
        "facility_name": access.facility_name(facility_id),
        "phone": agreed.phone,
        "is_by_number_alone": agreed.is_by_number_alone,
        "local": lambda written: local(written, zone),
    }
