"""For facility staff: a patient's card, and what the patient agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.model import Facility
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import local as facility_local
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound, TooMany
from chalicelib.network import consent_form, consenting, consents, sharing
from chalicelib.network.consent_form import ConsentForm
from chalicelib.network.model import Consent
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query

PATIENTS = "/portal/network/patients"
PATIENT = PATIENTS + "/{patient_key}"

pages = PageRoutes(__name__)


@pages.on("GET", PATIENTS, Operation.SHARE_PATIENT)
def show_patients(visit: Visit) -> Response:
    """Show which patients have a card, and ask for the number of any."""
    return _patients_page(visit)


@pages.on("POST", PATIENTS, Operation.SHARE_PATIENT)
def find_patient(visit: Visit) -> Response:
    """Lead to the patient of the number that was typed, which stands in no address."""
    typed = one_line(visit.form.get("patient_id", ""))[:100]
    try:
        key = sharing.find(visit.caller, typed)
    except NotFound as refused:
        return _patients_page(visit, typed, refused)
    return visit.redirect(PATIENT.format(patient_key=key))


@pages.on("GET", PATIENT, Operation.SHARE_PATIENT)
def show_patient(visit: Visit, patient_key: str) -> Response:
    """Show a patient's card and consents, or ways to a card."""
    return _patient_page(visit, patient_key)


@pages.on("GET", PATIENT + "/card", Operation.SHARE_PATIENT)
def show_card(visit: Visit, patient_key: str) -> Response:
    """Show the card for printing."""
    shared = sharing.shared(visit.caller, patient_key)
    if shared.link is None:
        raise NotFound("this patient has no card")
    name = access_store.facility_name(visit.caller.facility_id)
    return visit.page("network/card.html", shared=shared, facility_name=name)


@pages.on("POST", PATIENT + "/card", Operation.SHARE_PATIENT)
def make_card(visit: Visit, patient_key: str) -> Response:
    """Give the patient a card."""
    try:
        sharing.make_card(visit.caller, patient_key, visit.form.get("birth_date", ""))
    except (Invalid, Conflict) as refused:
        return _patient_page(visit, patient_key, refused, "make")
    return _done(visit, patient_key, "made")


@pages.on("POST", PATIENT + "/link", Operation.SHARE_PATIENT)
def link(visit: Visit, patient_key: str) -> Response:
    """Put the patient under the card they brought."""
    form = visit.form
    sharing.shared(visit.caller, patient_key)  # another facility's patient is not found
    try:
        sharing.link(
            visit.caller, patient_key, form.get("network_id", ""), form.get("birth_date", "")
        )
    except (Invalid, Conflict, NotFound, TooMany) as refused:
        return _patient_page(visit, patient_key, refused, "link")
    return _done(visit, patient_key, "linked")


@pages.on("POST", PATIENT + "/unlink", Operation.SHARE_PATIENT)
def unlink(visit: Visit, patient_key: str) -> Response:
    """Take the patient from under their card."""
    try:
        sharing.unlink(visit.caller, patient_key)
    except Conflict as refused:
        return _patient_page(visit, patient_key, refused)
    return _done(visit, patient_key, "unlinked")


@pages.on("POST", PATIENT + "/contact", Operation.SHARE_PATIENT)
def set_contact(visit: Visit, patient_key: str) -> Response:
    """Say where the patient is told that somebody broke the glass."""
    try:
        sharing.set_contact(visit.caller, patient_key, one_line(visit.form.get("contact", "")))
    except (Invalid, Conflict) as refused:
        return _patient_page(visit, patient_key, refused, "contact")
    return _done(visit, patient_key, "contact")


@pages.on("GET", PATIENT + "/consent", Operation.SHARE_PATIENT)
def ask_consent(visit: Visit, patient_key: str) -> Response:
    """Ask what the patient agreed to; what is mostly wanted is chosen already."""
    today = facility_local.today(visit.caller.facility_id)
    return _consent_page(visit, patient_key, consent_form.usual(today))


@pages.on("POST", PATIENT + "/consent", Operation.SHARE_PATIENT)
def record_consent(visit: Visit, patient_key: str) -> Response:
    """Record what the patient agreed to."""
    form, consent_id = consent_form.typed(visit.form), visit.form.get("consent_id", "")
    try:
        consenting.record(visit.caller, patient_key, consent_id, form.agreed)
    except (Invalid, Conflict) as refused:
        form.refuse(refused.code)
        return _consent_page(visit, patient_key, form, refused)
    return _done(visit, patient_key, "consented")


@pages.on("POST", PATIENT + "/consents/{consent_id}/withdraw", Operation.SHARE_PATIENT)
def withdraw_consent(visit: Visit, patient_key: str, consent_id: str) -> Response:
    """Record that the patient withdrew a consent."""
    try:
        consenting.withdraw(visit.caller, patient_key, consent_id)
    except Conflict as refused:
        return _patient_page(visit, patient_key, refused)
    return _done(visit, patient_key, "withdrawn")


# --- pieces ------------------------------------------------------------------------------------


def _patients_page(visit: Visit, typed: str = "", refused: HokanError | None = None) -> Response:
    found, cursor = sharing.linked(visit.caller, visit.asked("cursor") or None)
    return visit.page(
        "network/patients.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        typed=typed,
        links=found,
        cursor=cursor,
    )


def _patient_page(
    visit: Visit, patient_key: str, refused: HokanError | None = None, part: str = ""
) -> Response:
    """
    Show a patient.

    Args:
        part: Of the page, which form was refused.
    """
    shared = sharing.shared(visit.caller, patient_key)
    now = clock.now()
    held = shared.link.consents if shared.link else ()
    return visit.page(
        "network/patient.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        part=part,
        typed=visit.form if refused else {},
        done=visit.asked("done"),
        shared=shared,
        consents=list(reversed(held)),
        holding={each.consent_id for each in held if consents.holds(each, now)},
        now=clock.text(now),
        names=_names(each.to for each in held if each.to),
        local=_local(visit),
        last_day=lambda consent: _last_day(visit, consent),
    )


def _consent_page(
    visit: Visit, patient_key: str, form: ConsentForm, refused: HokanError | None = None
) -> Response:
    shared = sharing.shared(visit.caller, patient_key)
    if shared.link is None:
        raise NotFound("this patient has no card")
    examinations = consenting.examinations(visit.caller, patient_key)
    return visit.page(
        "network/consent.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        form=form,
        typed=form.fields,
        wrong=form.wrong_in_order,
        shared=shared,
        examinations=examinations,
        kinds=sorted({each.kind for each in examinations if each.kind}),
        facilities=_others(visit),
        consent_id=visit.form.get("consent_id", "") if refused else consenting.new_consent_id(),
    )


def _others(visit: Visit) -> list[Facility]:
    """Return the other facilities of the network, by name."""
    found = access_store.facilities()
    others = [each for each in found if each.facility_id != visit.caller.facility_id]
    return sorted(others, key=lambda each: each.name)


def _names(facility_ids: Iterable[str]) -> dict[str, str]:
    return {each: access_store.facility_name(each) for each in set(facility_ids)}


def _last_day(visit: Visit, consent: Consent) -> date:
    zone = facility_local.zone_of(visit.caller.facility_id)
    return local_date(clock.parse(consent.ends_at), zone) - timedelta(days=1)


def _done(visit: Visit, patient_key: str, what: str) -> Response:
    return visit.redirect(with_query(PATIENT.format(patient_key=patient_key), done=what))


def _local(visit: Visit) -> Any:
    zone = zone_for(visit.caller)
    return lambda written: local(written, zone)
