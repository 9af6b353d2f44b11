"""A contract cannot promise less than is taken: bytes that are stored, or cases that are open."""

from __future__ import annotations

from chalicelib.archive.store import cases, usage
from chalicelib.billing.pricebook import PriceBook
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import Contract
from chalicelib.contracts.offer import cases_of
from chalicelib.contracts.signing import book_for
from chalicelib.kernel.errors import Conflict


def limit_of(contract: Contract) -> int:
    """Return how much *contract* allows: bytes, or cases of a display tool."""
    allowed = cases_of(contract, book_for(contract))
    return contract.capacity_bytes if allowed is None else allowed


def check_holds(facility_id: str, terms: Form | Contract, book: PriceBook) -> None:
    """Let pass terms that hold what is taken; raises Conflict with both figures."""
    allowed = cases_of(terms, book)
    if allowed is None:
        _check_bytes(facility_id, terms.target_id, terms.capacity_bytes)
    else:
        _check_cases(facility_id, allowed)


def _check_bytes(facility_id: str, target_id: str, capacity_bytes: int) -> None:
    now = usage.of(facility_id, target_id)
    stored_bytes = now.limit_bytes - now.available_bytes
    if capacity_bytes < stored_bytes:
        raise Conflict(
            f"capacity_bytes {capacity_bytes} is less than the {stored_bytes} bytes"
            " stored: choose at least that",
            code="capacity-below-stored",
            capacity_bytes=capacity_bytes,
            stored_bytes=stored_bytes,
        )


def _check_cases(facility_id: str, allowed: int) -> None:
    found = cases.count_of(facility_id)
    if allowed < found.open:
        raise Conflict(
            f"{found.open} cases are open, and {allowed} would be allowed: close some first",
            code="cases-below-open",
            cases=allowed,
            open_cases=found.open,
        )
