"""Ordering discs, a question a page: of which target, what of it, and onto which discs."""

from __future__ import annotations

import msgspec
from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive import service as archive
from chalicelib.archive.model import patient_key
from chalicelib.archive.store import examinations, usage
from chalicelib.contracts import store as contracts
from chalicelib.contracts.display import has_display_tool
from chalicelib.contracts.model import TargetKind
from chalicelib.discs import service
from chalicelib.discs.model import Offer, Wanted
from chalicelib.discs.pages import DISCS
from chalicelib.exports.choosing import Chosen, chosen, subject
from chalicelib.exports.pages import local_to
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from chalicelib.media.planning import Medium
from chalicelib.web.forms import one_line

NEW = DISCS + "/new"
TARGET = NEW + "/{target_id}"

pages = PageRoutes(__name__)


class Typed(msgspec.Struct, frozen=True):
    """What the last page asks for; encrypted unless somebody says otherwise."""

    medium: str = Medium.DVD.value
    encrypted: bool = True
    album: bool = False


@pages.on("GET", NEW, Operation.ORDER_DISCS)
def choose_target(visit: Visit) -> Response:
    """Ask of which target."""
    here = visit.caller.facility_id
    filled = [
        each for each in contracts.targets_of(here) if usage.of(here, each.target_id).limit_bytes
    ]
    return visit.page("discs/targets.html", targets=filled)


@pages.on("GET", TARGET, Operation.ORDER_DISCS)
def choose_what(visit: Visit, target_id: str) -> Response:
    """Ask what of the target; an area has no patients, so it goes onto discs as a whole."""
    target = contracts.target(visit.caller.facility_id, target_id)
    if target.kind is TargetKind.AREA:
        return visit.redirect(f"{NEW}/{target_id}/how?scope=target")
    return _what_page(visit, target_id)


@pages.on("POST", TARGET + "/patients", Operation.ORDER_DISCS)
def find_patient(visit: Visit, target_id: str) -> Response:
    """Find a patient by their number, which stands in no address."""
    typed = one_line(visit.form.get("patient_id", ""))[:100]
    usage.require(visit.caller.facility_id, target_id)
    key = patient_key(visit.caller.facility_id, typed)
    try:
        examinations.patient(target_id, key)
    except NotFound:
        return _what_page(visit, target_id, typed=typed, status=404)
    return visit.redirect(f"{NEW}/{target_id}/patients/{key}")


@pages.on("GET", TARGET + "/patients/{patient_key}", Operation.ORDER_DISCS)
def choose_examination(visit: Visit, target_id: str, patient_key: str) -> Response:
    """Ask whether everything of a patient, or which examination."""
    target = contracts.target(visit.caller.facility_id, target_id)
    found = archive.examinations_of_patient(visit.caller, target_id, patient_key)
    return visit.page(
        "discs/patient.html",
        target=target,
        patient=examinations.patient(target_id, patient_key),
        examinations=found,
    )


@pages.on("GET", TARGET + "/how", Operation.ORDER_DISCS)
def choose_how(visit: Visit, target_id: str) -> Response:
    """Ask onto which discs, and say how many it would take of each kind."""
    what = chosen({name: visit.asked(name) for name in ("scope", "subject")})
    usage.require(visit.caller.facility_id, target_id)
    return _how_page(visit, target_id, what, Typed())


@pages.on("POST", DISCS, Operation.ORDER_DISCS)
def order(visit: Visit) -> Response:
    """Order the discs; the form carries the order's id, so that twice is once."""
    form, what = visit.form, chosen(visit.form)
    target_id = form.get("target_id", "")
    typed = Typed(form.get("medium", ""), form.get("encrypted") != "no", form.get("album") == "yes")
    try:
        wanted = _wanted(visit, target_id, what, typed)
        made = service.order(visit.caller, wanted, form.get("order_id", ""))
    except (Conflict, Invalid) as refused:
        return _how_page(visit, target_id, what, typed, refused)
    return visit.redirect(f"{DISCS}/orders/{made.order_id}")


# --- pieces ------------------------------------------------------------------------------------


def _what_page(visit: Visit, target_id: str, *, typed: str = "", status: int = 200) -> Response:
    target = contracts.target(visit.caller.facility_id, target_id)
    found, cursor = archive.patients(visit.caller, target_id, visit.asked("cursor") or None)
    return visit.page(
        "discs/what.html",
        status=status,
        target=target,
        found=found,
        cursor=cursor,
        typed=typed,
        is_unknown=status != 200,
    )


def _how_page(
    visit: Visit, target_id: str, what: Chosen, typed: Typed, refused: HokanError | None = None
) -> Response:
    offers, impossible = _offers(visit, target_id, what)
    possible = [each.medium.value for each in offers if each.extent]
    if possible and typed.medium not in possible:
        typed = msgspec.structs.replace(typed, medium=possible[0])
    code = refused.code if refused else "" if possible else impossible
    return visit.page(
        "discs/how.html",
        status=refused.status if refused else 200,
        target=contracts.target(visit.caller.facility_id, target_id),
        what=what,
        subject=subject(visit.caller, target_id, what),
        offers=offers if possible else [],
        typed=typed,
        refused=code,
        has_tool=has_display_tool(visit.caller.facility_id),
        order_id=visit.form.get("order_id", "") if refused else service.new_id(),
        local=local_to(visit),
    )


def _offers(visit: Visit, target_id: str, what: Chosen) -> tuple[list[Offer], str]:
    """Return what the order would be on each kind of disc; and why, if it can be on none."""
    try:
        found = service.offers(visit.caller, _wanted(visit, target_id, what, Typed()))
    except Conflict as refused:
        return [], refused.code
    return found, found[-1].refused


def _wanted(visit: Visit, target_id: str, what: Chosen, typed: Typed) -> Wanted:
    """Return what was chosen; raises Invalid where no medium of ours was."""
    if typed.medium not in set(Medium):
        raise Invalid("choose one of the media", code="bad-medium")
    return Wanted(
        target_id=target_id,
        scope=what.scope,
        subject=what.subject or None,
        medium=Medium(typed.medium),
        encrypted=typed.encrypted,
        has_album=typed.album,
        language=visit.language,
    )
