"""Who may do what in an area, in the portal; for administrators."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.model import Role
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.areas import service, shown
from chalicelib.areas.model import ROOT, Right
from chalicelib.areas.shown import AREA
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.links import with_query

PEOPLE = AREA + "/people"

pages = PageRoutes(__name__)


@pages.on("GET", PEOPLE, Operation.MANAGE_AREAS)
def show_people(visit: Visit, target_id: str) -> Response:
    """Show who has which right."""
    return _people_page(visit, target_id)


@pages.on("POST", PEOPLE, Operation.MANAGE_AREAS)
def give(visit: Visit, target_id: str) -> Response:
    """Give a colleague a right, or take it."""
    try:
        right = _right(visit.form.get("right", ""))
        service.give(visit.caller, target_id, visit.form.get("person", ""), right)
    except (Invalid, Conflict) as refused:
        return _people_page(visit, target_id, refused)
    done = "given" if right else "taken"
    return visit.redirect(with_query(PEOPLE.format(target_id=target_id), done=done))


def _right(typed: str) -> Right | None:
    if typed == "none":
        return None
    try:
        return Right(typed)
    except ValueError:
        raise Invalid("choose a right", code="no-right") from None


def _people_page(visit: Visit, target_id: str, refused: HokanError | None = None) -> Response:
    given = {each.person_id: each for each in service.people(visit.caller, target_id)}
    colleagues = shown.colleagues(visit.caller)
    return shown.page(
        visit,
        "areas/people.html",
        target_id,
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        doctors=[each for each in colleagues if each.role is Role.DOCTOR],
        given=given,
        root=ROOT,
    )
