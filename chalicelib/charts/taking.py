"""Charts from other systems: a FHIR document, or findings as CSV, taken over as drafts."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Examination, examination_id, patient_key
from chalicelib.archive.store import examinations, usage
from chalicelib.charts import fhir_reading, service, store, table
from chalicelib.charts.checking import checked
from chalicelib.charts.record import Draft, Record, State
from chalicelib.charts.table import Listed, WrongRow, WrongRows
from chalicelib.kernel.errors import Conflict, Invalid, TooLarge
from chalicelib.telemetry import count

MOST_CHARTS = 50  # of one file: saved in one transaction


@dataclass(frozen=True, slots=True)
class TakenOver:
    """
    Attributes:
        left_out: What of the document was not taken over, and why.
    """

    record: Record
    left_out: list[str]


def fhir(
    caller: Caller, target_id: str, examination_id: str, revision: int, raw: bytes
) -> TakenOver:
    """
    Save what a FHIR Bundle records as the draft of an examination's chart.

    Raises:
        Invalid: See :func:`fhir_reading.read` and :func:`service.save`.
        Conflict: See :func:`service.save`.
    """
    subject = service.subject(caller, target_id, examination_id)
    patient_id = subject.patient.patient_id if subject.patient else ""
    taken = fhir_reading.read(raw, patient_id, subject.examination.examined_at[:10])
    record = service.save(caller, target_id, examination_id, revision, taken.chart)
    return TakenOver(record, taken.left_out)


def csv(caller: Caller, target_id: str, text: str) -> list[Record]:
    """
    Save what a CSV file records as drafts, a chart for each examination: all of them or none.

    The same file again changes nothing.

    Raises:
        Invalid: No such file; :class:`WrongRows` names each row that cannot be taken.
        TooLarge: It tells of more examinations than one transaction takes.
        Conflict: Somebody changed one of the charts meanwhile.
    """
    usage.require(caller.facility_id, target_id)
    service.require_kept(caller, target_id)
    listed = table.read(text)
    if len(listed) > MOST_CHARTS:
        raise TooLarge(f"a file tells of at most {MOST_CHARTS} examinations", limit=MOST_CHARTS)
    found = _examinations(target_id, listed)
    records = store.records(target_id, [each.examination_id for each in found.values()])
    drafts: list[tuple[Record, Draft]] = []
    wrong: list[WrongRow] = []
    for each in listed:
        try:
            drafts += _draft(caller, each, found, records)
        except (Invalid, Conflict, TooLarge) as refused:
            wrong.append(WrongRow(each.rows[0], *_column(refused)))
    if wrong:
        raise WrongRows(wrong)
    audit(caller, "take-charts", target_id, amount=len(listed))
    if drafts and not store.save_drafts(drafts):
        raise Conflict("somebody changed one of these charts meanwhile; send the file again")
    count("ChartsSaved", len(drafts))
    identifiers = [each.examination_id for each in found.values()]
    saved = store.records(target_id, identifiers)
    return [saved[each] for each in identifiers]


def _examinations(target_id: str, listed: list[Listed]) -> dict[str, Examination]:
    """Return those of the listed examinations that the catalogue has, by the facility's own id."""
    identifiers = [examination_id(target_id, each.exam) for each in listed]
    found = examinations.examinations_by_id(target_id, identifiers)
    return {each.source_id: each for each in found}


def _draft(
    caller: Caller, listed: Listed, found: dict[str, Examination], records: dict[str, Record]
) -> list[tuple[Record, Draft]]:
    """Return what is to be saved of an examination: nothing where its draft is that already."""
    examination = found.get(listed.exam)
    if examination is None:
        raise Invalid("the archive has no such examination", code="exam")
    if examination.patient_key != patient_key(caller.facility_id, listed.patient_id):
        raise Invalid("the examination is of another patient", code="patient_id")
    if listed.date and listed.date != examination.examined_at[:10]:
        raise Invalid("the examination was on another day", code="date")
    chart = checked(listed.chart)
    service.check_pictures(examination.target_id, examination.examination_id, chart)
    seen = records.get(examination.examination_id) or Record(
        target_id=examination.target_id, examination_id=examination.examination_id
    )
    if seen.draft and seen.draft.chart == chart:
        return []
    if seen.state is not State.NONE:
        raise Conflict("the examination has a chart already; change it there", code="exam")
    return [(seen, service.a_draft(caller, chart))]


def _column(refused: Invalid | Conflict | TooLarge) -> tuple[str, str]:
    """Return where in its rows an examination is wrong, and why."""
    if refused.code == "wrong-chart":
        return "chart", str(refused)
    return refused.code, str(refused)
