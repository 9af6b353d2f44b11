"""
What a facility does for a patient of its own: a card, links, what they agreed to.

Each step is audited before it is done, and is one conditional write.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec
from msgspec.structs import replace

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Patient
from chalicelib.contracts import local
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.network import (
    birth_dates,
    cards,
    link_store,
    local_patients,
    matching,
    store,
)
from chalicelib.network.model import (
    MAX_LINKS,
    Link,
    NetworkPerson,
    alone,
)
from chalicelib.telemetry import count
from chalicelib.web.cursors import PAGE_ROWS

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
MAX_ADDRESS = 254  # RFC 5321


class Shared(msgspec.Struct, frozen=True):
    """
    A patient of a facility, and their card.

    Attributes:
        link: None without a card; then *person* and *cards* are none, too.
        cards: The network IDs by which they are found: their own, and those merged with it.
    """

    patient: Patient
    link: Link | None
    person: NetworkPerson | None
    cards: list[str]


def find(caller: Caller, patient_id: str) -> str:
    """Return the key of the caller's patient of this number; raises NotFound."""
    return local_patients.find(caller.facility_id, patient_id).patient_key


def shared(caller: Caller, patient_key: str) -> Shared:
    """
    Return a patient of the caller's facility with their card; audited.

    Raises:
        NotFound: They are not the facility's.
    """
    link = link_store.find(caller.facility_id, patient_key)
    patient = _patient(caller, patient_key, link)
    audit(caller, "see-network-card", patient_key)
    person = store.person(link.person_id) if link else None
    if person is None:
        return Shared(patient, None, None, [])
    others = [each.network_id for each in store.all_of(person) if each != person]
    return Shared(patient, link, person, [person.network_id, *sorted(others)])


def linked(caller: Caller, cursor: str | None) -> tuple[list[Link], str | None]:
    """Return a page of the facility's patients with cards; audited."""
    audit(caller, "list-network-cards", caller.facility_id)
    return link_store.page_of(caller.facility_id, cursor, PAGE_ROWS)


# --- cards and links ---------------------------------------------------------------------------


def make_card(caller: Caller, patient_key: str, birth_date: str) -> Link:
    """
    Give a patient a card with a network ID of their own.

    Args:
        birth_date: As typed; counts only where the archive knows none.

    Raises:
        NotFound: They are not the facility's.
        Invalid: ``bad-birth-date``.
        Conflict: ``has-card-already``.
    """
    patient = local_patients.patient(caller.facility_id, patient_key)
    born = patient.birth_date or birth_dates.read(birth_date, _today(caller)).isoformat()
    network_id = cards.new_network_id()
    person = alone(cards.person_id(network_id), network_id, born)
    link = _new_link(caller, patient, person.person_id)
    audit(caller, "make-network-card", patient_key)
    link_store.add_card(replace(person, links=frozenset({(caller.facility_id, patient_key)})), link)
    count("NetworkCardsMade")
    return link


def link(caller: Caller, patient_key: str, network_id: str, birth_date: str) -> Link:
    """
    Put a patient under the card they brought.

    Raises:
        NotFound: They are not the facility's; ``no-match``: no card is like that.
        Invalid: ``bad-network-id``, ``bad-birth-date``; ``other-birth-date``: the facility's own
            archive knows another one.
        Conflict: ``has-card-already``, ``too-many-links``.
        TooMany: ``too-many-misses``.
    """
    patient = local_patients.patient(caller.facility_id, patient_key)
    shown = matching.read(network_id, birth_date, _today(caller))
    if patient.birth_date and patient.birth_date != shown.birth_date.isoformat():
        raise Invalid("your archive has another birth date", code="other-birth-date")
    matching.count_try(caller)
    found = matching.match(shown)
    audit(caller, "link-network-card", patient_key)
    if found is None:
        raise matching.no_match()
    matching.take_back(caller)
    if len(found.links) >= MAX_LINKS:
        raise Conflict("this person has as many links as one can have", code="too-many-links")
    new = _new_link(caller, patient, found.person.person_id)
    link_store.add(new)
    count("NetworkLinksMade")
    return new


def unlink(caller: Caller, patient_key: str) -> None:
    """
    Take a patient from under their card; what they agreed to ends with it.

    Raises:
        NotFound: They are not the facility's, or have no card.
        Conflict: Somebody changed it in the meantime.
    """
    ended = link_store.link(caller.facility_id, patient_key)
    audit(caller, "unlink-network-card", patient_key)
    link_store.end(ended, clock.text(clock.now()), caller.id)


def set_contact(caller: Caller, patient_key: str, address: str) -> None:
    """
    Say where a patient is told that somebody broke the glass; an empty *address*: nowhere.

    Raises:
        NotFound: They are not the facility's, or have no card.
        Invalid: ``bad-address``.
        Conflict: Somebody changed it in the meantime.
    """
    found = link_store.link(caller.facility_id, patient_key)
    if address and (len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address)):
        raise Invalid("type an e-mail address such as sato@mail.example", code="bad-address")
    audit(caller, "set-patient-contact", patient_key)
    link_store.change(replace(found, contact=address, revision=found.revision + 1))


# --- pieces ------------------------------------------------------------------------------------


def _patient(caller: Caller, patient_key: str, link: Link | None) -> Patient:
    """Return a patient; one with a card also when the archive holds nothing of them any more."""
    try:
        return local_patients.patient(caller.facility_id, patient_key)
    except NotFound:
        if link is None:
            raise
    return Patient(
        patient_key=patient_key,
        patient_id=link.patient_id,
        name="",
        birth_date="",
        sex="",
        examination_ids=[],
    )


def _new_link(caller: Caller, patient: Patient, person_id: str) -> Link:
    return Link(
        facility_id=caller.facility_id,
        patient_key=patient.patient_key,
        patient_id=patient.patient_id,
        person_id=person_id,
        linked_at=clock.text(clock.now()),
        linked_by=caller.id,
    )


def _today(caller: Caller) -> date:
    return local.today(caller.facility_id)
