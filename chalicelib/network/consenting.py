"""
What a patient agreed to, recorded and withdrawn by the facility that holds the records.

Each step is audited before it is done, and is one conditional write.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec
from msgspec.structs import replace

from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Examination
from chalicelib.contracts import local
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.network import consents, link_store, local_patients
from chalicelib.network.model import MAX_CONSENTS, Consent, Form, Link, Scope
from chalicelib.telemetry import count

_CONSENT_ID = re.compile(r"consent-[0-9a-z]{26}")


class Agreed(msgspec.Struct, frozen=True):
    """What a patient agreed to, as it was typed and read; see :class:`Consent`."""

    to: str
    scope: Scope
    subjects: tuple[str, ...]
    starts_on: date
    last_on: date
    form: Form
    given_on: date


def new_consent_id() -> str:
    """Return the id a form carries, so that sending it twice records one consent."""
    return ids.new_id("consent", clock.now())


def examinations(caller: Caller, patient_key: str) -> list[Examination]:
    """Return what a consent may name of a patient of the caller's facility; audited."""
    audit(caller, "list-examinations", patient_key)
    return local_patients.examinations_of(caller.facility_id, patient_key)


def record(caller: Caller, patient_key: str, consent_id: str, agreed: Agreed) -> None:
    """
    Record that a patient agreed; the same *consent_id* again changes nothing.

    Raises:
        NotFound: They are not the facility's, or have no card.
        Invalid: ``no-such-facility``, ``nothing-chosen``,
            ``given-later``, or as :func:`consents.span`.
        Conflict: ``too-many-consents``, or somebody changed it in the meantime.
    """
    found = link_store.link(caller.facility_id, patient_key)
    if any(each.consent_id == consent_id for each in found.consents):
        return
    if not _CONSENT_ID.fullmatch(consent_id):
        raise Invalid("this is no form of ours; begin again")
    _check(caller, patient_key, agreed)
    starts_at, ends_at = consents.span(
        agreed.starts_on, agreed.last_on, agreed.given_on, local.zone_of(caller.facility_id)
    )
    if len(found.consents) >= MAX_CONSENTS:
        raise Conflict("this patient has as many consents as can be kept", code="too-many-consents")
    new = Consent(
        consent_id=consent_id,
        to=agreed.to,
        scope=agreed.scope,
        subjects=agreed.subjects,
        starts_at=starts_at,
        ends_at=ends_at,
        form=agreed.form,
        given_on=agreed.given_on.isoformat(),
        recorded_at=clock.text(clock.now()),
        recorded_by=caller.id,
    )
    audit(caller, "record-consent", consent_id)
    _change(replace(found, consents=(*found.consents, new)))
    count("ConsentsRecorded")


def withdraw(caller: Caller, patient_key: str, consent_id: str) -> None:
    """
    Record that a patient withdrew a consent; it holds no more, at once.

    Raises:
        NotFound: There is no such consent, or it is not the facility's.
        Conflict: Somebody changed it in the meantime.
    """
    found = link_store.link(caller.facility_id, patient_key)
    if all(each.consent_id != consent_id for each in found.consents):
        raise NotFound("there is no such consent")
    audit(caller, "withdraw-consent", consent_id)
    now = clock.text(clock.now())
    _change(
        replace(
            found,
            consents=tuple(
                replace(each, withdrawn_at=now, withdrawn_by=caller.id)
                if each.consent_id == consent_id and not each.withdrawn_at
                else each
                for each in found.consents
            ),
        )
    )
    count("ConsentsWithdrawn")


def _check(caller: Caller, patient_key: str, agreed: Agreed) -> None:
    """Let pass a consent to a facility there is, of something the patient has."""
    is_known = agreed.to != caller.facility_id and access_store.facility_exists(agreed.to)
    if agreed.to and not is_known:
        raise Invalid("there is no such other facility", code="no-such-facility")
    if agreed.given_on > local.today(caller.facility_id):
        raise Invalid("a consent was given today or before", code="given-later")
    if agreed.scope is Scope.ALL:
        return
    listed = local_patients.examinations_of(caller.facility_id, patient_key)
    there_are = {
        each.kind if agreed.scope is Scope.KINDS else each.examination_id for each in listed
    }
    if not agreed.subjects or not set(agreed.subjects) <= there_are:
        raise Invalid("choose at least one of those shown", code="nothing-chosen")


def _change(changed: Link) -> None:
    link_store.change(replace(changed, revision=changed.revision + 1))
