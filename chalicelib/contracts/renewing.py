"""One more term for a contract that would end: its price is shown before it is signed for."""

from __future__ import annotations

from datetime import date

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.billing.books import book_of
from chalicelib.contracts import changing, local, signing, store
from chalicelib.contracts.model import Contract, term_end_on
from chalicelib.contracts.offer import Price
from chalicelib.contracts.renewal import book_from, check_renewable, extended, in_next_term
from chalicelib.contracts.shown import price_of
from chalicelib.kernel import clock
from chalicelib.telemetry import count


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one more term would mean.

    Attributes:
        ends_on: The first date after it.
        price: Of the term, which is one period, by the tax of its first day.
        terms_sha256: What both sides accept: the form as meant, and the price book of that term.
    """

    begins_on: date
    ends_on: date
    price: Price
    price_book: str
    terms_sha256: str


def quote_renewal(caller: Caller, contract_id: str) -> Renewal:
    """
    Return what one more term of a contract would cost; nothing is kept.

    Raises:
        Conflict: It does not end, is not in force, or is renewed already.
    """
    return _renewal(changing.current(caller.facility_id, contract_id))


def renew(caller: Caller, contract_id: str, shown_sha256: str | None = None) -> Contract:
    """
    Sign for one more term of a contract, from its end on, by the newest price book of then.

    Raises:
        Conflict: As :func:`quote_renewal`; ``terms-differ``.
    """
    found = changing.current(caller.facility_id, contract_id)
    meant = _renewal(found)
    signing.check_agreed(shown_sha256, meant.terms_sha256)
    longer = msgspec.structs.replace(
        _signed(found, caller, meant, found), effective_on=meant.begins_on, charge_yen=0
    )
    upcoming = _signed(found.upcoming, caller, meant, longer) if found.upcoming else None
    audit(caller, "renew-contract", contract_id)
    renewed = msgspec.structs.replace(longer, upcoming=upcoming, declined=None)
    store.change(renewed, agreed=[renewed, upcoming] if upcoming else [renewed])
    count("ContractsRenewed")
    return renewed


def _renewal(found: Contract) -> Renewal:
    begins_on = check_renewable(found, local.today(found.facility_id))
    latest = found.upcoming or found
    book = book_from(latest, begins_on)
    following = in_next_term(extended(latest, begins_on, book), book)
    end_on = term_end_on(following)
    assert end_on is not None  # what has no term does not end, and is not renewed
    return Renewal(
        begins_on=begins_on,
        ends_on=end_on,
        price=price_of(following, begins_on),
        price_book=following.price_book,
        terms_sha256=following.terms_sha256,
    )


def _signed(version: Contract, caller: Caller, meant: Renewal, before: Contract) -> Contract:
    """Return the version after *before*: *version* with one more term, agreed on by both sides."""
    at = clock.text(clock.now())
    waiting = before.upcoming.version if before.upcoming else 0
    longer = extended(version, meant.begins_on, book_of(meant.price_book))
    return msgspec.structs.replace(
        signing.accepted(longer, at),
        state=version.state,
        version=max(before.version, waiting) + 1,
        revision=before.revision + 1,
        signed_at=at,
        signed_by=caller.id,
    )
