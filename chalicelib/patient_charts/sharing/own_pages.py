"""
What patients do with a document of theirs: take it along, or show it to somebody by a link.

What opens a link is shown once, in the answer that makes it: it stands in no address of ours.
"""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access import store as access
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.policy import Operation
from chalicelib.access.service import audit
from chalicelib.charts.fhir_codes import FHIR_JSON
from chalicelib.charts.pages import HTML
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound, TooLarge
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.sharing import health_links, taking
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.fhir import WORDS
from chalicelib.patient_charts.sharing.model import MOST_OPENINGS, Life, Owned, life
from chalicelib.patient_charts.slips import access_store, opened
from chalicelib.patient_charts.slips.opened import Opened
from chalicelib.patient_charts.slips.patient_guard import PatientRoutes, PatientVisit
from chalicelib.web import printing
from chalicelib.web.links import with_query
from chalicelib.web.qr import drawn
from chalicelib.web.routes import asked

DOCUMENT = "/p/charts/{document}"
SHARE = DOCUMENT + "/share"
Found = tuple[Opened, Release]

pages = PatientRoutes(__name__)


# --- to their own device -----------------------------------------------------------------------


@pages.on("GET", DOCUMENT + "/html", Operation.SEE_OWN_CHARTS)
def take_html(visit: PatientVisit, document: str) -> Response:
    """Answer the document as one HTML file."""
    release = _taken(visit, document)
    body = taking.html(release, release.language)
    return visit.download(taking.name_of(release, "html"), HTML, body)


@pages.on("GET", DOCUMENT + "/pdf", Operation.SEE_OWN_CHARTS)
def take_pdf(visit: PatientVisit, document: str) -> Response:
    """Answer it as PDF."""
    release = _taken(visit, document)
    return visit.download(taking.name_of(release, "pdf"), printing.KIND, taking.pdf(release))


@pages.on("GET", DOCUMENT + "/fhir", Operation.SEE_OWN_CHARTS)
def take_fhir(visit: PatientVisit, document: str) -> Response:
    """Answer it as a FHIR R4 document."""
    release = _taken(visit, document)
    return visit.download(taking.name_of(release, "json"), FHIR_JSON, taking.fhir_json(release))


def _taken(visit: PatientVisit, document: str) -> Release:
    """Return what is taken along; that it is taken is on record."""
    _, release = _find(visit, document)
    audit(visit.caller, "take-patient-chart", document)
    return release


# --- to others ---------------------------------------------------------------------------------


@pages.on("GET", SHARE, Operation.SHARE_OWN_CHARTS)
def show_shares(visit: PatientVisit, document: str) -> Response:
    """Show the ways to take the document along, and the links there are to it."""
    return _share_page(visit, _find(visit, document))


@pages.on("POST", SHARE, Operation.SHARE_OWN_CHARTS)
def share(visit: PatientVisit, document: str) -> Response:
    """Make a link, and show it once."""
    found = _find(visit, document)
    make = _make_health_link if visit.form.get("step") == "health-link" else _make_link
    try:
        return _share_page(visit, found, **make(visit, found))
    except (Conflict, TooLarge) as refused:
        return _share_page(visit, found, status=refused.status, refused=refused.code)


@pages.on("POST", SHARE + "/{share_id}/end", Operation.SHARE_OWN_CHARTS)
def end_share(visit: PatientVisit, document: str, share_id: str) -> Response:
    """End a link at once."""
    owned = _owned(visit, _find(visit, document)[1])
    if share_id.startswith("shl-"):
        health_links.end(visit.caller, owned, share_id)
    else:
        sharing.end(visit.caller, owned, share_id)
    return visit.redirect(with_query(SHARE.format(document=document), done="ended"))


def _make_link(visit: PatientVisit, found: Found) -> dict[str, Any]:
    secret, made = sharing.make(visit.caller, _owned(visit, found[1]), _life(visit))
    address = f"{asked(visit.request).address}/s/{secret}"
    return {"address": address, "qr": drawn(address), "ends_at": made.ends_at}


def _make_health_link(visit: PatientVisit, found: Found) -> dict[str, Any]:
    examination, release = found
    label = f"{WORDS[release.language]['title']} {examination.examination.examined_at[:10]}"
    file = taking.fhir_json(release).encode()
    made = health_links.make(
        visit.caller,
        _owned(visit, release),
        _life(visit),
        asked(visit.request).address,
        file,
        label,
    )
    return {
        "address": made.link,
        "passcode": made.passcode,
        "qr": drawn(made.link),
        "ends_at": made.share.ends_at,
    }


# --- pieces ------------------------------------------------------------------------------------


def _share_page(visit: PatientVisit, found: Found, *, status: int = 200, **more: Any) -> Response:
    examination, release = found
    owned, zone = _owned(visit, release), zone_for(visit.caller)
    facility_id = visit.caller.facility_id
    links = [*sharing.made(owned), *(each.share for each in health_links.made(owned))]
    nothing = {"address": "", "passcode": "", "qr": "", "ends_at": "", "refused": ""}
    return visit.page(
        "patients/share.html",
        status=status,
        examination=examination,
        release=release,
        links=sorted(links, key=lambda each: each.made_at, reverse=True),
        lives=list(Life),
        most=MOST_OPENINGS,
        now=clock.now(),
        done=visit.asked("done"),
        facility_name=access.facility_name(facility_id),
        phone=access_store.of(facility_id).phone,
        local=lambda written: local(written, zone),
        **{**nothing, **more},
    )


def _find(visit: PatientVisit, number: str) -> Found:
    """Return a document that the slip opens and that may be read; raises NotFound."""
    slip = visit.slip
    for each in opened.of_examinations(slip.target_id, slip.patient_key, slip.examination_ids):
        for document in each.documents:
            if document.number == number and document.is_readable:
                return each, document.release
    raise NotFound("there is no such document, or your slip does not open it")


def _owned(visit: PatientVisit, release: Release) -> Owned:
    return Owned(
        facility_id=release.facility_id,
        target_id=release.target_id,
        patient_key=visit.slip.patient_key,
        examination_id=release.examination_id,
        language=release.language,
    )


def _life(visit: PatientVisit) -> Life:
    return life(visit.form.get("life", ""))
