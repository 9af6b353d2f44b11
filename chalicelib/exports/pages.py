"""Restores in the portal: those there are, and one ZIP on its way to a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access import store as access_store
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive.store import restores
from chalicelib.contracts import store as contracts
from chalicelib.contracts.local import zone_of
from chalicelib.exports import service
from chalicelib.exports.model import OPEN, Export
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from chalicelib.web.pages import may_lead_to

RESTORES = "/portal/restores"
ZIP = RESTORES + "/zips/{export_id}"
GRANTS_A_PAGE = 25

pages = PageRoutes(__name__)


@pages.on("GET", RESTORES, Operation.SEE_RESTORES)
def show_restores(visit: Visit) -> Response:
    """Show the ZIPs of the last days, and what agents were granted."""
    here, cursor = visit.caller.facility_id, visit.asked("cursor") or None
    granted, following = restores.page_of_facility(here, cursor, GRANTS_A_PAGE)
    return visit.page(
        "restores/list.html",
        zips=[] if cursor else service.newest(visit.caller),
        granted=granted,
        cursor=following,
        is_first=cursor is None,
        done=visit.asked("done"),
        targets={each.target_id: each.name for each in contracts.targets_of(here)},
        agents={each.agent_id: each.name for each in access_store.agents_of(here)},
        now=clock.text(clock.now()),
        local=local_to(visit),
    )


@pages.on("GET", ZIP, Operation.SEE_RESTORES)
def show_zip(visit: Visit, export_id: str) -> Response:
    """Show how far a ZIP is, and hand it out once it is there."""
    return _zip_page(visit, service.export(visit.caller, export_id))


@pages.on("POST", ZIP + "/download", Operation.DOWNLOAD_ZIP)
def download_zip(visit: Visit, export_id: str) -> Response:
    """Lead to the ZIP itself, for some minutes."""
    try:
        url = service.download(visit.caller, export_id)
    except Conflict as refused:
        return _zip_page(visit, service.export(visit.caller, export_id), refused.status)
    answer = visit.redirect("")
    answer.headers["Location"] = url
    return answer


def _zip_page(visit: Visit, export: Export, status: int = 200) -> Response:
    target = contracts.target(visit.caller.facility_id, export.selection.target_id)
    answer = visit.page(
        "restores/zip.html",
        status=status,
        export=export,
        target=target,
        is_open=export.state in OPEN,
        local=local_to(visit),
    )
    return may_lead_to(answer, buckets.download_origin())


def local_to(visit: Visit) -> Callable[[str], datetime]:
    """Return what brings a moment we wrote down into the facility's zone."""
    zone = zone_of(visit.caller.facility_id)
    return lambda written: clock.parse(written).astimezone(zone)
