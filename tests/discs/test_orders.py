"""Who may do what with an order of discs, and how it comes to its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.audit.store import of_facility
from chalicelib.contracts.timers import DiscTimer
from chalicelib.discs import service, store
from chalicelib.discs.model import State
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from infra import media
from tests.discs.scene import (
    OPERATOR,
    admin,
    built,
    deliver,
    image,
    now,
    ordered,
    originals,
    wanted,
)
from tests.support.world import World, days_pass

FILES = {"a": b"one"}


def test_a_form_sent_twice_orders_once(world: World) -> None:
    world.back_up(FILES)
    order_id = service.new_id()
    first, second = (service.order(admin(world), wanted(world), order_id) for _ in range(2))
    assert first == second
    assert service.orders_of(admin(world)) == [first]


def test_an_empty_target_has_no_discs(world: World) -> None:
    with pytest.raises(Conflict, match="nothing was backed up"):
        ordered(world)


def test_another_facility_finds_no_order(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    stranger = Caller(Role.FACILITY_ADMIN, "person-other", "facility-other")
    with pytest.raises(NotFound):
        service.download(stranger, order.order_id, 1)


def test_a_download_is_on_record_before_its_link_is_out(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    url = service.download(OPERATOR, order.order_id, 1)
    assert order.image_key(1) in url
    actions = [(each.action, each.actor_id) for _, each, _ in of_facility(world.facility_id)]
    assert ("download-disc", OPERATOR.id) in actions


def test_a_link_ends_with_the_images(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.back_up(FILES)
    order = built(world)
    over = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: over)
    with pytest.raises(Conflict, match="not kept"):
        service.download(admin(world), order.order_id, 1)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.DOCTOR])
def test_the_passphrase_is_for_administrators_of_the_facility(world: World, role: Role) -> None:
    world.back_up(FILES)
    order = built(world, encrypted=True)
    with pytest.raises(NotFound):
        service.passphrase(Caller(role, "person-1", world.facility_id), order.order_id)
    assert len(service.passphrase(admin(world), order.order_id)) >= 30


def test_discs_are_handed_over_once(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    done = service.hand_over(OPERATOR, order.order_id, "Reception", "1234-5678")
    assert done.handed_over
    assert (done.handed_over.to, done.handed_over.by) == ("Reception", OPERATOR.id)
    with pytest.raises(Conflict):
        service.hand_over(OPERATOR, order.order_id, "Reception")


def test_the_provider_finds_orders_by_their_state(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    assert service.due(OPERATOR, State.BUILT).orders == [order]
    service.dismiss(OPERATOR, order.order_id)
    assert service.due(OPERATOR, State.BUILT).orders == []
    assert service.due(OPERATOR, State.DISMISSED).orders == [now(order)]


def test_what_failed_is_built_again(world: World) -> None:
    world.back_up(FILES)
    order = ordered(world)
    store.change(order, state=State.FAILED, failure="interrupted")
    again = service.build_now(admin(world), order.order_id)
    assert (again.tries, again.failure) == (2, "")
    assert deliver(world, again)
    assert now(order).state is State.BUILT


def test_discs_that_nobody_fetched_in_time_are_built_again_from_what_they_held(
    world: World,
) -> None:
    world.back_up(FILES)
    order = built(world)
    days_pass(world, 31)
    world.tick()
    world.back_up({"b": b"two"})
    with pytest.raises(Conflict):
        service.hand_over(OPERATOR, order.order_id, "Reception")
    again = service.build_now(admin(world), order.order_id)
    assert deliver(world, again)
    assert originals(image(now(order))) == FILES
    assert service.download(admin(world), order.order_id, 1)


def test_images_of_discs_that_were_handed_over_end_too(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    service.hand_over(OPERATOR, order.order_id, "Reception")
    days_pass(world, 31)
    world.tick()
    with pytest.raises(Conflict, match="not kept"):
        service.download(admin(world), order.order_id, 1)
    assert now(order).state is State.HANDED_OVER


def test_every_step_of_an_order_is_on_record_with_who_took_it(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    days_pass(world, 31)
    world.tick()
    service.build_now(OPERATOR, order.order_id)
    assert deliver(world, order)
    service.dismiss(admin(world), order.order_id)
    rows = [each for _, each, _ in of_facility(world.facility_id) if "discs" in each.action]
    assert [(each.action, each.actor_id) for each in rows] == [
        ("check-discs-target", "person-admin"),
        ("order-discs-target", "person-admin"),
        ("discs-built", "disc-schedule"),
        ("discs-expired", "disc-schedule"),
        ("build-discs", OPERATOR.id),
        ("discs-built", "disc-schedule"),
        ("dismiss-discs", "person-admin"),
    ]


def test_the_same_worker_builds_an_order_from_the_command_line(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.back_up(FILES)
    order = ordered(world)
    assert media.main(["--order", order.order_id]) == 0
    assert now(order).built[0].sha256 in capsys.readouterr().out


@pytest.mark.parametrize(
    ("due_on", "following"),
    [("2027-02-28", "2027-03-31"), ("2027-03-31", "2027-04-30")],
)
def test_months_are_counted_from_the_contracts_first_day(due_on: str, following: str) -> None:
    timer = DiscTimer(
        facility_id="facility-1",
        target_id="target-1",
        anchor=date(2027, 1, 31),
        zone="UTC",
        ends_on=None,
        due_at=f"{due_on}T00:00:00.000000Z",
    )
    found = timer.following()
    assert found
    assert found.date().isoformat() == following
