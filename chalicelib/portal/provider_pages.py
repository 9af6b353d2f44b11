"""What the provider does for its facilities: accept what waits, see and add facilities."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access import service as access
from chalicelib.access import store as access_store
from chalicelib.access.model import DEFAULT_ZONE
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import service as contracts
from chalicelib.contracts import shown, store
from chalicelib.contracts.waiting import waiting
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.portal import service
from chalicelib.web.forms import one_line

ACCEPTING = "/portal/accepting"
FACILITIES = "/portal/facilities"

pages = PageRoutes(__name__)


# --- what waits --------------------------------------------------------------------------------


@pages.on("GET", ACCEPTING, Operation.ACCEPT_CONTRACT)
def show_waiting(visit: Visit) -> Response:
    """Show what waits for the provider, over all facilities."""
    return _waiting_page(visit)


@pages.on(
    "POST",
    "/portal/facilities/{facility_id}/contracts/{contract_id}/accept",
    Operation.ACCEPT_CONTRACT,
)
def accept(visit: Visit, facility_id: str, contract_id: str) -> Response:
    """Accept a contract or a change that waits, as it was shown."""
    try:
        _check_shown(visit, facility_id, contract_id)
        contracts.accept(visit.caller, facility_id, contract_id)
    except Conflict as refused:
        return _waiting_page(visit, contract_id=contract_id, refused=refused)
    return visit.redirect(f"{ACCEPTING}?done=accepted")


@pages.on(
    "POST",
    "/portal/facilities/{facility_id}/contracts/{contract_id}/decline",
    Operation.ACCEPT_CONTRACT,
)
def decline(visit: Visit, facility_id: str, contract_id: str) -> Response:
    """Decline a contract or a change that waits; the facility reads why."""
    reason = visit.form.get("reason", "").strip()
    try:
        _check_shown(visit, facility_id, contract_id)
        _check_reason(reason)
        contracts.decline(visit.caller, facility_id, contract_id, reason)
    except (Conflict, Invalid) as refused:
        return _waiting_page(visit, contract_id=contract_id, refused=refused, typed=reason)
    return visit.redirect(f"{ACCEPTING}?done=declined")


def _check_shown(visit: Visit, facility_id: str, contract_id: str) -> None:
    """
    Let pass an answer to just what was shown.

    Raises:
        Conflict: ``terms-differ``: something else, or nothing, waits by now.
    """
    found = store.contract(facility_id, contract_id)
    asked = found.proposed or found
    if visit.form.get("terms_sha256", "") != asked.terms_sha256:
        raise Conflict("this is not what was shown", code="terms-differ")


def _check_reason(reason: str) -> None:
    """Let pass a reason; raises Invalid without one: a no that says nothing helps nobody."""
    if not reason:
        raise Invalid("the facility has to be told why", code="no-reason")


def _waiting_page(
    visit: Visit, *, contract_id: str = "", refused: HokanError | None = None, typed: str = ""
) -> Response:
    found, cursor = waiting(visit.asked("cursor") or None)
    return visit.page(
        "portal/accepting.html",
        status=refused.status if refused else 200,
        waiting=found,
        cursor=cursor,
        done=visit.asked("done"),
        refused=refused.code if refused else "",
        refused_id=contract_id,
        typed=typed,
    )


# --- facilities --------------------------------------------------------------------------------


@pages.on("GET", FACILITIES, Operation.MANAGE_FACILITIES)
def show_facilities(visit: Visit) -> Response:
    """Show the facilities, a page of them."""
    return _facilities_page(visit)


@pages.on("POST", FACILITIES, Operation.MANAGE_FACILITIES)
def add_facility(visit: Visit) -> Response:
    """Add a facility."""
    name, zone = visit.form.get("name", ""), one_line(visit.form.get("zone", ""))
    try:
        added = access.add_facility(visit.caller, name, zone or DEFAULT_ZONE)
    except Invalid as refused:
        return _facilities_page(visit, refused=refused, name=name, zone=zone)
    return visit.redirect(f"{FACILITIES}/{added.facility_id}?done=added")


@pages.on("GET", "/portal/facilities/{facility_id}", Operation.ACCEPT_CONTRACT)
def show_facility(visit: Visit, facility_id: str) -> Response:
    """Show a facility's targets and contracts."""
    facility = access_store.facility(facility_id)
    found = store.contracts_of(facility_id)
    names = {each.target_id: each.name for each in store.targets_of(facility_id)}
    return visit.page(
        "portal/one_facility.html",
        facility=facility,
        names=names,
        contracts=[shown.shown(each) for each in found],
        done=visit.asked("done"),
    )


def _facilities_page(
    visit: Visit, *, refused: HokanError | None = None, name: str = "", zone: str = DEFAULT_ZONE
) -> Response:
    found, cursor = service.facilities(visit.asked("cursor") or None)
    return visit.page(
        "portal/facilities.html",
        status=refused.status if refused else 200,
        facilities=found,
        cursor=cursor,
        refused=refused.code if refused else "",
        name=name,
        zone=zone,
    )
