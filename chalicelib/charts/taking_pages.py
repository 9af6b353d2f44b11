"""Charts of other systems handed in by a browser: findings as CSV, or a FHIR document."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive.store import usage
from chalicelib.charts import service, taking
from chalicelib.charts.pages import CHART, CHARTS, here
from chalicelib.charts.table import EXAMPLE, OPTIONAL, WrongRow, WrongRows
from chalicelib.charts.taking import TakenOver
from chalicelib.contracts import store as contracts
from chalicelib.contracts.patient_csv import text_of
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, TooLarge
from chalicelib.web.links import with_query

TABLE = CHARTS + "/{target_id}/take"
BUNDLE = CHART + "/take"
SHOWN = 100  # rows that cannot be taken, on one page

pages = PageRoutes(__name__)


@pages.on("GET", TABLE, Operation.WRITE_CHARTS)
def ask_for_table(visit: Visit, target_id: str) -> Response:
    """Ask for findings as a CSV file."""
    usage.require(visit.caller.facility_id, target_id)
    return _table_page(visit, target_id)


@pages.on("POST", TABLE, Operation.WRITE_CHARTS, takes_files=True)
def take_table(visit: Visit, target_id: str) -> Response:
    """Take a file over as drafts, or name the rows that cannot be taken."""
    usage.require(visit.caller.facility_id, target_id)
    uploaded, typed = visit.files.get("file", b""), visit.form.get("typed", "")
    try:
        taking.csv(visit.caller, target_id, _whole(text_of(uploaded)) if uploaded else typed)
    except (Invalid, Conflict, TooLarge) as refused:
        return _table_page(visit, target_id, typed=typed, refused=refused)
    return visit.redirect(with_query(CHARTS, target=target_id, done="taken"))


@pages.on("GET", BUNDLE, Operation.WRITE_CHARTS)
def ask_for_bundle(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Ask for a FHIR document of an examination."""
    return _bundle_page(visit, target_id, examination_id)


@pages.on("POST", BUNDLE, Operation.WRITE_CHARTS, takes_files=True)
def take_bundle(visit: Visit, target_id: str, examination_id: str) -> Response:
    """Take a document over as a draft; show what was not taken over."""
    place, written = (target_id, examination_id), visit.form.get("revision", "")
    revision = int(written) if written.isascii() and written.isdigit() and len(written) < 8 else -1
    try:
        taken = taking.fhir(visit.caller, *place, revision, visit.files.get("file", b""))
    except (Invalid, Conflict, TooLarge) as refused:
        return _bundle_page(visit, *place, refused=refused)
    return _bundle_page(visit, *place, taken=taken)


# --- pieces ------------------------------------------------------------------------------------


def _whole(text: str) -> str:
    """Return *text*, unless some of its letters were lost on the way: a chart is not guessed."""
    if "\ufffd" in text:
        raise Invalid("some letters of the file were lost on the way", code="unreadable-file")
    return text


def _table_page(
    visit: Visit, target_id: str, *, typed: str = "", refused: HokanError | None = None
) -> Response:
    wrong: list[WrongRow] = refused.rows if isinstance(refused, WrongRows) else []
    return visit.page(
        "charts/take_table.html",
        status=refused.status if refused else 200,
        target=contracts.target(visit.caller.facility_id, target_id),
        typed=typed,
        example=EXAMPLE,
        more_columns=", ".join(each for each in OPTIONAL if each not in EXAMPLE),
        refused=refused.code if refused else "",
        wrong=wrong[:SHOWN],
        more_wrong=max(len(wrong) - SHOWN, 0),
    )


def _bundle_page(
    visit: Visit,
    target_id: str,
    examination_id: str,
    *,
    refused: HokanError | None = None,
    taken: TakenOver | None = None,
) -> Response:
    subject, found = service.show(visit.caller, target_id, examination_id)
    return visit.page(
        "charts/take_bundle.html",
        status=refused.status if refused else 200,
        subject=subject,
        record=found,
        refused=refused.code if refused else "",
        taken=taken,
        chart_path=here(target_id, examination_id),
    )
