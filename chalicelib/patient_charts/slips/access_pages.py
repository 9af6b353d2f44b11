"""For a facility's administrator: whom patients call, and the way in by their number alone."""

from __future__ import annotations

import re

import msgspec
from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.access.service import audit
from chalicelib.kernel.errors import Invalid
from chalicelib.patient_charts.slips import access_store, number_alone
from chalicelib.patient_charts.slips.pages import origin
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query

ACCESS = "/portal/patient-access"
_PHONE = re.compile(r"[0-9+() -]{6,20}")

pages = PageRoutes(__name__)


@pages.on("GET", ACCESS, Operation.SET_PATIENT_ACCESS)
def show_access(visit: Visit) -> Response:
    """Show how patients come in."""
    return _page(visit)


@pages.on("POST", ACCESS, Operation.SET_PATIENT_ACCESS)
def set_phone(visit: Visit) -> Response:
    """Set whom patients call."""
    phone = one_line(visit.form.get("phone", ""))
    if phone and not _PHONE.fullmatch(phone):
        return _page(visit, Invalid("a telephone number has 6 to 20 digits", code="bad-phone"))
    audit(visit.caller, "set-patients-phone", visit.caller.facility_id)
    known = access_store.of(visit.caller.facility_id)
    access_store.put(visit.caller.facility_id, msgspec.structs.replace(known, phone=phone))
    return visit.redirect(with_query(ACCESS, done="phone"))


@pages.on("POST", ACCESS + "/number-alone", Operation.SET_PATIENT_ACCESS)
def set_number_alone(visit: Visit) -> Response:
    """Say first what it means to let patients in by their number alone; then do it, or undo it."""
    step = visit.form.get("step", "")
    if step == "ask":
        return visit.page("slips/warning.html")
    if step in {"on", "off"}:
        number_alone.switch(visit.caller, is_on=step == "on")
    return visit.redirect(with_query(ACCESS, done=step))


def _page(visit: Visit, refused: Invalid | None = None) -> Response:
    known = access_store.of(visit.caller.facility_id)
    return visit.page(
        "slips/access.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        phone=visit.form.get("phone", "")[:40] if refused else known.phone,
        access=known,
        address=f"{origin(visit)}/p/number/{visit.caller.facility_id}",
        done=visit.asked("done"),
    )
