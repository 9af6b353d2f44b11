"""Writing a chart in the portal: typed in rows, checked, signed by a doctor, amended."""

from __future__ import annotations

from itertools import islice

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.charts import documents, form, pictures, service
from chalicelib.charts.form import Typed
from chalicelib.charts.model import Certainty, Done, Instruction, Kind, Side
from chalicelib.charts.pages import CHART, chart_page, here, linked_by, with_pictures
from chalicelib.charts.record import Record, State
from chalicelib.charts.service import Subject
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, TooLarge
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query

KINDS = {  # what examinations are called where they are made
    "EGD": Kind.UPPER_GI,
    "CS": Kind.LOWER_GI,
    "TCS": Kind.LOWER_GI,
    "BF": Kind.BRONCHOSCOPY,
}
TO_CHOOSE_FROM = 60  # pictures that a form shows; all of them are in its lists

pages = PageRoutes(__name__)


@pages.on("GET", CHART + "/edit", Operation.WRITE_CHARTS)
def edit(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show the draft as a form, or an empty one."""
    subject, found = service.show(visit.caller, target_id, examination_id)
    if found.state is State.SIGNED:
        return visit.redirect(here(target_id, examination_id))
    kind = KINDS.get(subject.examination.kind.upper(), Kind.OTHER)
    what = form.filled(found.draft.chart) if found.draft else form.empty(kind)
    return _form_page(visit, subject, found.revision, what)


@pages.on("POST", CHART + "/edit", Operation.WRITE_CHARTS, takes_files=True)
def save(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Save the draft, or show the form with more rows, or with what is wrong."""
    place = (target_id, examination_id)
    what, revision = form.typed(visit.form), _revision(visit)
    step = visit.form.get("step", "")
    if step.startswith("more-"):
        what.more = step.removeprefix("more-")
        return _form_again(visit, place, revision, what)
    try:
        service.save(visit.caller, *place, revision, form.chart_of(what))
    except (Invalid, TooLarge) as refused:
        what.wrong = str(refused.facts.get("field", ""))
        return _form_again(visit, place, revision, what, refused)
    except Conflict as refused:
        # What they typed stays; saved again, it knowingly replaces the other's.
        return _form_again(visit, place, _newer(refused, revision), what, refused)
    following = "/sign" if step == "check" else ""
    return visit.redirect(with_query(here(*place) + following, done="saved"))


@pages.on("GET", CHART + "/sign", Operation.SIGN_CHARTS)
def check(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show the draft once more before it is signed."""
    subject, found = service.show(visit.caller, target_id, examination_id)
    if found.draft is None:
        return visit.redirect(here(target_id, examination_id))
    return _check_page(visit, subject, found)


@pages.on("POST", CHART + "/sign", Operation.SIGN_CHARTS)
def sign(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Sign what was shown."""
    place = (target_id, examination_id)
    try:
        service.sign(visit.caller, *place, _revision(visit))
    except (Invalid, Conflict) as refused:
        subject, found = service.show(visit.caller, *place)
        if found.draft is None:
            return chart_page(visit, subject, found, status=refused.status, refused=refused.code)
        return _check_page(visit, subject, found, refused)
    return visit.redirect(with_query(here(*place), done="signed"))


@pages.on("POST", CHART + "/amend", Operation.WRITE_CHARTS)
def amend(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Begin to amend a signed chart."""
    place, reason = (target_id, examination_id), visit.form.get("reason", "")
    try:
        service.amend(visit.caller, *place, _revision(visit), reason)
    except (Invalid, Conflict) as refused:
        subject, found = service.show(visit.caller, *place)
        return chart_page(visit, subject, found, status=refused.status, refused=refused.code)
    return visit.redirect(here(*place) + "/edit")


@pages.on("POST", CHART + "/drop", Operation.WRITE_CHARTS)
def drop(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Forget the draft."""
    place = (target_id, examination_id)
    try:
        service.drop(visit.caller, *place, _revision(visit))
    except Conflict as refused:
        subject, found = service.show(visit.caller, *place)
        return chart_page(visit, subject, found, status=refused.status, refused=refused.code)
    return visit.redirect(with_query(here(*place), done="dropped"))


# --- pieces ------------------------------------------------------------------------------------


def _form_again(
    visit: Visit,
    place: tuple[str, str],
    revision: int,
    what: Typed,
    refused: HokanError | None = None,
) -> Response:
    """Show the form with what was typed; its pictures are shown once more, so it is on record."""
    subject, _ = service.show(visit.caller, *place)
    return _form_page(visit, subject, revision, what, refused)


def _form_page(
    visit: Visit, subject: Subject, revision: int, what: Typed, refused: HokanError | None = None
) -> Response:
    names = pictures.names(subject.examination)
    facts = refused.facts if refused else {}
    by = str(facts.get("changed_by") or "")
    return with_pictures(
        visit,
        "charts/edit.html",
        subject,
        [*islice(names, TO_CHOOSE_FROM), *what.pictures],
        status=refused.status if refused else 200,
        file_names=names,
        to_choose_from=list(islice(names, TO_CHOOSE_FROM)),
        revision=revision,
        what=what,
        refused=refused.code if refused else "",
        changed_by=documents.known_as(visit.caller.facility_id, by) if by else "",
        kinds=[each.value for each in Kind],
        sides=[each.value for each in Side],
        certainties=[each.value for each in Certainty],
        dones=[each.value for each in Done],
        instructions=[each.value for each in Instruction],
    )


def _check_page(
    visit: Visit, subject: Subject, found: Record, refused: HokanError | None = None
) -> Response:
    return with_pictures(
        visit,
        "charts/check.html",
        subject,
        linked_by(found.draft.chart) if found.draft else (),
        status=refused.status if refused else 200,
        record=found,
        refused=refused.code if refused else "",
    )


def _revision(visit: Visit) -> int:
    """Return the revision the page carried; one that is none was never seen by anybody."""
    written = one_line(visit.form.get("revision", ""))
    return int(written) if written.isascii() and written.isdigit() and len(written) < 8 else -1


def _newer(refused: Conflict, seen: int) -> int:
    found = refused.facts.get("revision")
    return found if isinstance(found, int) else seen
