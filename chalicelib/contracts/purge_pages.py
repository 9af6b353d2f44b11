"""What becomes of what a contract left, in the portal: asking for its deletion, the certificate."""

from __future__ import annotations

from datetime import date

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import purge_store, purging, shown, store
from chalicelib.contracts.page_forms import contract_path
from chalicelib.kernel.errors import Conflict, Invalid

pages = PageRoutes(__name__)


@pages.on("GET", "/portal/contracts/{contract_id}/purge", Operation.ASK_PURGE)
def ask_purge(visit: Visit, contract_id: str) -> Response:
    """Ask once more, and for the target's name."""
    return _purge_page(visit, contract_id)


@pages.on("POST", "/portal/contracts/{contract_id}/purge", Operation.ASK_PURGE)
def take_purge(visit: Visit, contract_id: str) -> Response:
    """Note that it is to be deleted at its date."""
    typed = visit.form.get("name", "")
    try:
        purging.ask(visit.caller, contract_id, typed)
    except Invalid as refused:
        return _purge_page(visit, contract_id, typed, refused)
    except Conflict:
        return _back(visit, contract_id, "not-now")
    return _back(visit, contract_id, "purge-asked")


@pages.on("GET", "/portal/contracts/{contract_id}/certificate", Operation.SEE_CONTRACTS)
def show_certificate(visit: Visit, contract_id: str) -> Response:
    """Show what was deleted, for printing."""
    found = purge_store.certificate(visit.caller.facility_id, contract_id)
    return visit.page(
        "contracts/certificate.html",
        certificate=found,
        ended_on=date.fromisoformat(found.ended_on),
        local_moment=lambda written: shown.local_moment(found.facility_id, written),
    )


def _purge_page(
    visit: Visit, contract_id: str, typed: str = "", refused: Invalid | None = None
) -> Response:
    found = store.contract(visit.caller.facility_id, contract_id)
    left = purging.outlook(found.facility_id, contract_id, found.target_id)
    if left.purge is None:
        return _back(visit, contract_id, "not-now")
    return visit.page(
        "contracts/purge.html",
        status=refused.status if refused else 200,
        target=store.target(found.facility_id, found.target_id),
        contract=found,
        left=left,
        purge_on=date.fromisoformat(left.purge.purge_on),
        typed=typed,
        refused=refused is not None,
    )


def _back(visit: Visit, contract_id: str, done: str) -> Response:
    found = store.contract(visit.caller.facility_id, contract_id)
    return visit.redirect(f"{contract_path(found)}?done={done}")
