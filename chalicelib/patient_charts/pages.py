"""The doctor's pages: a signed chart in a patient's words, worded, released, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from chalice.app import Response
from markupsafe import Markup

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.charts.beside import TELLERS
from chalicelib.charts.documents import known_as, local
from chalicelib.charts.pages import CHART, here
from chalicelib.charts.service import number_of
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound, TooLarge
from chalicelib.patient_charts import beside, desk, service
from chalicelib.patient_charts.desk import Desk
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.page import document, gathering
from chalicelib.patient_charts.service import Place, Seen
from chalicelib.patient_charts.shown import differences, shown
from chalicelib.plain.model import Language
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query
from chalicelib.web.pages import Reader

PATIENT = CHART + "/patient"

pages = PageRoutes(__name__)
TELLERS.append(beside.told)


@pages.on("GET", PATIENT, Operation.SEE_CHARTS)
def show_preview(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show each sentence beside the doctor's own words."""
    return _preview_page(visit, desk.look(visit.caller, _place(visit, target_id, examination_id)))


@pages.on("GET", PATIENT + "/words", Operation.RELEASE_PATIENT_CHARTS)
def show_wording(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show one sentence, to be said otherwise."""
    found = desk.look(visit.caller, _place(visit, target_id, examination_id))
    source = visit.asked("source")
    return _wording_page(visit, found, source, _seen_now(found), found.line(source).said.text)


@pages.on("POST", PATIENT + "/words", Operation.RELEASE_PATIENT_CHARTS)
def save_wording(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Save the sentence as typed, or take the record's own words, or ours again."""
    place, seen = _place(visit, target_id, examination_id), _seen(visit)
    source, step = visit.form.get("source", ""), visit.form.get("step", "")
    typed = " ".join(visit.form.get("text", "").split())
    try:
        if step == "reset":
            desk.reset_wording(visit.caller, place, seen, source)
        elif step == "own":
            desk.take_own_words(visit.caller, place, seen, source)
        else:
            desk.save_wording(visit.caller, place, seen, source, typed)
    except (Invalid, Conflict, TooLarge) as refused:
        return _wording_again(visit, place, source, typed, refused)
    return _done(visit, place, "saved")


@pages.on("GET", PATIENT + "/release", Operation.RELEASE_PATIENT_CHARTS)
def check_release(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show every word once more before it is released."""
    return _release_page(visit, desk.look(visit.caller, _place(visit, target_id, examination_id)))


@pages.on("POST", PATIENT + "/release", Operation.RELEASE_PATIENT_CHARTS)
def release(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Release what was shown."""
    place, digest = _place(visit, target_id, examination_id), visit.form.get("digest", "")
    try:
        service.release(visit.caller, place, _seen(visit), digest)
    except (Conflict, TooLarge) as refused:
        return _release_page(visit, desk.look(visit.caller, place), refused)
    return _done(visit, place, "released")


@pages.on("POST", PATIENT + "/withdraw", Operation.RELEASE_PATIENT_CHARTS)
def withdraw(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Take back what was released."""
    place, reason = _place(visit, target_id, examination_id), visit.form.get("reason", "")
    try:
        service.withdraw(visit.caller, place, _seen(visit)[0], reason)
    except (Invalid, Conflict) as refused:
        return _preview_page(visit, desk.look(visit.caller, place), refused, reason)
    return _done(visit, place, "withdrawn")


@pages.on("GET", PATIENT + "/releases", Operation.SEE_CHARTS)
def show_releases(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Show everything that was released, by whom and when."""
    found, listed = desk.releases(visit.caller, _place(visit, target_id, examination_id))
    facility_id = visit.caller.facility_id
    return _desk_page(
        visit,
        "patient_charts/releases.html",
        found,
        releases=[(each, *_by(facility_id, each.released_by, each.released_at)) for each in listed],
    )


@pages.on("GET", PATIENT + "/releases/{release}", Operation.SEE_CHARTS)
def show_release(visit: Visit, target_id: str, examination_id: str, release: str) -> Response:
    """Show one release as it was."""
    place = _place(visit, target_id, examination_id)
    subject, found = desk.release_of(visit.caller, place, number_of(release))
    answer = visit.page(
        "patient_charts/one_release.html",
        subject=subject,
        release=found,
        article=_article(visit, found),
        released=_by(visit.caller.facility_id, found.released_by, found.released_at),
        chart_path=here(target_id, examination_id),
    )
    return document.with_pictures(answer)


# --- pieces --------------------------------------------------------------------------------------


def _preview_page(
    visit: Visit, found: Desk, refused: HokanError | None = None, typed: str = ""
) -> Response:
    current, preview = found.chart.current, found.preview
    return _desk_page(
        visit,
        "patient_charts/preview.html",
        found,
        refused,
        typed=typed,
        done=visit.asked("done"),
        is_changed=bool(current and preview and current.said != preview.said),
    )


def _wording_page(
    visit: Visit,
    found: Desk,
    source: str,
    seen: Seen,
    typed: str,
    refused: HokanError | None = None,
) -> Response:
    told = refused.facts.get("differences", ()) if refused else ()
    return _desk_page(
        visit,
        "patient_charts/wording.html",
        found,
        refused,
        line=found.line(source),
        seen=seen,
        typed=typed,
        differences=differences(msgspec.convert(told, list[str])),
    )


def _wording_again(
    visit: Visit, place: Place, source: str, typed: str, refused: HokanError
) -> Response:
    """Show the sentence with what was typed; saved again, it is held against what is there now."""
    found = desk.look(visit.caller, place)
    try:
        return _wording_page(visit, found, source, _seen_now(found), typed, refused)
    except NotFound:  # an amendment took the sentence away
        return _preview_page(visit, found, refused)


def _release_page(visit: Visit, found: Desk, refused: HokanError | None = None) -> Response:
    version, preview = found.version, found.preview
    if version is None or preview is None:
        return _preview_page(visit, found, refused)
    source = service.Source(version, found.subject.examination)
    would_be = service.of_now(visit.caller, found.chart, source, preview)
    answer = _desk_page(
        visit,
        "patient_charts/release.html",
        found,
        refused,
        article=_article(visit, would_be),
        signed=_by(visit.caller.facility_id, version.signed_by, version.signed_at),
    )
    return document.with_pictures(answer)


def _article(visit: Visit, release: Release) -> Markup:
    """Return *release* as its patient reads it, in the patient's language."""
    reader = Reader(release.language, visit.prefix, here="")
    return document.page_html(gathering.sheet(release, "presigned"), reader)


def _desk_page(
    visit: Visit, template: str, found: Desk, refused: HokanError | None = None, **values: Any
) -> Response:
    chart, preview = found.chart, found.preview
    current, withdrawal = chart.current, chart.withdrawal
    by = visit.caller.facility_id
    return visit.page(
        template,
        status=refused.status if refused else 200,
        desk=found,
        readers=chart.language,
        shown=shown(preview.said, preview.terms) if preview else None,
        gone=(*found.older, *(preview.dropped if preview else ())),
        released=_by(by, current.released_by, current.released_at) if current else None,
        withdrawn=_by(by, withdrawal.withdrawn_by, withdrawal.withdrawn_at) if withdrawal else None,
        refused=refused.code if refused else "",
        chart_path=here(chart.target_id, chart.examination_id),
        **values,
    )


def _done(visit: Visit, place: Place, what: str) -> Response:
    path = here(*place[:2]) + "/patient"
    return visit.redirect(with_query(path, **{"in": place[2], "done": what}))


def _place(visit: Visit, target_id: str, examination_id: str) -> Place:
    """Return what is asked for: in the language of the address, or else the visitor's."""
    asked = visit.asked("in") or visit.language
    language: Language = "ja" if asked == "ja" else "en"
    return target_id, examination_id, language


def _seen(visit: Visit) -> Seen:
    """Return what the page carried; a number that is none was never seen by anybody."""
    return _number(visit.form.get("revision", "")), _number(visit.form.get("version", ""))


def _seen_now(found: Desk) -> Seen:
    return found.chart.revision, found.version.number if found.version else 0


def _number(carried: str) -> int:
    written = one_line(carried)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 8 else -1


def _by(facility_id: str, person_id: str, at: str) -> tuple[str, datetime]:
    """Return who did something, as they are known, and when it was there."""
    return known_as(facility_id, person_id), local(facility_id, at)
