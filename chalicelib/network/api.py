"""Records at other facilities, for doctors' own systems."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.model import Examination
from chalicelib.charts.model import Chart
from chalicelib.network import finding, reading
from chalicelib.network.reading import Holding, Opened
from chalicelib.web.bodies import Body

routes = GuardedRoutes(__name__)

FOUND = "/network/found/{pass_id}"


class Search(Body):
    """
    Attributes:
        network_id: As on the patient's card; case, width and dashes do not matter.
        birth_date: ``YYYY-MM-DD``, or with the year of a Japanese era.
    """

    network_id: str
    birth_date: str


class ShownPatient(msgspec.Struct, frozen=True, kw_only=True):
    """A patient as the other facility knows them."""

    name: str
    birth_date: str
    sex: str


class FoundExamination(msgspec.Struct, frozen=True, kw_only=True):
    """
    An examination at another facility.

    Attributes:
        objects: How many files.
    """

    examination_id: str
    examined_at: str
    kind: str
    description: str
    objects: int


class FoundFacility(msgspec.Struct, frozen=True, kw_only=True):
    """What one other facility shows."""

    name: str
    patient: ShownPatient
    examinations: list[FoundExamination]


class FoundRecords(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a search opened.

    Attributes:
        pass_id: Opens the same again until it ends, as far as the patient still agrees.
    """

    pass_id: str
    ends_at: str
    facilities: list[FoundFacility]


class ShownRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    One examination of another facility.

    Attributes:
        chart: As it was signed there; null while no doctor has.
        chart_signed_at: When.
    """

    facility: str
    patient: ShownPatient
    examination: FoundExamination
    chart: Chart | None
    chart_signed_at: str | None


@routes.on("POST", "/network/find", Operation.FIND_ELSEWHERE, body=Search, problems=(404, 429, 503))
def find(caller: Caller, search: Search) -> FoundRecords:
    """Find what other facilities may show of a patient."""
    given = finding.find(caller, finding.read(caller, search.network_id, search.birth_date))
    return _told(reading.opened(caller, given.pass_id))


@routes.on("GET", FOUND, Operation.FIND_ELSEWHERE)
def show_found(caller: Caller, pass_id: str) -> FoundRecords:
    """Show it again."""
    return _told(reading.opened(caller, pass_id))


@routes.on("GET", FOUND + "/{record_id}", Operation.FIND_ELSEWHERE)
def show_record(caller: Caller, pass_id: str, record_id: str) -> ShownRecord:
    """Show one examination of another facility."""
    found = reading.record(caller, pass_id, record_id)
    return ShownRecord(
        facility=found.holding.facility_name,
        patient=_patient(found.holding),
        examination=_examination(found.examination),
        chart=found.chart.chart if found.chart else None,
        chart_signed_at=found.chart.signed_at if found.chart else None,
    )


def _told(opened: Opened) -> FoundRecords:
    return FoundRecords(
        pass_id=opened.used.pass_id,
        ends_at=opened.used.ends_at,
        facilities=[
            FoundFacility(
                name=each.facility_name,
                patient=_patient(each),
                examinations=[_examination(one) for one in each.examinations],
            )
            for each in opened.holdings
        ],
    )


def _patient(holding: Holding) -> ShownPatient:
    patient = holding.patient
    return ShownPatient(name=patient.name, birth_date=patient.birth_date, sex=patient.sex)


def _examination(found: Examination) -> FoundExamination:
    return FoundExamination(
        examination_id=found.examination_id,
        examined_at=found.examined_at,
        kind=found.kind,
        description=found.description,
        objects=found.objects,
    )
