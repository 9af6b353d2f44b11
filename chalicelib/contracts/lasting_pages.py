"""Pausing a contract and renewing it by hand, in the portal."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import changing, pausing, renewing, shown, store
from chalicelib.contracts.page_forms import contract_path
from chalicelib.kernel.errors import Conflict

pages = PageRoutes(__name__)


@pages.on("POST", "/portal/contracts/{contract_id}/pause", Operation.PAUSE_CONTRACT)
def pause(visit: Visit, contract_id: str) -> Response:
    """Stop backups for a while."""
    try:
        found = pausing.pause(visit.caller, contract_id)
    except Conflict:
        return _refused(visit, contract_id)
    return visit.redirect(f"{contract_path(found)}?done=paused")


@pages.on("POST", "/portal/contracts/{contract_id}/resume", Operation.PAUSE_CONTRACT)
def resume(visit: Visit, contract_id: str) -> Response:
    """Let backups go on."""
    try:
        found = pausing.resume(visit.caller, contract_id)
    except Conflict:
        return _refused(visit, contract_id)
    return visit.redirect(f"{contract_path(found)}?done=resumed")


@pages.on("GET", "/portal/contracts/{contract_id}/renewal", Operation.RENEW_CONTRACT)
def ask_renewal(visit: Visit, contract_id: str) -> Response:
    """Show what one more term costs."""
    return _renewal_page(visit, contract_id)


@pages.on("POST", "/portal/contracts/{contract_id}/renewal", Operation.RENEW_CONTRACT)
def take_renewal(visit: Visit, contract_id: str) -> Response:
    """Sign for the term that was shown."""
    shown_sha256 = visit.form.get("terms_sha256", "")
    try:
        found = renewing.renew(visit.caller, contract_id, shown_sha256)
    except Conflict as refused:
        return _renewal_page(visit, contract_id, refused)
    return visit.redirect(f"{contract_path(found)}?done=renewed")


def _renewal_page(visit: Visit, contract_id: str, refused: Conflict | None = None) -> Response:
    found = changing.current(visit.caller.facility_id, contract_id)
    try:
        meant = renewing.quote_renewal(visit.caller, contract_id)
    except Conflict:
        return _refused(visit, contract_id)
    return visit.page(
        "contracts/renewal.html",
        status=refused.status if refused else 200,
        target=store.target(visit.caller.facility_id, found.target_id),
        found=shown.shown(found),
        meant=meant,
        refused=refused is not None,
    )


def _refused(visit: Visit, contract_id: str) -> Response:
    """Back to the contract, whose page says why nothing else can be done."""
    found = store.contract(visit.caller.facility_id, contract_id)
    return visit.redirect(f"{contract_path(found)}?done=not-now")
