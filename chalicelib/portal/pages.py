"""The portal's first page, for each role its own."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.model import Role
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.portal import service

pages = PageRoutes(__name__)


@pages.on("GET", "/portal", Operation.SEE_HOME)
def show_home(visit: Visit) -> Response:
    """Show how things stand."""
    if visit.caller.role is Role.OPERATOR:
        provider = service.home_of_provider(visit.caller, visit.asked("cursor") or None)
        is_first = not visit.asked("cursor")
        return visit.page("portal/provider.html", home=provider, is_first=is_first)
    if visit.caller.role is Role.CLERK:
        return visit.redirect("/portal/desk")
    facility = service.home_of_facility(visit.caller)
    return visit.page("portal/facility.html", home=facility, role=visit.caller.role)
