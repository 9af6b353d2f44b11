"""A contract as it is to be billed: what holds now, and what else is asked for only if need be."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

import msgspec

from chalicelib.contracts.cancelling import holds_at_start
from chalicelib.contracts.model import Contract, in_force_on
from chalicelib.contracts.renewal import renewed

Versions = Callable[[], Collection[Contract]]
Growth = Callable[[], Collection[tuple[date, int]]]


class Agreed(msgspec.Struct, frozen=True):
    """
    Attributes:
        contract: In the version and the term that hold on the day of the bill.
        end_on: The first date on which nothing begins any more; None where no end is in sight.
        versions: Returns all that both sides agreed on; asked only when one may have changed.
        growth: Returns (local date, bytes) of what was stored anew; asked where overage counts.
    """

    contract: Contract
    end_on: date | None
    versions: Versions
    growth: Growth = tuple

    def since(self, version: int) -> Collection[Contract]:
        """Return the versions after number *version*, in order."""
        if self.contract.version <= version:
            return []
        if self.contract.version == 1:
            return [self.contract]
        found = [each for each in self.versions() if each.version > version]
        return sorted(found, key=lambda each: each.version)

    def on(self, day: date) -> Contract:
        """Return the version that held on *day*, or will."""
        return self._held(day, lambda each: effective_on(each) <= day)

    def at_start(self, start_on: date) -> Contract:
        """Return the version that the period from *start_on* on is billed by."""
        return self._held(start_on, lambda each: holds_at_start(each, start_on))

    def _held(self, day: date, holds: Callable[[Contract], bool]) -> Contract:
        there = renewed(in_force_on(self.contract, day), day, self.contract.signed_at)
        if holds(there):
            return there
        return max(filter(holds, self.versions()), key=lambda each: each.version)


def effective_on(version: Contract) -> date:
    """Return the first local date of a version."""
    return version.effective_on or version.starts_on
