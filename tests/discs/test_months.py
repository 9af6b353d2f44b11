"""The discs of a deluxe area that come by themselves: each month one order, and no more."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import boto3
import pytest
from boto3.dynamodb.conditions import Key
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas import service as areas
from chalicelib.audit.store import of_facility
from chalicelib.contracts import timers as contract_timers
from chalicelib.contracts.timers import DiscTimer
from chalicelib.discs import service, store
from chalicelib.discs.model import SCHEDULE, Order, State
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after, start_of_day
from chalicelib.settings import settings
from tests.areas.scene import admin, rent, send
from tests.charging.test_run import after, amend
from tests.discs.scene import OPERATOR, deliver, image, now, on_disc
from tests.support.invoices import an_issuer
from tests.support.life import WITHOUT_NIGHTS, live_until
from tests.support.snapshot import once
from tests.support.world import TOKYO, World, build

FILES = {"a/one.txt": b"one"}


@pytest.fixture
def world(client: Client) -> World:
    """A facility that rents a deluxe area with a file in it."""
    return once("a deluxe area with a file", lambda: filled(client, "deluxe")).seen_by(client)


@pytest.fixture
def economy(client: Client) -> World:
    return once("an economy area with a file", lambda: filled(client, "economy")).seen_by(client)


def filled(client: Client, service_class: str) -> World:
    an_issuer()
    world = rent(build(client, **WITHOUT_NIGHTS), service_class, term="monthly")
    send(world, FILES)
    return world


def scheduled(world: World) -> list[Order]:
    """Return the orders nobody made, oldest first."""
    found = service.orders_of(admin(world))
    return [each for each in reversed(found) if each.made_by == SCHEDULE]


def due_on(world: World) -> list[date]:
    """Return for which dates, in Japan, there are discs."""
    moments = [clock.parse(each.selection.as_of) for each in scheduled(world)]
    return [each.astimezone(TOKYO).date() for each in moments]


def timer(world: World) -> str | None:
    """Return when the next discs are due."""
    table = boto3.resource("dynamodb").Table(settings().core_table)
    here = Key("pk").eq(f"FACILITY#{world.facility_id}")
    row = here & Key("sk").eq(contract_timers.DISC + world.target_id)
    found = table.query(KeyConditionExpression=row)["Items"]
    return str(found[0]["due_at"]) if found else None


def actions(world: World) -> list[tuple[str, str]]:
    return [(each.action, each.actor_id) for _, each, _ in of_facility(world.facility_id)]


# --- when -----------------------------------------------------------------------------------------


def test_each_month_there_is_one_order_of_what_the_area_held_then(world: World) -> None:
    live_until(world, after(world, 2, 1))
    assert due_on(world) == [after(world, 1), after(world, 2)]
    (first, _) = scheduled(world)
    assert first.selection.as_of == clock.text(start_of_day(after(world, 1), TOKYO))
    assert (first.state, first.encrypted) == (State.DUE, True)


def test_before_a_month_is_over_there_is_none(world: World) -> None:
    live_until(world, after(world, 1))
    assert scheduled(world) == []


@given(
    anchor=st.dates(date(2026, 1, 1), date(2032, 12, 31)),
    zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "UTC"]),
)
def test_months_are_counted_from_the_first_day_and_never_drift(anchor: date, zone: str) -> None:
    here = ZoneInfo(zone)
    due = start_of_day(months_after(anchor, 1), here)
    for number in range(2, 15):
        kept = DiscTimer(
            facility_id="facility-1",
            target_id="target-1",
            anchor=anchor,
            zone=zone,
            ends_on=None,
            due_at=clock.text(due),
        )
        due = kept.following() or due
        assert due == start_of_day(months_after(anchor, number), here)


def test_an_economy_area_has_no_discs(economy: World) -> None:
    live_until(economy, after(economy, 2, 1))
    assert scheduled(economy) == []


def test_an_area_that_became_deluxe_has_discs_by_the_days_of_its_contract(economy: World) -> None:
    live_until(economy, after(economy, 0, 10))
    amend(economy, service_class="deluxe")
    live_until(economy, after(economy, 1, 1))
    assert due_on(economy) == [after(economy, 1)]


def test_the_last_month_before_economy_still_has_its_discs_and_none_follow(world: World) -> None:
    live_until(world, after(world, 0, 10))
    amend(world, service_class="economy")
    live_until(world, after(world, 2, 1))
    assert due_on(world) == [after(world, 1)]
    assert timer(world) is None


def test_the_last_month_of_a_contract_that_ends_has_its_discs_and_none_follow(
    world: World,
) -> None:
    amend(world, auto_renew=False)
    live_until(world, after(world, 2, 1))
    assert due_on(world) == [after(world, 1)]
    assert timer(world) is None


def test_after_the_end_of_the_contract_nothing_is_due(world: World) -> None:
    live_until(world, after(world, 1, 1))
    world.admin.post(f"/contracts/{world.contract_id}/end")
    assert timer(world) is None
    live_until(world, after(world, 3))
    assert due_on(world) == [after(world, 1)]


def test_what_is_due_stays_due_when_the_contract_is_amended_in_that_minute(world: World) -> None:
    live_until(world, after(world, 1))
    amend(world, service_class="economy")
    world.tick()
    assert due_on(world) == [after(world, 1)]


def test_a_month_that_is_ordered_already_does_not_hold_the_next_one_up(world: World) -> None:
    live_until(world, after(world, 1, 1))
    (order,) = scheduled(world)
    moved = timer(world)
    table = boto3.resource("dynamodb").Table(settings().core_table)
    place = {
        "pk": f"FACILITY#{world.facility_id}",
        "sk": contract_timers.DISC + world.target_id,
    }
    table.update_item(
        Key=place,
        UpdateExpression="SET due_at = :at",
        ExpressionAttributeValues={":at": order.selection.as_of},
    )
    world.tick()
    assert (scheduled(world), timer(world)) == ([order], moved)


# --- what -----------------------------------------------------------------------------------------


def test_of_an_area_with_nothing_in_its_folders_it_is_written_down(world: World) -> None:
    (folder,) = areas.listing(admin(world), world.target_id).nodes
    areas.bin_node(admin(world), world.target_id, folder.node_id)
    live_until(world, after(world, 1, 1))
    assert scheduled(world) == []
    assert ("no-discs-of-month", "disc-schedule") in actions(world)
    assert timer(world) == clock.text(start_of_day(after(world, 2), TOKYO))


def test_discs_of_a_month_are_made_and_handed_over_and_each_step_is_on_record(
    world: World,
) -> None:
    live_until(world, after(world, 1, 1))
    (order,) = service.due(OPERATOR, State.DUE).orders
    service.build_now(OPERATOR, order.order_id)
    assert deliver(world, order)
    assert set(on_disc(image(now(order)))) == {"README.TXT", "DISC.ZIP"}
    service.hand_over(OPERATOR, order.order_id, "Reception", "1234-5678")
    assert store.phrase(order)
    here = ("disc-schedule", "person-operator")
    steps = [action for action, who in actions(world) if "discs" in action and who in here]
    assert steps == ["order-discs-of-month", "build-discs", "discs-built", "hand-over-discs"]
