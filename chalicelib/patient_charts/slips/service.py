"""Slips, as a facility's staff issue, list, re-issue and revoke them."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Patient
from chalicelib.archive.store import examinations, usage
from chalicelib.contracts import local
from chalicelib.kernel import clock, ids
from chalicelib.kernel.calendar import local_date, start_of_day
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.patient_charts.slips import codes, opened, signing_in
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import (
    LEAST_DAYS,
    MOST_DAYS,
    MOST_EXAMINATIONS,
    USUAL_DAYS,
    Slip,
    Standing,
)
from chalicelib.patient_charts.slips.opened import Opened
from chalicelib.plain.model import Language
from chalicelib.telemetry import count


class Place(msgspec.Struct, frozen=True):
    """Whose slips: a patient of one target."""

    target_id: str
    patient_key: str


class Issued(msgspec.Struct, frozen=True):
    """
    A slip with what is shown once, and kept nowhere.

    Attributes:
        link_id: What the address in its QR code ends with.
    """

    slip: Slip
    patient: Patient
    code: str
    link_id: str


def new_form_id() -> str:
    """Return the id a form carries, so that sending it twice issues one slip."""
    return ids.new_id("form", clock.now())


def of_patient(caller: Caller, place: Place) -> tuple[Patient, list[Opened], list[Standing]]:
    """
    Return a patient, what was released of their examinations, and their slips; audited.

    Raises:
        NotFound: They are not the facility's.
    """
    patient = _patient(caller, place)
    audit(caller, "list-slips", place.patient_key)
    listed = opened.of_examinations(place.target_id, place.patient_key, patient.examination_ids)
    found = slip_store.of_patient(caller.facility_id, place.patient_key)
    return patient, listed, [each for each in found if each.slip.target_id == place.target_id]


def issue(
    caller: Caller,
    place: Place,
    examination_ids: tuple[str, ...],
    form_id: str,
    *,
    days: int = USUAL_DAYS,
    language: Language = "ja",
) -> Issued:
    """
    Issue a slip that opens what was released of some examinations.

    Raises:
        NotFound: They are not the facility's.
        Invalid: ``no-examinations``, ``not-released`` or ``bad-days``.
        Conflict: ``issued-already``: this form was sent before, and its code cannot be shown again.
    """
    patient = _patient(caller, place)
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise Invalid(f"a slip is good for {LEAST_DAYS} to {MOST_DAYS} days", code="bad-days")
    _check(place, examination_ids)
    slip = Slip(
        slip_id=_slip_id(caller, form_id),
        facility_id=caller.facility_id,
        target_id=place.target_id,
        patient_key=place.patient_key,
        examination_ids=examination_ids,
        language=language,
        issued_at=clock.text(clock.now()),
        issued_by=caller.id,
        ends_at=_end(caller, days),
    )
    return _issue(caller, slip, patient, None)


def reissue(caller: Caller, place: Place, slip_id: str, form_id: str) -> Issued:
    """
    Issue a slip in place of another, which opens nothing from then on; it is good for as long.

    Raises:
        NotFound: There is no such slip of theirs.
        Conflict: ``issued-already``: this form was sent before, or the slip is revoked already.
    """
    patient, held = _patient(caller, place), _standing(caller, place, slip_id)
    slip = msgspec.structs.replace(
        held.slip,
        slip_id=_slip_id(caller, form_id),
        issued_at=clock.text(clock.now()),
        issued_by=caller.id,
        ends_at=_end(caller, _days(caller, held.slip)),
    )
    return _issue(caller, slip, patient, held)


def revoke(caller: Caller, place: Place, slip_id: str) -> None:
    """
    Let a slip open nothing from now on, sessions that came in by it included; audited.

    Raises:
        NotFound: There is no such slip of theirs.
        Conflict: ``revoked-already``.
    """
    _patient(caller, place)
    held = _standing(caller, place, slip_id)
    audit(caller, "revoke-slip", slip_id)
    if not slip_store.revoke(held, clock.text(clock.now()), caller.id):
        raise Conflict("this slip is revoked already", code="revoked-already")
    count("SlipsRevoked")


def last_day(slip: Slip) -> date:
    """Return the last day on which *slip* opens something, at its facility."""
    zone = local.zone_of(slip.facility_id)
    moment = clock.parse(slip.ends_at) - timedelta(microseconds=1)
    return local_date(moment, zone)


# --- pieces ------------------------------------------------------------------------------------


def _issue(caller: Caller, slip: Slip, patient: Patient, replacing: Standing | None) -> Issued:
    code, link_id = codes.new_code(), codes.new_link_id()
    audit(caller, "reissue-slip" if replacing else "issue-slip", slip.slip_id)
    macs = signing_in.macs_of(link_id, patient.patient_id, code)
    if not slip_store.add(slip, link_id, macs, replacing=replacing):
        raise Conflict("this form was sent before", code="issued-already")
    count("SlipsIssued")
    return Issued(slip, patient, code, link_id)


def _check(place: Place, examination_ids: tuple[str, ...]) -> None:
    if not 1 <= len(examination_ids) <= MOST_EXAMINATIONS:
        raise Invalid(f"a slip opens 1 to {MOST_EXAMINATIONS} examinations", code="no-examinations")
    listed = opened.of_examinations(place.target_id, place.patient_key, examination_ids)
    readable = {each.examination.examination_id for each in listed if each.is_readable}
    if set(examination_ids) - readable:
        raise Invalid("of one of these nothing is released", code="not-released")


def _patient(caller: Caller, place: Place) -> Patient:
    usage.require(caller.facility_id, place.target_id)
    return examinations.patient(place.target_id, place.patient_key)


def _standing(caller: Caller, place: Place, slip_id: str) -> Standing:
    held = slip_store.standing(caller.facility_id, place.patient_key, slip_id)
    if held.slip.target_id != place.target_id:
        raise NotFound("there is no such slip, or it is not yours")
    return held


def _slip_id(caller: Caller, form_id: str) -> str:
    """Return the one id of what a form issues."""
    return ids.derived_id("slip", caller.facility_id, form_id)


def _end(caller: Caller, days: int) -> str:
    """Return the start of the day after *days* days, today not counted."""
    zone = local.zone_of(caller.facility_id)
    return clock.text(start_of_day(local.today(caller.facility_id) + timedelta(days + 1), zone))


def _days(caller: Caller, slip: Slip) -> int:
    """Return for how many days *slip* was issued."""
    zone = local.zone_of(caller.facility_id)
    issued, end = (clock.parse(each).astimezone(zone) for each in (slip.issued_at, slip.ends_at))
    return (end.date() - issued.date()).days - 1
