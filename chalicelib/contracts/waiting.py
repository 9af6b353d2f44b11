"""What waits for the provider, over all facilities: each with whose it is and what is special."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from chalicelib.access.store import facility_name
from chalicelib.contracts import store
from chalicelib.contracts.model import Contract, State
from chalicelib.contracts.offer import cases_of, fee_of, special_terms
from chalicelib.contracts.signing import book_for

WAITING_A_PAGE = 20
MOST_COUNTED = 100


class Waiting(msgspec.Struct, frozen=True):
    """
    A contract, or a change of one, that the provider has not answered.

    Attributes:
        asked: What the facility signed.
        before: The contract as it is; None where there is none yet.
    """

    facility_id: str
    facility_name: str
    target_name: str
    asked: Contract
    before: Contract | None

    @property
    def fee_yen(self) -> int:
        return _fee_yen(self.asked)

    @property
    def fee_before_yen(self) -> int | None:
        return _fee_yen(self.before) if self.before else None

    @property
    def cases(self) -> int | None:
        """How many a display tool would hold; None for what is none."""
        return cases_of(self.asked, book_for(self.asked))

    @property
    def usual_unit_price_yen(self) -> int:
        return book_for(self.asked).unit_price_yen

    @property
    def has_special_price(self) -> bool:
        return self.asked.unit_price_yen != self.usual_unit_price_yen

    @property
    def has_special_capacity(self) -> bool:
        book = book_for(self.asked)
        return bool(special_terms(self.asked.capacity_bytes, book.unit_price_yen, book))


def waiting(cursor: str | None) -> tuple[list[Waiting], str | None]:
    """Return what waits, a page of it in the order it was drawn up, and the next cursor."""
    rows, following = store.waiting_page(cursor, WAITING_A_PAGE)
    return list(_described(rows)), following


def count_waiting() -> int:
    """Return how much waits; MOST_COUNTED stands for that many and more."""
    rows, _ = store.waiting_page(None, MOST_COUNTED)
    return len(rows)


def _described(rows: list[tuple[str, str]]) -> Iterator[Waiting]:
    for facility_id, contract_id in rows:
        found = store.contract(facility_id, contract_id)
        is_new = found.state is State.PROPOSED
        asked = found if is_new else found.proposed
        if asked is None:  # answered since the list was read
            continue
        yield Waiting(
            facility_id=facility_id,
            facility_name=facility_name(facility_id),
            target_name=store.target(facility_id, found.target_id).name,
            asked=asked,
            before=None if is_new else found,
        )


def _fee_yen(contract: Contract) -> int:
    return fee_of(contract, book_for(contract), contract.unit_price_yen)
