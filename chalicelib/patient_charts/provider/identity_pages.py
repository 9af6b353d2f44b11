"""The provider says who it is: what every document of a patient names."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.patient_charts.page.sheet import Identity, Place
from chalicelib.patient_charts.provider import identities, logos
from chalicelib.web import pages as web_pages

IDENTITY = "/portal/provider/identity"

pages = PageRoutes(__name__)


@pages.on("GET", IDENTITY, Operation.SET_IDENTITY)
def show_identity(visit: Visit) -> Response:
    """Show who the provider is, to be changed, and how patients see it."""
    found, revision = identities.current()
    return _page(visit, found, revision)


@pages.on("POST", IDENTITY, Operation.SET_IDENTITY, takes_files=True)
def set_identity(visit: Visit) -> Response:
    """Let patients see another identity from now on."""
    held, revision = identities.current()
    written = _typed(visit.form, held.logo)
    try:
        seen = _seen(visit.form.get("revision", ""))
        identities.replace(visit.caller, seen, _with_logo(visit, written))
    except (Conflict, Invalid) as refused:
        if refused.code == "overtaken":
            written, revision = identities.current()
        return _page(visit, written, revision, refused)
    return visit.redirect(f"{IDENTITY}?done=saved")


def _seen(revision: str) -> int:
    """Return the revision the form was made of; raises Invalid as one that was overtaken."""
    if not revision.isdecimal():
        raise Invalid("the form does not say what it changes", code="overtaken")
    return int(revision)


def _typed(form: dict[str, str], logo: str) -> Identity:
    return Identity(
        name=form.get("name", ""),
        contact=form.get("contact", ""),
        logo="" if form.get("without-logo") else logo,
        places=tuple(each for each in Place if form.get(f"place-{each}")),
    )


def _with_logo(visit: Visit, written: Identity) -> Identity:
    """Return *written* with the logo that came with the form, if one did."""
    chosen = visit.files.get("logo", b"")
    if not chosen:
        return written
    return Identity(
        name=written.name,
        contact=written.contact,
        logo=logos.data_url(chosen),
        places=written.places,
    )


def _page(
    visit: Visit, shown: Identity, revision: int, refused: HokanError | None = None
) -> Response:
    answer = visit.page(
        "patient_charts/identity.html",
        status=refused.status if refused else 200,
        identity=shown,
        places=tuple(Place),
        revision=revision,
        refused=refused.code if refused else "",
        done=visit.asked("done"),
    )
    return web_pages.may_show_from(answer, "data:") if shown.logo else answer
