"""What is there for everybody: the way to the portal, its files, its language."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.web import cookies, files, links
from chalicelib.web.languages import LANGUAGES

YEAR_SECONDS = 365 * 24 * 3600

pages = PageRoutes(__name__)


@pages.on("GET", "/", Operation.FIND_PORTAL)
def find_portal(visit: Visit) -> Response:
    """Lead from the root to the portal."""
    return visit.redirect(links.HOME)


@pages.on("GET", "/static/{name}", Operation.SEE_STATIC_FILES)
def show_file(visit: Visit, name: str) -> Response:  # noqa: ARG001
    """Show a style sheet or the icon."""
    return files.answer(name)


@pages.on("GET", "/portal/language", Operation.CHOOSE_LANGUAGE)
def choose_language(visit: Visit) -> Response:
    """Remember the reader's language, and go back to the page."""
    if visit.asked("to") in LANGUAGES:
        chosen = cookies.kept(cookies.LANGUAGE, visit.asked("to"), seconds=YEAR_SECONDS)
        visit.cookies.append(chosen)
    return visit.redirect(links.local(visit.asked("back")))
