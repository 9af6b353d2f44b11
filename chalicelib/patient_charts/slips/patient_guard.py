"""
Pages for patients: who came in by a slip, and what their browser is told of such pages.

They take the patient's cookie and nothing else: staff are strangers here, and patients there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.access.guard import check_ids, permit
from chalicelib.access.model import ANONYMOUS, Caller, Role
from chalicelib.access.page_guard import PageRoutes, View, Visit
from chalicelib.access.places import address_of
from chalicelib.access.policy import POLICY, Operation
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.patient_charts.provider import identities
from chalicelib.patient_charts.slips import patient_sessions
from chalicelib.patient_charts.slips.model import Slip
from chalicelib.telemetry import logger
from chalicelib.web import cookies, forms, links
from chalicelib.web.pages import may_show_from
from chalicelib.web.problems import told
from chalicelib.web.routes import correlation_id

SIGN_IN = "/p"
# No other site learns that somebody read here, and no search engine keeps it.
LOGO = "data:"  # of the provider, which stands in the page itself
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@dataclass
class PatientVisit(Visit):
    """
    One request of a patient's browser.

    Attributes:
        came_by: The slip they came in by; None while nobody did.
    """

    came_by: Slip | None = None

    @property
    def slip(self) -> Slip:
        """The slip they came in by; raises Unauthenticated where nobody did."""
        if self.came_by is None:
            raise Unauthenticated("come in by your slip first")
        return self.came_by

    @property
    def address(self) -> str:
        """Where the request comes from, as API Gateway saw it; no header is believed."""
        return address_of(self.request)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Answer a page that names the provider, as every one for patients does."""
        if "provider" in values:
            return super().page(template, status=status, **values)
        answer = super().page(template, status=status, provider=identities.identity(), **values)
        return may_show_from(answer, LOGO)


class PatientRoutes(PageRoutes):
    """
    Pages for patients that name their operation; the view gets a PatientVisit first.

    ``@pages.on("GET", "/p/things", Operation.SEE_OWN_THINGS)``
    """

    def answered(self, operation: Operation, view: View, parts: dict[str, str]) -> Response:
        visit = PatientVisit(self.current_request)
        answer = _answered(visit, operation, view, parts)
        answer.headers.update(HEADERS)
        return answer


def _answered(
    visit: PatientVisit, operation: Operation, view: View, parts: dict[str, str]
) -> Response:
    try:
        _recognise(visit)
        logger.append_keys(caller=visit.caller.id, operation=operation.value)
        if visit.caller is ANONYMOUS and Role.ANONYMOUS not in POLICY[operation]:
            return _to_sign_in(visit)
        if visit.request.method == "POST":
            given = visit.form.get(forms.TOKEN, "")
            forms.check(visit.request, given, visit.secret, is_anonymous=True)
        permit(visit.caller, operation)
        check_ids(parts)
        return view(visit, **parts)
    except Exception as error:  # noqa: BLE001 - the outermost handler
        found = told(error)
        values = {"code": found.code, "reference": correlation_id(), "provider": None}
        return visit.page("patients/error.html", status=found.status, **values)


def _recognise(visit: PatientVisit) -> None:
    """Find out who visits, by the patient's cookie alone."""
    visit.sign_in_id = cookies.read(visit.request, cookies.PATIENT_FORM)
    session_id = cookies.read(visit.request, cookies.PATIENT)
    slip = patient_sessions.slip_of(session_id) if session_id else None
    if slip is not None:
        visit.session_id, visit.came_by = session_id, slip
        visit.caller = Caller(Role.PATIENT, slip.slip_id, slip.facility_id)


def _to_sign_in(visit: PatientVisit) -> Response:
    had_session = cookies.read(visit.request, cookies.PATIENT)
    if had_session:
        visit.cookies.append(cookies.forgotten(cookies.PATIENT))
    return visit.redirect(links.with_query(SIGN_IN, why="ended" if had_session else ""))
