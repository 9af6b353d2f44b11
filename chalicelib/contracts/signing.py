"""A contract drawn up from a form, and what each side's acceptance adds to it."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib.billing.books import book_of
from chalicelib.billing.pricebook import PriceBook
from chalicelib.contracts.form import Form, settled, terms_digest
from chalicelib.contracts.model import STANDING_OFFER, Contract, State
from chalicelib.kernel.errors import Conflict


def drawn_up(
    form: Form, book: PriceBook, *, contract_id: str, facility_id: str, by: str, at: str
) -> Contract:
    """Return the contract that *by* signs at *at*: proposed, until the provider accepts it."""
    return Contract(
        contract_id=contract_id,
        facility_id=facility_id,
        target_id=form.target_id,
        term=form.term,
        starts_on=form.starts_on,
        state=State.PROPOSED,
        signed_at=at,
        signed_by=by,
        revision=1,
        **agreed_on(form, book),
    )


def agreed_on(form: Form, book: PriceBook) -> dict[str, Any]:
    """Return the fields of a contract that a change may change, as *form* has them."""
    terms = settled(form, book)
    return {
        "term_count": terms.term_count,
        "service_class": terms.service_class,
        "case_units": terms.case_units,
        "auto_renew": terms.auto_renew,
        "timing": terms.timing,
        "batch_scope": terms.batch_scope,
        "patients": terms.patients,
        "capacity_bytes": terms.capacity_bytes,
        "limit_policy": terms.limit_policy,
        "invoice_grouping": terms.invoice_grouping,
        "unit_price_yen": terms.unit_price_yen,
        "price_book": book.version,
        "price_book_sha256": book.sha256(),
        "terms_sha256": terms_digest(form, book),
    }


def form_of(contract: Contract) -> Form:
    """Return the form that *contract* was drawn up from, every choice made."""
    return Form(**{name: getattr(contract, name) for name in Form.__struct_fields__})


def book_for(contract: Contract) -> PriceBook:
    """Return the price book *contract* is pinned to."""
    return book_of(contract.price_book)


def accepted(contract: Contract, at: str, by: str = STANDING_OFFER) -> Contract:
    """Return *contract* with the provider's acceptance: it is active."""
    return msgspec.structs.replace(contract, state=State.ACTIVE, accepted_at=at, accepted_by=by)


def ended(contract: Contract, at: str) -> Contract:
    """Return *contract* ended at *at*, as the next revision; nothing of it waits any more."""
    return msgspec.structs.replace(
        contract,
        state=State.ENDED,
        ended_at=at,
        revision=contract.revision + 1,
        proposed=None,
        upcoming=None,
    )


def check_agreed(shown_sha256: str | None, terms_sha256: str) -> None:
    """Let pass what the signer has seen; raises Conflict when the terms are others by now."""
    if shown_sha256 not in (None, terms_sha256):
        raise Conflict(
            "these are not the terms that were shown (terms_sha256): ask for a quote again",
            code="terms-differ",
            terms_sha256=terms_sha256,
        )
