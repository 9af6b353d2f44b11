"""
A year of two facilities, played on the movable clock, and what it has to come to.

Every figure expected here is worked out by hand from the reference: points x periods x unit price
(patent, table 1), days by the calendar, tax at 10 per cent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from chalice.test import Client

from chalicelib.archive.store import growth
from chalicelib.billing import ledger_store, store
from chalicelib.billing.ledger import Account, Posting
from chalicelib.contracts import store as contracts
from chalicelib.contracts.model import State
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import start_of_day
from tests.support.invoices import an_issuer
from tests.support.life import WITHOUT_NIGHTS, live_until, show
from tests.support.world import TOKYO, World, build, sign, signed_in_again

BEGIN, END = date(2027, 1, 31), date(2028, 1, 31)
BLOCK = 100 * 10**9

EXPECTED = {
    "annual, 10 x 1 x 1,000": 10_000,
    "monthly, 1 x 12 x 1,000, from the 31st": 12_000,
    "monthly, two blocks from 15 April on": 3 * 1_000 + 500 + 9 * 2_000,
    "annual, cut short in its 4th month": 10_000,
    "monthly, 1.2 blocks above its limit from July on": 12 * 1_000 + 6 * 2 * 1_000,
    "area, monthly from 1 May, deluxe from 12 May on": 1_000 + 1_290 + 8 * 3_000,
    "display tool from 1 June, 50 more from 16 June": 2_000 + 500 + 7 * 3_000,
    "never paid: grace, suspended, ended on 3 May": 4 * 1_000,
}
GIVEN_BACK = 10_000 - 4 * 1_000  # months begun stay charged at the monthly price


class Year:
    """
    The year as it was lived.

    Attributes:
        paying, silent: The facility that pays at once, and the one that never does.
        contracts: Facility and contract by what EXPECTED calls it.
        full: The target that goes above its limit.
    """

    def __init__(self, client: Client) -> None:
        show(start_of_day(BEGIN, TOKYO) + timedelta(hours=9))
        an_issuer(grace_hours=24)
        self.contracts: dict[str, tuple[str, str]] = {}
        self.paying = build(client, capacity_bytes=BLOCK, term="annual", **WITHOUT_NIGHTS)
        names = iter(EXPECTED)
        self._name(next(names), self.paying)
        for term in ("monthly", "monthly", "annual"):
            self._one_more(next(names), term)
        self._one_more(next(names), "monthly", limit_policy="overage")
        self.full, self.area_name, self.tool_name = self.paying.target_id, next(names), next(names)
        self.silent = build(client, capacity_bytes=BLOCK, term="monthly", **WITHOUT_NIGHTS)
        self._name(next(names), self.silent)
        self._live()

    def _name(self, name: str, world: World) -> None:
        self.contracts[name] = (world.facility_id, world.contract_id)

    def _one_more(self, name: str, term: str, kind: str = "mass_storage", **terms: Any) -> None:
        world = self.paying
        target = {"name": f"Room {len(self.contracts)}", "kind": kind}
        world.target_id = world.admin.post("/targets", target, status=201)["target_id"]
        sign(world, capacity_bytes=BLOCK, term=term, **WITHOUT_NIGHTS, **terms)
        self._name(name, world)

    def _sign_for_tool(self) -> None:
        admin, target = self.paying.admin, {"name": "Album", "kind": "display"}
        target_id = admin.post("/targets", target, status=201)["target_id"]
        form = {"target_id": target_id, "term": "monthly", "starts_on": "2027-06-01"}
        told = admin.post("/contracts", form | {"case_units": 0}, status=201)
        self.contracts[self.tool_name] = (self.paying.facility_id, told["contract_id"])

    def _live(self) -> None:
        _, _, amended, cut_short, _, _ = self.contracts.values()
        self._until(date(2027, 4, 15))
        self._amend(amended, capacity_bytes=2 * BLOCK)
        self._until(date(2027, 5, 1))
        self._one_more(
            self.area_name, "monthly", "area", starts_on="2027-05-01", service_class="economy"
        )
        self._until(date(2027, 5, 10))
        path = f"/contracts/{cut_short[1]}/cancellation"
        self.paying.admin.post(path, {"policy": "short_rate"})
        self._until(date(2027, 5, 12))
        self._amend(self.contracts[self.area_name], service_class="deluxe")
        self._until(date(2027, 6, 1))
        self._sign_for_tool()
        self._until(date(2027, 6, 16))
        self._amend(self.contracts[self.tool_name], case_units=1)
        self._until(date(2027, 7, 2))
        stored_at = clock.text(start_of_day(date(2027, 7, 1), TOKYO))
        growth.note(self.full, "batch-1", stored_at, BLOCK * 22 // 10)  # nobody sends that here
        self._until(END)

    def _amend(self, contract: tuple[str, str], **change: Any) -> None:
        self.paying.admin.post(f"/contracts/{contract[1]}/amendments", change)

    def _until(self, day: date) -> None:
        live_until(self.paying, day)
        signed_in_again(self.silent)

    # --- what it came to ---

    def charged(self) -> dict[str, int]:
        """Return what each contract was charged, before tax."""
        found = dict.fromkeys(EXPECTED, 0)
        names = {contract_id: name for name, (_, contract_id) in self.contracts.items()}
        for world in (self.paying, self.silent):
            heads, _ = store.invoices_page(world.facility_id, None, 100)
            for line in (line for each in heads for line in store.lines_of(each)):
                found[names[line.contract_id]] += line.amount_yen
        return found

    def states(self) -> dict[str, State]:
        """Return where each contract stands."""
        return {name: contracts.contract(*key).state for name, key in self.contracts.items()}

    def postings(self, world: World) -> Iterator[Posting]:
        """Yield every posting of a facility's ledger, in order."""
        for month, _ in sorted(ledger_store.months(world.facility_id)):
            yield from ledger_store.postings_of(world.facility_id, month)

    def balances(self) -> list[dict[Account, int]]:
        """Return the balance of each account, of the facility that pays and of the other."""
        return [ledger_store.balance(each.facility_id) for each in (self.paying, self.silent)]


def expected_balances() -> list[dict[Account, int]]:
    """Return what the accounts have to come to; what is given back stays the payer's credit."""
    revenue = sum(list(EXPECTED.values())[:7]) - GIVEN_BACK
    paid = (revenue + GIVEN_BACK) * 11 // 10
    unpaid = EXPECTED["never paid: grace, suspended, ended on 3 May"]
    nothing = dict.fromkeys(Account, 0)
    return [
        nothing
        | {
            Account.CASH: paid,
            Account.CREDIT: -GIVEN_BACK * 11 // 10,
            Account.REVENUE: -revenue,
            Account.TAX: -revenue // 10,
        },
        nothing
        | {
            Account.RECEIVABLE: unpaid * 11 // 10,
            Account.REVENUE: -unpaid,
            Account.TAX: -unpaid // 10,
        },
    ]
