"""Backups in the portal: the newest of each target, one with all about it, and starting one."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import store as contracts
from chalicelib.jobs import service, shown
from chalicelib.kernel.errors import Conflict, HokanError
from chalicelib.web.links import with_query

JOBS = "/portal/jobs"
OF_TARGET = "/portal/targets/{target_id}/jobs"

pages = PageRoutes(__name__)


@pages.on("GET", JOBS, Operation.SEE_JOBS)
def show_jobs(visit: Visit) -> Response:
    """Show the newest jobs of each target."""
    return _overview_page(visit)


@pages.on("POST", OF_TARGET, Operation.START_JOB)
def back_up_now(visit: Visit, target_id: str) -> Response:
    """Make a job that an agent gets when it asks next."""
    try:
        service.back_up_now(visit.caller, target_id)
    except Conflict as refused:
        return _overview_page(visit, refused)
    return visit.redirect(with_query(JOBS, done="asked"))


@pages.on("GET", OF_TARGET, Operation.SEE_JOBS)
def show_older(visit: Visit, target_id: str) -> Response:
    """Show all jobs of a target, a page of them."""
    target = contracts.target(visit.caller.facility_id, target_id)
    cursor = visit.asked("cursor") or None
    found, following = shown.older(visit.caller.facility_id, target_id, cursor)
    return visit.page("jobs/of_target.html", target=target, jobs=found, cursor=following)


@pages.on("GET", JOBS + "/{job_id}", Operation.SEE_JOBS)
def show_job(visit: Visit, job_id: str) -> Response:
    """Show everything about one job."""
    found = shown.job_page(visit.caller, job_id)
    return visit.page("jobs/job.html", page=found, job=found.shown, watch=_is_watched(visit))


@pages.on("GET", "/portal/missed", Operation.SEE_MISSED_JOBS)
def show_missed(visit: Visit) -> Response:
    """Show the missed jobs of all facilities."""
    found, cursor = shown.missed(visit.asked("cursor") or None)
    return visit.page("jobs/missed.html", missed=found, cursor=cursor)


def _overview_page(visit: Visit, refused: HokanError | None = None) -> Response:
    return visit.page(
        "jobs/overview.html",
        status=refused.status if refused else 200,
        targets=shown.overview(visit.caller.facility_id),
        next_call=shown.next_call(visit.caller.facility_id),
        refused=refused.code if refused else "",
        done=visit.asked("done"),
        watch=_is_watched(visit),
    )


def _is_watched(visit: Visit) -> bool:
    """Whether the reader asked for a page that loads itself again: nobody gets one unasked."""
    return visit.asked("watch") == "yes"
