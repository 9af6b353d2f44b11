"""For facility staff: a patient's slips, and the one sheet that shows a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.access import store as access
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.charts.pages import OF_PATIENT
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.patient_charts.model import LANGUAGES
from chalicelib.patient_charts.page.sheet import Place as Shown
from chalicelib.patient_charts.provider import identities
from chalicelib.patient_charts.slips import access_store
from chalicelib.patient_charts.slips import service as slips
from chalicelib.patient_charts.slips.model import (
    LEAST_DAYS,
    MOST_DAYS,
    MOST_EXAMINATIONS,
    USUAL_DAYS,
)
from chalicelib.patient_charts.slips.service import Issued, Place
from chalicelib.plain.model import Language
from chalicelib.settings import settings
from chalicelib.web import qr
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query
from chalicelib.web.pages import may_show_from

SLIPS = OF_PATIENT + "/slips"
SLIP = SLIPS + "/{slip_id}"

pages = PageRoutes(__name__)


@pages.on("GET", SLIPS, Operation.ISSUE_SLIPS)
def show_slips(visit: Visit, target_id: str, patient_key: str) -> Response:
    """Show a patient's slips, and ask for what a new one opens."""
    return _list_page(visit, Place(target_id, patient_key))


@pages.on("POST", SLIPS, Operation.ISSUE_SLIPS)
def issue(visit: Visit, target_id: str, patient_key: str) -> Response:
    """Issue a slip and show it: the only page there is with its code."""
    place = Place(target_id, patient_key)
    try:
        form = _form(visit)
        issued = slips.issue(
            visit.caller,
            place,
            form.examination_ids,
            visit.form.get("form_id", ""),
            days=form.days,
            language=form.language,
        )
    except (Invalid, Conflict) as refused:
        return _list_page(visit, place, refused)
    return _slip_page(visit, issued)


@pages.on("POST", SLIP + "/reissue", Operation.ISSUE_SLIPS)
def reissue(visit: Visit, target_id: str, patient_key: str, slip_id: str) -> Response:
    """Issue another in its place, and show that."""
    place, form_id = Place(target_id, patient_key), visit.form.get("form_id", "")
    try:
        issued = slips.reissue(visit.caller, place, slip_id, form_id)
    except Conflict as refused:
        return _list_page(visit, place, refused)
    return _slip_page(visit, issued)


@pages.on("POST", SLIP + "/revoke", Operation.ISSUE_SLIPS)
def revoke(visit: Visit, target_id: str, patient_key: str, slip_id: str) -> Response:
    """Let a slip open nothing from now on."""
    place = Place(target_id, patient_key)
    try:
        slips.revoke(visit.caller, place, slip_id)
    except Conflict as refused:
        return _list_page(visit, place, refused)
    path = SLIPS.format(target_id=target_id, patient_key=patient_key)
    return visit.redirect(with_query(path, done="revoked"))


# --- pieces ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    examination_ids: tuple[str, ...]
    days: int
    language: Language


def _form(visit: Visit) -> _Form:
    """Read what a slip is to be; raises Invalid."""
    chosen = [visit.form.get(f"examination-{number}", "") for number in range(1, _ROWS + 1)]
    days = one_line(visit.form.get("days", ""))
    if not (days.isascii() and days.isdigit() and len(days) <= 3):
        raise Invalid("the number of days is no number", code="bad-days")
    try:
        language = msgspec.convert(visit.form.get("language", ""), Language)
    except msgspec.ValidationError:
        raise Invalid("choose a language", code="no-language") from None
    return _Form(tuple(dict.fromkeys(each for each in chosen if each)), int(days), language)


_ROWS = 100  # of examinations to choose from


def _list_page(visit: Visit, place: Place, refused: HokanError | None = None) -> Response:
    patient, listed, found = slips.of_patient(visit.caller, place)
    zone, now = zone_for(visit.caller), clock.now()
    readable = [each for each in listed if each.is_readable][:_ROWS]
    return visit.page(
        "slips/list.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        place=place,
        patient=patient,
        readable=readable,
        chosen=_chosen(visit, refused, readable),
        slips=[(each, each.state(now), slips.last_day(each.slip)) for each in found],
        form_id=slips.new_form_id(),
        days=visit.form.get("days", "")[:3] if refused else str(USUAL_DAYS),
        limits=(LEAST_DAYS, MOST_DAYS),
        languages=LANGUAGES,
        language_chosen=visit.form.get("language", "") if refused else LANGUAGES[0],
        done=visit.asked("done"),
        local=lambda written: local(written, zone),
    )


def _chosen(visit: Visit, refused: HokanError | None, readable: list[Any]) -> set[str]:
    """Return what stands chosen: what was sent, or as many of the newest as one slip opens."""
    if refused:
        return set(visit.form.values())
    return {each.examination.examination_id for each in readable[:MOST_EXAMINATIONS]}


def _slip_page(visit: Visit, issued: Issued) -> Response:
    """Show the slip, in the language of whom it is for."""
    visit.language = issued.slip.language
    facility_id, host = visit.caller.facility_id, origin(visit)
    address = f"{host}/p/{issued.link_id}"
    identity = identities.identity()
    answer = visit.page(
        "slips/slip.html",
        issued=issued,
        last_day=slips.last_day(issued.slip),
        address=f"{host}/p",
        qr=qr.drawn(address),
        provider=identity,
        is_signed_by_provider=Shown.SLIP in identity.places,
        facility_name=access.facility_name(facility_id),
        phone=access_store.of(facility_id).phone,
    )
    return may_show_from(answer, "data:")  # the provider's logo


def origin(visit: Visit) -> str:
    """Return what stands before our paths for somebody outside: as it is set, or as staff came."""
    said = settings().portal_url.removesuffix("/portal")
    headers = visit.request.headers
    scheme = headers.get("x-forwarded-proto", "https")
    return said or f"{scheme}://{headers.get('host', '')}{visit.prefix}"
