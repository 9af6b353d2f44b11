"""The box in figures, for the provider: pictures drawn here, tables beside them, and a CSV."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries import page_parts
from chalicelib.inquiries.box import analysis, drawing
from chalicelib.inquiries.box.drawing import Drawing
from chalicelib.inquiries.box.figures import MOST_FACILITIES, Figures, Line
from chalicelib.inquiries.departments import service as departments
from chalicelib.kernel import ids
from chalicelib.kernel.errors import HokanError, Invalid

ANALYSIS = "/portal/inquiry-box/analysis"

pages = PageRoutes(__name__)


@pages.on("GET", ANALYSIS, Operation.SEE_INQUIRY_BOX)
def show_analysis(visit: Visit) -> Response:
    """Show the twelve months that end with one, and how soon one facility was answered."""
    asked, refused = visit.asked("month") or analysis.this_month(), None
    try:
        found = analysis.of(visit.caller, asked)
    except Invalid as error:
        refused, asked = error, analysis.this_month()
        found = analysis.of(visit.caller, asked)
    return _page(visit, found, asked, refused)


@pages.on("GET", ANALYSIS + ".csv", Operation.SEE_INQUIRY_BOX)
def download_analysis(visit: Visit) -> Response:
    """Answer the same as a table for a spreadsheet."""
    month = visit.asked("month") or analysis.this_month()
    found = analysis.of(visit.caller, month)
    body = analysis.csv_of(found, _names(found.facilities))
    return visit.download(f"inquiries-{month}.csv", "text/csv; charset=utf-8", body)


def _page(visit: Visit, found: Figures, month: str, refused: HokanError | None) -> Response:
    facility = _facility(visit.asked("facility"), found)
    busiest = found.facilities[:MOST_FACILITIES]
    return page_parts.page(
        visit,
        "inquiries/analysis.html",
        refused,
        month=month,
        found=found,
        busiest=busiest,
        names=_names([*busiest, *([facility] if facility else [])]),
        drawings={
            "months": _drawn(found.months),
            "kinds": _drawn(found.kinds),
            "departments": _drawn(found.departments),
            "facilities": _drawn(busiest),
        },
        facility=facility,
    )


def _drawn(lines: list[Line]) -> Drawing:
    return drawing.drawn([(line.name, line.filed) for line in lines])


def _facility(facility_id: str, found: Figures) -> Line | None:
    if not 0 < len(facility_id) <= ids.LONGEST:
        return None
    return analysis.of_facility(found, facility_id)


def _names(facilities: list[Line]) -> dict[str, str]:
    """Return what departments and these facilities are called."""
    names = {each.department_id: each.name for each in departments.every(dissolved=True)}
    facility_ids = {each.name for each in facilities}
    return names | (access_store.names_of_facilities(facility_ids) if facility_ids else {})
