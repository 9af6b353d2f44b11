"""What lies above the limit is billed by the month's peak, in arrears, where that is agreed on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from random import Random

import msgspec
import pytest
from chalice.test import Client
from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.archive.store import growth
from chalicelib.billing import store as invoices
from chalicelib.billing.model import LineKind
from chalicelib.billing.periods import Term
from chalicelib.billing.units import LimitPolicy
from chalicelib.charging import preview
from chalicelib.charging.agreed import Agreed
from chalicelib.charging.rules import charges
from chalicelib.contracts.model import Billed, Contract
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import start_of_day
from tests.charging.test_run import a_world, after, all_invoices, amend, cancel, lines
from tests.contracts.test_amending import BLOCK, a_contract
from tests.support.life import live_until, show
from tests.support.world import TOKYO, World

OVERAGE = {"limit_policy": "overage"}


def grow(world: World, day: date, blocks: float) -> None:
    """Let a batch of *day* have stored so much: nobody sends terabytes to a test."""
    at = start_of_day(day, TOKYO) + timedelta(hours=5)
    growth.note(world.target_id, f"batch-{day}", clock.text(at), int(blocks * BLOCK))


def overage(world: World) -> list[tuple[date | None, int]]:
    return [
        (each.start_on, each.amount_yen) for each in lines(world) if each.kind is LineKind.OVERAGE
    ]


# --- when, and how much --------------------------------------------------------------------------


def test_blocks_above_the_limit_are_billed_when_their_month_is_over(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    grow(world, after(world, 0, 3), 2.5)
    live_until(world, after(world, 1, 1))
    line = lines(world)[-1]
    assert (line.kind, line.points, line.amount_yen) == (LineKind.OVERAGE, 2, 2_000)
    assert (line.start_on, line.end_on) == (after(world, 0), after(world, 1))


def test_they_are_on_the_invoice_of_the_next_month(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    grow(world, after(world, 0, 3), 2)
    live_until(world, after(world, 1, 1))
    second = all_invoices(world)[1]
    kinds = [each.kind for each in invoices.lines_of(second)]
    assert (second.key.bill_on, kinds) == (after(world, 1), [LineKind.BACKUP, LineKind.OVERAGE])


def test_the_peak_counts_though_some_was_erased_later(client: Client) -> None:
    world = a_world(client, **OVERAGE)
    grow(world, after(world, 0, 3), 2)
    grow(world, after(world, 0, 9), -1.5)
    live_until(world, after(world, 2, 1))
    assert overage(world) == [(after(world, 0), 1_000)]


def test_a_year_is_metered_month_by_month(client: Client) -> None:
    world = a_world(client, **OVERAGE)
    grow(world, after(world, 1, 3), 2)
    live_until(world, after(world, 3, 1))
    assert overage(world) == [(after(world, month), 1_000) for month in (1, 2)]


def test_what_has_room_costs_nothing_more(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    grow(world, after(world, 0, 3), 1)
    live_until(world, after(world, 3, 1))
    assert overage(world) == []


def test_where_uploads_are_refused_instead_nothing_is_metered(client: Client) -> None:
    world = a_world(client, term="monthly")
    grow(world, after(world, 0, 3), 5)
    live_until(world, after(world, 2, 1))
    assert overage(world) == []


def test_a_late_run_counts_nothing_that_came_after_the_month(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    world.tick()
    grow(world, after(world, 0, 3), 2)
    grow(world, after(world, 1, 0), 7)
    show(start_of_day(after(world, 1, 9), TOKYO))
    for _ in range(2):
        world.tick()
    assert overage(world) == [(after(world, 0), 1_000)]


def test_the_last_month_ends_with_the_contract(client: Client) -> None:
    world = a_world(client, **OVERAGE)
    grow(world, after(world, 0, 3), 2)
    live_until(world, after(world, 1, 10))
    cancel(world, "short_rate")
    live_until(world, after(world, 4))
    last = [each for each in lines(world) if each.kind is LineKind.OVERAGE][-1]
    assert (last.start_on, last.end_on) == (after(world, 1), after(world, 1, 10))
    assert len(overage(world)) == 2


# --- changes -------------------------------------------------------------------------------------


def test_a_higher_limit_counts_from_its_day_on(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    grow(world, after(world, 0, 3), 3)
    live_until(world, after(world, 0, 10))
    amend(world, capacity_bytes=3 * BLOCK)
    live_until(world, after(world, 2, 1))
    assert overage(world) == [(after(world, 0), 2_000)]


def test_overage_agreed_on_later_counts_from_its_day_on(client: Client) -> None:
    world = a_world(client, term="monthly")
    live_until(world, after(world, 2, 10))
    amend(world, **OVERAGE)
    grow(world, after(world, 2, 12), 2)
    live_until(world, after(world, 4, 1))
    assert overage(world) == [(after(world, month), 1_000) for month in (2, 3)]


def test_overage_given_up_counts_until_its_day(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    grow(world, after(world, 0, 3), 1.5)
    live_until(world, after(world, 0, 10))
    amend(world, limit_policy="reject", capacity_bytes=2 * BLOCK)
    live_until(world, after(world, 3, 1))
    assert overage(world) == [(after(world, 0), 1_000)]


def test_what_a_facility_is_shown_ahead_is_what_it_is_billed(client: Client) -> None:
    world = a_world(client, term="monthly", **OVERAGE)
    grow(world, after(world, 0, 3), 2)
    live_until(world, after(world, 0, 5))
    ahead = [
        charge.line
        for each in preview.of_facility(world.facility_id, after(world, 3))
        for charge in each.charges
    ]
    before = len(lines(world))
    live_until(world, after(world, 3, 1))
    assert sorted(map(str, lines(world)[before:])) == sorted(map(str, ahead))


def test_a_real_backup_is_what_is_counted(client: Client) -> None:
    world = a_world(client, term="monthly", capacity_bytes=1, **OVERAGE)
    world.back_up({"a.jpg": b"\xff\xd8 some picture"})
    live_until(world, after(world, 1, 1))
    assert overage(world) == [(after(world, 0), 1_000)]


# --- against another computation -----------------------------------------------------------------

START = date(2027, 1, 31)
Stored = list[tuple[int, int]]  # on which day since START, how many thousandths of a block


def expected(versions: list[Contract], stored: Stored, end: date) -> list[tuple[date, int]]:
    """Return what each month costs, looked at day by day."""
    found, month = [], 0
    while (begin := START + relativedelta(months=month)) < end:
        until = min(START + relativedelta(months=month + 1), end)
        dearest = 0
        for number in range((until - begin).days):
            day = begin + timedelta(days=number)
            held = [each for each in versions if (each.effective_on or START) <= day][-1]
            full = sum(size for on, size in stored if START + timedelta(days=on) <= day)
            above = full - held.capacity_bytes * 1_000 // BLOCK
            if held.limit_policy is LimitPolicy.OVERAGE and above > 0:
                dearest = max(dearest, -(-above // 1_000) * 1_000)
        if dearest:
            found.append((begin, dearest))
        month += 1
    return found


@given(
    term=st.sampled_from([Term.ANNUAL, Term.MONTHLY]),
    stored=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 3_000)), max_size=6),
    changes=st.lists(
        st.tuples(st.integers(0, 200), st.integers(1, 5), st.sampled_from(LimitPolicy)), max_size=4
    ),
    ends_after=st.integers(1, 250),
    seed=st.integers(0, 9),
)
def test_every_month_costs_what_a_count_day_by_day_makes_of_it(
    term: Term,
    stored: Stored,
    changes: list[tuple[int, int, LimitPolicy]],
    ends_after: int,
    seed: int,
) -> None:
    end, luck = START + timedelta(days=ends_after), Random(seed)
    now = a_contract(term=term, starts_on=START, auto_renew=True, limit_policy=LimitPolicy.OVERAGE)
    now = msgspec.structs.replace(now, cancelled_on=end)
    steps = sorted([*changes, *((luck.randrange(260), 0, None) for _ in range(4)), (300, 0, None)])
    versions, billed, found = [now], Billed("f", "c", "Endoscopy", "Asia/Tokyo"), []
    grown = [(START + timedelta(days=on), size * BLOCK // 1_000) for on, size in stored]
    for on, blocks, policy in steps:
        day = START + timedelta(days=on)
        if policy is not None and day < end:
            now = changed(now, blocks, policy, day)
            versions.append(now)
        elif policy is None:
            for each in charges(agreed(now, versions, grown, end), billed, day):
                billed = each.after
                if each.line.kind is LineKind.OVERAGE:
                    found.append((each.line.start_on, each.line.amount_yen))
    assert found == expected(versions, stored, end)


def changed(now: Contract, blocks: int, policy: LimitPolicy, day: date) -> Contract:
    return msgspec.structs.replace(
        now,
        capacity_bytes=blocks * BLOCK,
        limit_policy=policy,
        version=now.version + 1,
        effective_on=day,
    )


def agreed(
    now: Contract, versions: list[Contract], grown: Collection[tuple[date, int]], end: date
) -> Agreed:
    return Agreed(now, end, lambda: list(versions), lambda: grown)


@pytest.mark.parametrize("hour", [0, 1])
def test_a_month_is_counted_an_hour_after_it_ended(client: Client, hour: int) -> None:
    """A function that stored something in its last minute may write that a moment later."""
    world = a_world(client, term="monthly", **OVERAGE)
    live_until(world, after(world, 1) - timedelta(days=1))
    grow(world, after(world, 0, 3), 2)
    show(start_of_day(after(world, 1), TOKYO) + timedelta(hours=hour))
    for _ in range(2):
        world.tick()
    assert len(overage(world)) == hour
