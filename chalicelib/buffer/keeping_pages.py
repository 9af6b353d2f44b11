"""What is ticked is kept, a question a page (where to, and whose), or dropped."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access.local_times import zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.buffer import chosen, finding, service, shown
from chalicelib.buffer.model import MOST_KEPT, Capture
from chalicelib.buffer.pages import CAPTURES, captures_page, urls, with_pictures
from chalicelib.contracts import local
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.web import links

pages = PageRoutes(__name__)


@pages.on("POST", f"{CAPTURES}/choose", Operation.SEE_CAPTURES)
def choose(visit: Visit) -> Response:
    """Ask where what is ticked goes, or whether it is really dropped."""
    captures, refused = _ticked(visit)
    if refused:
        return captures_page(visit, refused=refused)
    if visit.form.get("step") == "drop":
        return with_pictures(visit.page("captures/drop.html", **_shown(visit, captures)))
    return _keep_page(visit, captures, chosen.choice(visit.form))


@pages.on("POST", f"{CAPTURES}/keep", Operation.SEE_CAPTURES)
def keep(visit: Visit) -> Response:
    """Find the patient that was typed; or keep, in the examination that was chosen."""
    if visit.form.get("step") == "keep":
        return _kept(visit)
    captures, refused = _ticked(visit)
    if refused:
        return captures_page(visit, refused=refused)
    choice = chosen.choice(visit.form)
    return _keep_page(visit, captures, choice, "" if choice.patient else "no-patient")


@pages.on("POST", f"{CAPTURES}/drop", Operation.SEE_CAPTURES)
def drop(visit: Visit) -> Response:
    """Drop what is ticked."""
    service.drop(visit.caller, chosen.ticked(visit.form))
    return visit.redirect(links.with_query(CAPTURES, done="dropped"))


def _kept(visit: Visit) -> Response:
    """Keep what is ticked; the same form again goes on where it broke off, and ends the same."""
    ids, choice = chosen.ticked(visit.form), chosen.choice(visit.form)
    if refused := _refused(ids, MOST_KEPT):
        return captures_page(visit, refused=refused)
    try:
        examination, patient = chosen.examination(visit.caller, choice, ids)
    except Invalid as why:
        return _not_kept(visit, ids, choice, why.code)
    try:
        kept = service.keep(visit.caller, ids, choice.target, examination, patient)
    except NotFound:  # the target is theirs, so it is a capture
        return captures_page(visit, refused="gone")
    except (Conflict, Invalid) as why:
        return _not_kept(visit, ids, choice, why.code)
    if kept.refused:
        return _not_kept(visit, list(kept.refused), choice, min(kept.refused.values()))
    return visit.redirect(links.with_query(CAPTURES, done="kept"))


def _not_kept(visit: Visit, ids: list[str], choice: chosen.Choice, why: str) -> Response:
    """Ask again about those that are still there, and say why they were not kept."""
    left = _there(visit, ids)
    if not left:
        return captures_page(visit, refused="gone")
    return _keep_page(visit, left, choice, why)


def _refused(ids: list[str], most: int) -> str:
    """Return why it cannot go on with so many, if so."""
    if not ids:
        return "none-ticked"
    return "too-many" if len(ids) > most else ""


def _there(visit: Visit, ids: list[str]) -> list[Capture]:
    return [each for each in service.captures(visit.caller) if each.capture_id in set(ids)]


def _ticked(visit: Visit) -> tuple[list[Capture], str]:
    """Return the captures that are ticked, or else why it cannot go on with them."""
    ids = chosen.ticked(visit.form)
    most = chosen.MOST if visit.form.get("step") == "drop" else MOST_KEPT
    if refused := _refused(ids, most):
        return [], refused
    found = _there(visit, ids)
    return found, "" if len(found) == len(ids) else "gone"


def _keep_page(
    visit: Visit, captures: list[Capture], choice: chosen.Choice, refused: str = ""
) -> Response:
    targets = finding.targets(visit.caller.facility_id)
    is_one = any(each.target_id == choice.target for each in targets)
    is_searched = is_one and bool(choice.patient)
    found = finding.patients(visit.caller, choice.target, choice.patient) if is_searched else []
    today = local.today(visit.caller.facility_id).isoformat()
    answer = visit.page(
        "captures/keep.html",
        status=422 if refused else 200,
        targets=targets,
        found=found,
        is_searched=is_searched,
        typed=choice,
        today=today,
        refused=refused,
        **_shown(visit, captures),
    )
    return with_pictures(answer)


def _shown(visit: Visit, captures: list[Capture]) -> dict[str, Any]:
    zone = zone_for(visit.caller)
    return {"captures": shown.captures(captures, urls(visit, captures), zone), "most": MOST_KEPT}
