"""What will be billed, on pages: a facility its own year, the provider a day's run."""

from __future__ import annotations

import time
from datetime import date

from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.local_times import zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.access.service import audit
from chalicelib.billing import typed
from chalicelib.charging import preview, service
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date, months_after
from chalicelib.kernel.errors import Invalid

RUN = "/portal/billing/run"
MONTHS = 12
FURTHEST_MONTHS = 120
SECONDS = 15  # a page may take; what is left is billed by the next minute

pages = PageRoutes(__name__)


@pages.on("GET", "/portal/bills-ahead", Operation.SEE_INVOICES)
def show_ahead(visit: Visit) -> Response:
    """Show what the facility will be billed in the next twelve months."""
    today = local_date(clock.now(), zone_for(visit.caller))
    found = preview.of_facility(visit.caller.facility_id, months_after(today, MONTHS))
    return visit.page("charging/ahead.html", expected=found)


@pages.on("GET", RUN, Operation.MANAGE_BILLING)
def show_run(visit: Visit) -> Response:
    """Show what a run as of a day would bill; nothing is billed by it."""
    today = local_date(clock.now(), zone_for(visit.caller))
    try:
        as_of = _day(visit.asked("as_of"), today)
    except Invalid as refused:
        return _run(visit, today, refused)
    return _run(visit, as_of)


@pages.on("POST", RUN, Operation.MANAGE_BILLING)
def run_now(visit: Visit) -> Response:
    """Bill what is due now, without waiting for the next minute."""
    audit(visit.caller, "run-billing", "billing")
    begun = time.monotonic()
    service.run_due(clock.now(), lambda: time.monotonic() - begun < SECONDS)
    return visit.redirect(f"{RUN}?done=run")


def _run(visit: Visit, as_of: date, refused: Invalid | None = None) -> Response:
    found, failed = preview.of_provider(as_of)
    names = {each.key.facility_id for each in found}
    return visit.page(
        "charging/run.html",
        expected=list(preview.compared(found)),
        failed=failed,
        as_of=as_of,
        typed=visit.asked("as_of") if refused else as_of.isoformat(),
        refused=refused.code if refused else "",
        names={each: access_store.facility_name(each) for each in names},
        done=visit.asked("done"),
    )


def _day(written: str, today: date) -> date:
    if not written:
        return today
    day = typed.day(written)
    if not today <= day <= months_after(today, FURTHEST_MONTHS):
        raise Invalid("choose a day from today on, at most ten years ahead", code="bad-day")
    return day
