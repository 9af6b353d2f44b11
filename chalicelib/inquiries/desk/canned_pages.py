"""A department's canned answers: texts that its people begin an answer with."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk.canned_store import Canned
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web import links

CANNED = "/portal/departments/{department_id}/canned"

pages = PageRoutes(__name__)


@pages.on("GET", CANNED, Operation.ANSWER_INQUIRIES)
def show_canned(visit: Visit, department_id: str) -> Response:
    """Show the canned answers of a department; one to change, or a form for another."""
    found = canned.of(visit.caller, department_id)
    wanted = visit.asked("canned")
    chosen = next((each for each in found if each.canned_id == wanted), None)
    return _page(visit, department_id, chosen or Canned(canned_id="", title="", text=""))


@pages.on("POST", CANNED, Operation.ANSWER_INQUIRIES)
def save(visit: Visit, department_id: str) -> Response:
    """Save a canned answer, or another one."""
    typed = _typed(visit)
    try:
        canned.save(visit.caller, department_id, typed.title, typed.text, canned_id=typed.canned_id)
    except (Conflict, Invalid) as refused:
        return _page(visit, department_id, typed, refused)
    return _done(visit, department_id, "saved")


@pages.on("POST", CANNED + "/{canned_id}/forget", Operation.ANSWER_INQUIRIES)
def forget(visit: Visit, department_id: str, canned_id: str) -> Response:
    """Take a canned answer away."""
    canned.forget(visit.caller, department_id, canned_id)
    return _done(visit, department_id, "forgotten")


# --- pieces ------------------------------------------------------------------------------------


def _typed(visit: Visit) -> Canned:
    return Canned(
        canned_id=visit.form.get("canned_id", ""),
        title=visit.form.get("title", ""),
        text=visit.form.get("text", ""),
    )


def _done(visit: Visit, department_id: str, what: str) -> Response:
    home = CANNED.replace("{department_id}", department_id)
    return visit.redirect(links.with_query(home, done=what))


def _page(
    visit: Visit, department_id: str, typed: Canned, refused: HokanError | None = None
) -> Response:
    return visit.page(
        "inquiries/canned.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        department=departments.one(department_id),
        found=canned.of(visit.caller, department_id),
        typed=typed,
        done=visit.asked("done"),
    )
