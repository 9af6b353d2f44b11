"""More cases for a display tool, in two clicks: what they cost, then the signature."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive.store import cases
from chalicelib.contracts import changing, shown, store
from chalicelib.contracts.amending import Change
from chalicelib.contracts.form import MAX_CASE_UNITS
from chalicelib.contracts.model import Contract
from chalicelib.contracts.page_forms import contract_path
from chalicelib.contracts.signing import book_for
from chalicelib.kernel.errors import Conflict, HokanError, NotFound
from chalicelib.web.forms import one_line

MORE_CASES = "/portal/contracts/{contract_id}/cases"
OFFERED = (1, 2, 4, 10)  # blocks, each with a price of its own to choose from

pages = PageRoutes(__name__)


@pages.on("GET", MORE_CASES, Operation.AMEND_CONTRACT)
def offer_cases(visit: Visit, contract_id: str) -> Response:
    """Show what more cases cost: one block, unless another number was asked for."""
    return _offer_page(visit, _tool(visit, contract_id), _blocks(visit.asked("blocks")))


@pages.on("POST", MORE_CASES, Operation.AMEND_CONTRACT)
def add_cases(visit: Visit, contract_id: str) -> Response:
    """Add the cases that were shown."""
    found, blocks = _tool(visit, contract_id), _blocks(visit.form.get("blocks", ""))
    shown_sha256 = visit.form.get("terms_sha256", "")
    try:
        changed = changing.amend(visit.caller, contract_id, _change(found, blocks), shown_sha256)
    except Conflict as refused:
        return _offer_page(visit, found, blocks, refused)
    done = "cases-added" if changed.proposed is None else "change-proposed"
    return visit.redirect(f"{contract_path(changed)}?done={done}")


def _tool(visit: Visit, contract_id: str) -> Contract:
    """Return the contract of a display tool; raises NotFound for another one."""
    found = changing.current(visit.caller.facility_id, contract_id)
    if found.case_units is None:
        raise NotFound("this contract is of no display tool")
    return found


def _change(found: Contract, blocks: int) -> Change:
    return Change(case_units=(found.case_units or 0) + blocks)


def _blocks(typed: str) -> int:
    """Return how many blocks are asked for; one where that is no number."""
    plain = one_line(typed)[:4]
    is_number = plain.isascii() and plain.isdigit()
    return min(max(int(plain), 1), MAX_CASE_UNITS) if is_number else 1


def _offer_page(
    visit: Visit, found: Contract, blocks: int, refused: HokanError | None = None
) -> Response:
    try:
        meant = changing.quote_amendment(visit.caller, found.contract_id, _change(found, blocks))
    except Conflict:
        return visit.redirect(f"{contract_path(found)}?done=not-now")
    return visit.page(
        "contracts/more_cases.html",
        status=refused.status if refused else 200,
        target=store.target(found.facility_id, found.target_id),
        found=shown.shown(found),
        count=cases.count_of(found.facility_id),
        blocks=blocks,
        offered=OFFERED,
        unit=book_for(found).cases_per_unit,
        meant=meant,
        refused=refused is not None,
    )
