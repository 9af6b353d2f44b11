"""A contract as its pages show it: its price, what lies ahead of it, and who accepted what."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from chalicelib.billing.tax import tax_yen, with_tax_yen
from chalicelib.contracts import local, store
from chalicelib.contracts.kinds import goods_of, kind_of
from chalicelib.contracts.model import (
    RUNNING,
    STANDING_OFFER,
    Contract,
    State,
    TargetKind,
    in_force_on,
    is_over,
)
from chalicelib.contracts.offer import Price, cases_of, fee_of, points_of
from chalicelib.contracts.renewal import (
    Outlook,
    check_renewable,
    next_bill_on,
    outlook,
    renewed,
)
from chalicelib.contracts.signing import book_for
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict


class Shown(msgspec.Struct, frozen=True):
    """
    A contract by the version that holds today.

    Attributes:
        price: Of one period, by the tax of today.
        is_over: Ended, or come to its end.
        today: Where the facility is.
    """

    contract: Contract
    points: int
    price: Price
    outlook: Outlook
    next_bill_on: date | None
    is_over: bool
    today: date

    @property
    def kind(self) -> TargetKind:
        return kind_of(self.contract)

    @property
    def cases(self) -> int | None:
        """How many a display tool holds; None for what is none."""
        return cases_of(self.contract, book_for(self.contract))

    @property
    def standing(self) -> str:
        """How it stands, in one word."""
        if self.contract.state is State.DRAFT:
            return "declined"
        if self.is_over:
            return "ended"
        if self.contract.cancelled_on is not None:
            return "cancelled"
        if self.contract.paused:
            return "paused"
        return self.contract.state.value

    @property
    def may_change(self) -> bool:
        return self.contract.state is State.ACTIVE and self._goes_on

    @property
    def may_end(self) -> bool:
        return self.contract.state in RUNNING and self._goes_on

    @property
    def may_pause(self) -> bool:
        return (
            goods_of(self.contract).stores and self.contract.state in RUNNING and not self.is_over
        )

    @property
    def may_renew(self) -> bool:
        """Whether it ends, and one more term can be signed for."""
        try:
            check_renewable(self.contract, self.today)
        except Conflict:
            return False
        return True

    @property
    def _goes_on(self) -> bool:
        return not self.is_over and self.contract.cancelled_on is None


class Version(msgspec.Struct, frozen=True):
    """
    What both sides accepted at one time.

    Attributes:
        signed_at, accepted_at: Local to the facility.
        is_standard: The provider accepted it by its standing offer.
    """

    contract: Contract
    price: Price
    signed_at: datetime
    accepted_at: datetime | None
    is_standard: bool


class ShownTarget(msgspec.Struct, frozen=True):
    """
    A target, and its contracts a person may want to look at.

    Attributes:
        shown: The one in force, or the last that was.
        waiting: One that the provider has not answered.
        declined: One that it said no to.
    """

    target: Target
    shown: Shown | None
    waiting: Contract | None
    declined: Contract | None


def shown(contract: Contract) -> Shown:
    """Return *contract* as it is today."""
    today = local.today(contract.facility_id)
    found = in_force_on(contract, today)
    return Shown(
        contract=found,
        points=points_of(found, book_for(found)),
        price=price_of(found, today),
        outlook=outlook(found, today, local.zone_of(contract.facility_id)),
        next_bill_on=next_bill_on(found, today),
        is_over=is_over(found, today),
        today=today,
    )


def versions(contract: Contract) -> list[Version]:
    """Return what both sides accepted of *contract*, newest first."""
    kept = [_version(each) for each in store.versions_of(contract)]
    return kept[::-1]


def targets(facility_id: str) -> list[ShownTarget]:
    """Return the facility's targets with what is agreed for each."""
    contracts = list(store.contracts_of(facility_id))
    waiting = {each.target_id: each for each in contracts if each.state is State.PROPOSED}
    declined = {each.target_id: each for each in contracts if each.state is State.DRAFT}
    return [
        ShownTarget(
            target=each,
            shown=shown(each.contract) if each.contract else None,
            waiting=waiting.get(each.target_id),
            declined=declined.get(each.target_id),
        )
        for each in store.targets_of(facility_id)
    ]


def price_of(contract: Contract, on: date) -> Price:
    """Return the price of one period of *contract*, billed *on* that date."""
    book = book_for(contract)
    fee, percent = fee_of(contract, book, contract.unit_price_yen), book.tax.rate_on(on)
    return Price(fee, tax_yen(fee, percent, book.tax), with_tax_yen(fee, percent, book.tax))


def following_price(contract: Contract) -> Price | None:
    """Return the price from the next renewal on; None where none lies ahead."""
    renews_on = shown(contract).outlook.renews_on
    return bill_of(contract, renews_on) if renews_on else None


def bill_of(contract: Contract, on: date) -> Price:
    """Return the price of the period of *contract* that begins *on* a date to come."""
    return price_of(renewed(in_force_on(contract, on), on, clock.text(clock.now())), on)


def local_moment(facility_id: str, written: str) -> datetime:
    """Return the moment *written* as RFC 3339, local to the facility."""
    return clock.parse(written).astimezone(local.zone_of(facility_id))


def _version(agreed: Contract) -> Version:
    return Version(
        contract=agreed,
        price=price_of(agreed, agreed.effective_on or agreed.starts_on),
        signed_at=local_moment(agreed.facility_id, agreed.signed_at),
        accepted_at=local_moment(agreed.facility_id, agreed.accepted_at)
        if agreed.accepted_at
        else None,
        is_standard=agreed.accepted_by == STANDING_OFFER,
    )
