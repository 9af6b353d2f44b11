"""How often a number and a code may be typed, and that nobody is locked out for good."""

from __future__ import annotations

import pytest

from chalicelib.audit.store import of_facility
from chalicelib.kernel import clock
from chalicelib.patient_charts.slips import limits, signing_in
from chalicelib.patient_charts.slips import store as slip_store
from tests.faults.crashes import calls_of
from tests.faults.interleaving import orders, played
from tests.patient_charts.slip_scene import WRONG, Handed, at_door, at_link, handed, typed
from tests.support.canary import CANARY_ID
from tests.support.snapshot import Snapshot
from tests.support.world import World

HERE, THERE = "198.51.100.1", "203.0.113.7"


def can_come_in(held: Handed) -> bool:
    return at_door().submit("/p", **typed(held)).status == 303


def misses(count: int, number: str, address: str) -> None:
    for _ in range(count):
        limits.count(number, address, clock.now())


def test_after_five_misses_a_number_waits_a_quarter_of_an_hour(world: World) -> None:
    held = handed(world)
    misses(4, "CANARY0001", HERE)
    assert can_come_in(held)
    misses(1, "CANARY0001", HERE)
    assert not can_come_in(held)
    clock.move(15 * 60 + 1)
    assert can_come_in(held)


def test_who_waits_by_number_still_comes_in_by_the_link(world: World) -> None:
    held = handed(world)
    misses(5, "CANARY0001", HERE)
    assert at_link(held).submit(held.link, code=held.code).status == 303


def test_after_twenty_misses_a_place_waits_an_hour(world: World) -> None:
    held = handed(world)
    for number in range(20):
        misses(1, f"NOBODY{number}", "127.0.0.1")  # where the tests' browsers are
    assert not can_come_in(held)
    clock.move(60 * 60 + 1)
    assert can_come_in(held)


def test_who_may_try_no_more_takes_no_try_away_from_a_patient(world: World) -> None:
    held = handed(world)
    for number in range(20):
        misses(1, f"NOBODY{number}", HERE)
    misses(30, "CANARY0001", HERE)
    assert can_come_in(held)


def test_all_addresses_of_one_subscriber_count_as_one(world: World) -> None:  # noqa: ARG001
    for number in range(20):
        misses(1, f"NOBODY{number}", f"2001:db8:1:2::{number:x}")
    now = clock.now()
    assert not limits.count("ANOTHER", "2001:db8:1:2:ffff::1", now).is_one_left
    assert limits.count("ANOTHER", "2001:db8:1:3::1", now).is_one_left


def test_coming_in_counts_for_nothing(world: World) -> None:
    held = handed(world)
    assert all(can_come_in(held) for _ in range(7))


def test_neither_number_nor_address_stands_in_a_row(world: World) -> None:  # noqa: ARG001
    from tests.support.snapshot import dynamodb

    misses(1, "CANARY0001", THERE)
    rows = repr([item.attrs for table in dynamodb().tables.values() for item in table.all_items()])
    assert "203.0.113" not in rows
    assert "patients from" not in rows


# --- ten at once -------------------------------------------------------------------------------


def test_of_two_wrong_codes_at_once_one_takes_the_last_try(world: World) -> None:
    held = handed(world)
    way = slip_store.way_by_link(held.issued.link_id)
    for _ in range(9):
        slip_store.count_try(way, clock.now())

    def wrong() -> object:
        return signing_in.by_link(held.issued.link_id, WRONG)

    ready = Snapshot()
    length = len(calls_of(lambda: refused(wrong))) + 1
    for order in orders(length, length, at_most=25):
        ready.restore()
        played((wrong, wrong), order)
        assert held.standing.tries == 10, order


def test_a_right_code_among_wrong_ones_never_makes_room_for_an_eleventh(world: World) -> None:
    held = handed(world)
    way = slip_store.way_by_link(held.issued.link_id)
    for _ in range(9):
        slip_store.count_try(way, clock.now())

    def wrong() -> object:
        return signing_in.by_link(held.issued.link_id, WRONG)

    def right() -> object:
        return signing_in.by_link(held.issued.link_id, held.code)

    ready = Snapshot()
    length = len(calls_of(lambda: refused(wrong))) + 1
    for order in orders(length, length, at_most=25):
        ready.restore()
        played((wrong, right), order)
        assert compared(held) <= 10, order
        assert held.standing.tries in {9, 10}, order


def compared(held: Handed) -> int:
    """Return how many wrong codes were compared with this slip's, the nine before included."""
    subject = held.issued.slip.slip_id
    events = [event for _, event, _ in of_facility(held.world.facility_id)]
    return 9 + sum(each.subject == subject and each.outcome == "denied" for each in events)


def refused(act: object) -> None:
    from chalicelib.kernel.errors import NotFound

    assert callable(act)
    with pytest.raises(NotFound):
        act()


def test_a_miss_is_on_record_without_number_or_code(world: World) -> None:
    held = handed(world)
    at_link(held).submit(held.link, code=WRONG)
    at_door().submit("/p", patient_id=CANARY_ID, code=WRONG)
    (at_slip,) = [event for _, event, _ in of_facility(world.facility_id)][-1:]
    (nobodys,) = [event for _, event, _ in of_facility(signing_in.NOBODYS)]
    assert (at_slip.action, at_slip.outcome) == ("sign-in-by-slip", "denied")
    assert at_slip.subject == held.issued.slip.slip_id
    assert (nobodys.subject, nobodys.outcome) == ("unknown", "denied")
