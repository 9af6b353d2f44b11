"""Choosing a restore, a question a page: which target, what of it, when and how; then a check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.model import Agent
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive import service as archive
from chalicelib.archive import trees
from chalicelib.archive.model import Selection, patient_key
from chalicelib.archive.store import examinations, usage
from chalicelib.contracts import store as contracts
from chalicelib.contracts.display import has_display_tool
from chalicelib.contracts.local import zone_of
from chalicelib.contracts.readable import is_readable
from chalicelib.exports import service
from chalicelib.exports.choosing import FIELDS, Chosen, chosen, subject
from chalicelib.exports.model import MOST_FILES, Form
from chalicelib.exports.pages import RESTORES, local_to
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query

NEW = RESTORES + "/new"
TARGET = NEW + "/{target_id}"
LISTS = ("patients", "examinations", "batches")

pages = PageRoutes(__name__)


@pages.on("GET", NEW, Operation.GRANT_RESTORE)
def choose_target(visit: Visit) -> Response:
    """Ask which target."""
    here = visit.caller.facility_id
    filled = [
        each
        for each in contracts.targets_of(here)
        if usage.of(here, each.target_id).limit_bytes and is_readable(visit.caller, each)
    ]
    return visit.page("restores/targets.html", targets=filled)


@pages.on("GET", TARGET, Operation.GRANT_RESTORE)
def choose_what(visit: Visit, target_id: str) -> Response:
    """Ask what of the target: all of it, or one of its patients, examinations or batches."""
    return _what_page(visit, target_id)


@pages.on("POST", TARGET + "/patients", Operation.GRANT_RESTORE)
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


@pages.on("GET", TARGET + "/patients/{patient_key}", Operation.GRANT_RESTORE)
def choose_examination(visit: Visit, target_id: str, patient_key: str) -> Response:
    """Ask whether everything of a patient, or which examination."""
    target = contracts.target(visit.caller.facility_id, target_id)
    found = archive.examinations_of_patient(visit.caller, target_id, patient_key)
    patient = examinations.patient(target_id, patient_key)
    return visit.page(
        "restores/patient.html",
        target=target,
        patient=patient,
        examinations=found,
        local=local_to(visit),
    )


@pages.on("GET", TARGET + "/how", Operation.GRANT_RESTORE)
def choose_how(visit: Visit, target_id: str) -> Response:
    """Ask for the moment, and by which way."""
    return _how_page(visit, target_id, _asked(visit))


@pages.on("GET", TARGET + "/check", Operation.GRANT_RESTORE)
def check(visit: Visit, target_id: str) -> Response:
    """Show what would come back, before it does."""
    what = _asked(visit)
    try:
        as_of = what.as_of(zone_of(visit.caller.facility_id))
        selection = _selection(target_id, what, clock.text(as_of))
        extent = service.extent(visit.caller, selection)
    except (Invalid, Conflict) as refused:
        return _how_page(visit, target_id, what, refused)
    agent = next((each for each in _agents(visit, what) if each.agent_id == what.by), None)
    return visit.page(
        "restores/check.html",
        **_shown(visit, target_id, what),
        selection=selection,
        extent=extent,
        fits=extent.fits(what.form or Form.FILES),
        agent=agent,
        has_tool=has_display_tool(visit.caller.facility_id),
        has_agents=bool(_agents(visit, what)),
        export_id=service.new_id(),
        most_files=MOST_FILES,
        most_bytes=service.most_bytes(what.form or Form.FILES),
    )


@pages.on("POST", RESTORES, Operation.GRANT_RESTORE)
def start(visit: Visit) -> Response:
    """Start what was checked."""
    what, target_id = chosen(visit.form), visit.form.get("target_id", "")
    selection = _selection(target_id, what, visit.form.get("as_of", ""))
    try:
        as_of = clock.parse(selection.as_of)
    except ValueError:
        raise Invalid("as_of is no moment; begin again") from None
    try:
        if what.form:
            export_id = visit.form.get("export_id", "")
            made = service.ask(visit.caller, export_id, selection, what.form, visit.language)
            return visit.redirect(f"{RESTORES}/zips/{made.export_id}")
        archive.grant_restore(
            visit.caller,
            target_id,
            scope=selection.scope,
            subject=selection.subject,
            as_of=as_of,
            agent_id=what.by,
        )
    except Conflict as refused:
        return _how_page(visit, target_id, what, refused)
    return visit.redirect(with_query(RESTORES, done="granted"))


# --- pieces ------------------------------------------------------------------------------------


def _what_page(visit: Visit, target_id: str, *, typed: str = "", status: int = 200) -> Response:
    target = contracts.target(visit.caller.facility_id, target_id)
    trees.check_readable(visit.caller, target_id)
    by = visit.asked("by") if visit.asked("by") in LISTS else LISTS[0]
    listing: dict[str, Callable[..., tuple[list[Any], str | None]]] = {
        "patients": archive.patients,
        "examinations": archive.all_examinations,
        "batches": archive.batches_of,
    }
    found, cursor = listing[by](visit.caller, target_id, visit.asked("cursor") or None)
    return visit.page(
        "restores/what.html",
        status=status,
        target=target,
        by=by,
        lists=LISTS,
        found=found,
        cursor=cursor,
        typed=typed,
        is_unknown=status != 200,
        local=local_to(visit),
    )


def _how_page(
    visit: Visit, target_id: str, what: Chosen, refused: HokanError | None = None
) -> Response:
    return visit.page(
        "restores/how.html",
        status=refused.status if refused else 200,
        **_shown(visit, target_id, what),
        agents=_agents(visit, what),
        has_tool=has_display_tool(visit.caller.facility_id),
        refused=refused.code if refused else "",
    )


def _shown(visit: Visit, target_id: str, what: Chosen) -> dict[str, Any]:
    """Return what both pages tell of the choice."""
    return {
        "target": contracts.target(visit.caller.facility_id, target_id),
        "what": what,
        "subject": subject(visit.caller, target_id, what),
        "query": with_query("", **msgspec.structs.asdict(what)),
        "local": local_to(visit),
    }


def _selection(target_id: str, what: Chosen, as_of: str) -> Selection:
    return Selection(
        target_id=target_id, scope=what.scope, subject=what.subject or None, as_of=as_of
    )


def _asked(visit: Visit) -> Chosen:
    return chosen({name: visit.asked(name) for name in FIELDS})


def _agents(visit: Visit, what: Chosen) -> list[Agent]:
    """Return who may restore it; a folder comes to the browser only."""
    if what.scope == "folder":
        return []
    found = access_store.agents_of(visit.caller.facility_id)
    return [each for each in found if each.state == "enrolled"]
