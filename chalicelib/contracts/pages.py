"""Targets and contracts in the portal; signing and changing have modules of their own."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import purging, service, shown, store
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.offer import cases_of
from chalicelib.contracts.signing import book_for
from chalicelib.kernel.errors import HokanError, Invalid

TARGETS = "/portal/targets"

pages = PageRoutes(__name__)


@pages.on("GET", TARGETS, Operation.SEE_TARGETS)
def show_targets(visit: Visit) -> Response:
    """Show the facility's targets, and what is agreed for each."""
    return _targets_page(visit, kind=_kind(visit.asked("kind")))


@pages.on("POST", TARGETS, Operation.ADD_TARGET)
def add_target(visit: Visit) -> Response:
    """Add a target."""
    name, kind = visit.form.get("name", ""), _kind(visit.form.get("kind", ""))
    try:
        target = service.add_target(visit.caller, name, kind)
    except Invalid as refused:
        return _targets_page(visit, typed=name, kind=kind, refused=refused)
    return visit.redirect(f"{TARGETS}/{target.target_id}/sign?done=added")


def _kind(chosen: str) -> TargetKind:
    """Return what is to be added: a backup, unless another kind was chosen."""
    try:
        return TargetKind(chosen)
    except ValueError:
        return TargetKind.MASS_STORAGE


def _targets_page(
    visit: Visit,
    typed: str = "",
    kind: TargetKind = TargetKind.MASS_STORAGE,
    refused: HokanError | None = None,
) -> Response:
    return visit.page(
        "contracts/targets.html",
        status=refused.status if refused else 200,
        targets=shown.targets(visit.caller.facility_id),
        typed=typed,
        kind=kind,
        refused=refused is not None,
    )


@pages.on("GET", "/portal/contracts/{contract_id}", Operation.SEE_CONTRACTS)
def show_contract(visit: Visit, contract_id: str) -> Response:
    """Show a contract: its terms, what lies ahead of it, and who accepted what."""
    found = store.contract(visit.caller.facility_id, contract_id)
    return visit.page(
        "contracts/contract.html",
        target=store.target(visit.caller.facility_id, found.target_id),
        found=shown.shown(found),
        waits=found.proposed,
        left=purging.outlook(found.facility_id, contract_id, found.target_id),
        following=shown.following_price(found),
        versions=shown.versions(found),
        price_of=shown.price_of,
        cases_of=lambda terms: cases_of(terms, book_for(terms)),
        local_moment=lambda written: shown.local_moment(found.facility_id, written),
        me=visit.caller.id,
        done=visit.asked("done"),
    )
