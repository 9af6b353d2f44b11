"""
The phone's page: which camera asks, and what its scripts are told.

It takes a phone's cookie and nothing else: staff are strangers here, and phones are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.access.guard import check_ids, permit
from chalicelib.access.model import ANONYMOUS, Role
from chalicelib.access.page_guard import PageRoutes, View, Visit
from chalicelib.access.places import address_of
from chalicelib.access.policy import POLICY, Operation
from chalicelib.buffer import pairing
from chalicelib.buffer.model import Camera
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.telemetry import logger
from chalicelib.web import cookies, forms
from chalicelib.web.problems import Told, told
from chalicelib.web.routes import correlation_id

CAPTURE = "/capture"
HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


@dataclass
class PhoneVisit(Visit):
    """
    One request of a phone.

    Attributes:
        paired: What it may send into; None while it is not paired.
    """

    paired: Camera | None = None

    @property
    def camera(self) -> Camera:
        """What it sends as; raises Unauthenticated while it is not paired."""
        if self.paired is None:
            raise Unauthenticated("pair this phone first")
        return self.paired

    @property
    def address(self) -> str:
        """Where the request comes from, as API Gateway saw it; no header is believed."""
        return address_of(self.request)

    @property
    def is_by_script(self) -> bool:
        """Whether a script of ours asks, which reads JSON."""
        return "application/json" in str(self.request.headers.get("accept", ""))


class PhoneRoutes(PageRoutes):
    """
    The phone's routes, which name their operation; the view gets a PhoneVisit first.

    ``@pages.on("POST", "/capture/things", Operation.SEND_CAPTURES)``
    """

    def answered(self, operation: Operation, view: View, parts: dict[str, str]) -> Response:
        answer = _answered(PhoneVisit(self.current_request), operation, view, parts)
        answer.headers.update(HEADERS)
        return answer


def _answered(
    visit: PhoneVisit, operation: Operation, view: View, parts: dict[str, str]
) -> Response:
    try:
        _recognise(visit)
        logger.append_keys(caller=visit.caller.id, operation=operation.value)
        if visit.caller is ANONYMOUS and Role.ANONYMOUS not in POLICY[operation]:
            return _not_paired(visit)
        if visit.request.method == "POST":
            forms.check(visit.request, visit.form.get(forms.TOKEN, ""), visit.secret)
        permit(visit.caller, operation)
        check_ids(parts)
        return view(visit, **parts)
    except Exception as error:  # noqa: BLE001 - the outermost handler
        return _refused(visit, told(error))


def _recognise(visit: PhoneVisit) -> None:
    """Find out who visits, by the phone's cookie alone."""
    visit.sign_in_id = cookies.read(visit.request, cookies.CAMERA_FORM)
    session_id = cookies.read(visit.request, cookies.CAMERA)
    camera = pairing.camera_of(session_id) if session_id else None
    if camera is not None:
        visit.session_id, visit.paired, visit.caller = session_id, camera, camera.caller


def _not_paired(visit: PhoneVisit) -> Response:
    if visit.is_by_script:
        return _refused(visit, told(Unauthenticated("pair this phone first")))
    return visit.redirect(CAPTURE)


def _refused(visit: PhoneVisit, why: Told) -> Response:
    if visit.is_by_script:
        return visit.told({"code": why.code}, status=why.status)
    values: dict[str, Any] = {"code": why.code, "reference": correlation_id()}
    return visit.page("captures/phone_error.html", status=why.status, **values)
