"""
What a pass opens: the only place where one facility's caller is given another's records.

Each time it is decided anew, by what holds at that moment; the audit rows of both sides are
committed before anything is returned, and the patient can see who looked.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Examination, Patient
from chalicelib.charts import pictures
from chalicelib.charts import store as chart_store
from chalicelib.charts.pictures import Linked
from chalicelib.charts.record import Version
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.network import consents, finding, link_store, local_patients, look_store, store
from chalicelib.network.model import Link, LookKind, Pass
from chalicelib.tables import transaction


class Holding(msgspec.Struct, frozen=True):
    """
    What one other facility shows of a patient.

    Attributes:
        patient: As that facility knows them: who reads compares name and birth date.
        examinations: Those that may be read, newest first.
    """

    link: Link
    facility_name: str
    patient: Patient
    examinations: list[Examination]


class Opened(msgspec.Struct, frozen=True):
    """What a pass opens at this moment."""

    used: Pass
    holdings: list[Holding]


class Record(msgspec.Struct, frozen=True):
    """
    One examination of another facility, opened.

    Attributes:
        chart: As a doctor signed it there; None while nobody has.
    """

    used: Pass
    holding: Holding
    examination: Examination
    chart: Version | None = None


def opened(caller: Caller, pass_id: str) -> Opened:
    """
    Return all that *caller*'s pass opens now; audited at both sides.

    Raises:
        NotFound: The pass is not theirs or is over, or nothing is agreed to any more.
    """
    used, links = _open_links(caller, pass_id)
    audit(caller, "list-elsewhere", used.person_id)
    for each in links:
        audit(caller, "list-from-outside", each.patient_key, facility_id=each.facility_id)
    return Opened(used, _holdings(used, links))


def record(caller: Caller, pass_id: str, examination_id: str) -> Record:
    """
    Open one examination of another facility; audited and noted at both sides.

    Raises:
        NotFound: As :func:`opened`, or the pass does not open this examination.
    """
    used, links = _open_links(caller, pass_id)
    for holding in _holdings(used, links):
        for examination in holding.examinations:
            if examination.examination_id == examination_id:
                _note(caller, used, holding.link, examination_id)
                return Record(used, holding, examination, _chart_of(examination))
    raise NotFound("there is no such examination, or nobody agreed that you read it")


def pictures_of(opened: Record) -> dict[str, Linked]:
    """Return the pictures that the chart of an opened examination links, for who opened it."""
    if opened.chart is None:
        return {}
    digests = [each.sha256 for each in opened.chart.chart.images]
    return pictures.linked(opened.examination, digests)


def _open_links(caller: Caller, pass_id: str) -> tuple[Pass, list[Link]]:
    """Return a pass with the links of other facilities that it opens now."""
    now = clock.now()
    used = look_store.pass_of(caller, pass_id, now)
    person = store.person(used.person_id)
    members = store.all_of(person) if person else []
    found = link_store.links(key for each in members for key in each.links)
    links = [each for each in found if _opens(used, each, now)]
    if not links:
        raise NotFound("nothing is agreed to any more")
    return used, sorted(links, key=lambda each: each.linked_at)


def _opens(used: Pass, link: Link, now: datetime) -> bool:
    if link.facility_id == used.facility_id:
        return False
    return used.is_glass or bool(consents.in_force(link.consents, used.facility_id, now))


def _holdings(used: Pass, links: list[Link]) -> list[Holding]:
    found = (_holding(used, each) for each in links)
    return [each for each in found if each is not None]


def _holding(used: Pass, link: Link) -> Holding | None:
    """Return what *link* leads to; None where the archive knows the patient no more."""
    now = clock.now()
    try:
        patient = local_patients.patient(link.facility_id, link.patient_key)
    except NotFound:
        return None
    listed = local_patients.examinations_of(link.facility_id, link.patient_key)
    return Holding(
        link,
        access_store.facility_name(link.facility_id),
        patient,
        [
            each
            for each in listed
            if used.is_glass or consents.allows(link.consents, used.facility_id, each, now)
        ],
    )


def _chart_of(examination: Examination) -> Version | None:
    """Return the chart that holds; a draft says nothing yet, and nothing to others."""
    return chart_store.record(examination.target_id, examination.examination_id).current


def _note(caller: Caller, used: Pass, link: Link, examination_id: str) -> None:
    """Commit, at both sides, that *caller* opens an examination."""
    audit(caller, "read-elsewhere", examination_id)
    audit(caller, "read-from-outside", examination_id, facility_id=link.facility_id)
    seen = finding.look(caller, used, LookKind.OPENED, [link], examination_id=examination_id)
    with transaction() as write:
        look_store.add_in(write, seen, [link])
