"""Two at once, in any order of their AWS calls: room is exact, nothing is lost or kept twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from chalicelib.buffer import keeping, pairing, sending, service, store, sweeping
from chalicelib.buffer.model import (
    CAP_BYTES,
    MOST_BYTES,
    Announced,
    Awaited,
    Keeping,
    buffer_of,
)
from chalicelib.kernel import clock
from tests.buffer.scene import (
    ADDRESS,
    EXAMINATION,
    PATIENT,
    a_camera,
    a_jpeg,
    announce,
    announced,
    colleague,
    doctor,
    put,
    send,
)
from tests.faults.buffer_invariants import check_buffers, rows
from tests.faults.interleaving import Act, Actor, in_every_order, interrupted
from tests.faults.invariants import check_at_rest
from tests.faults.stories import settle
from tests.support.world import World

DEEP = 300  # orders of a pair
Check = Callable[[list[Actor]], None]
Pair = Callable[[World], tuple[Act, Act, Check]]
PAIRS: dict[str, Pair] = {}


def pair(name: str) -> Callable[[Pair], Pair]:
    def told(prepare: Pair) -> Pair:
        PAIRS[name] = prepare
        return prepare

    return told


def sized(name: str, size_bytes: int = MOST_BYTES) -> Announced:
    return announced(a_jpeg(), name, size_bytes=size_bytes)


def announcing(world: World, wanted: Announced, sender: str = "pairing-a") -> Act:
    return lambda: sending.announce(a_camera(doctor(world), sender), wanted)


def keeping_of(world: World, ids: list[str]) -> Act:
    asked = (doctor(world), ids, world.target_id, EXAMINATION, PATIENT)
    return lambda: service.keep(*asked)


def nothing(actors: list[Actor]) -> None:
    """The invariants say it all."""


def both(actors: list[Actor]) -> None:
    assert [each.refused for each in actors] == [None, None]


@pair("announce, announce: the last room")
def _(world: World) -> tuple[Act, Act, Check]:
    while service.room(doctor(world)).available_bytes >= 2 * MOST_BYTES:
        number = service.room(doctor(world)).available_captures
        announcing(world, sized(f"filling-{number}"))()
    left = service.room(doctor(world)).available_bytes
    assert MOST_BYTES <= left < CAP_BYTES

    def one_of_two(actors: list[Actor]) -> None:
        assert sum(isinstance(each.result, Awaited) for each in actors) == 1
        refused = [each.refused.code for each in actors if each.refused]
        assert refused == ["buffer-full"]

    return announcing(world, sized("one")), announcing(world, sized("two")), one_of_two


@pair("announce, announce: the same again")
def _(world: World) -> tuple[Act, Act, Check]:
    def once(actors: list[Actor]) -> None:
        both(actors)
        assert len({each.result.capture_id for each in actors}) == 1
        assert len(rows("CAPTURE#")) == 1

    wanted = announced(a_jpeg(), "one")
    return announcing(world, wanted), announcing(world, wanted), once


@pair("announce what expired, announce it again")
def _(world: World) -> tuple[Act, Act, Check]:
    announcing(world, announced(a_jpeg(), "one"))()
    clock.move(25 * 3600)
    wanted = announced(a_jpeg(), "one")

    def once(actors: list[Actor]) -> None:
        both(actors)
        assert len(rows("CAPTURE#")) == 1

    return announcing(world, wanted), announcing(world, wanted), once


@pair("announce, the schedule looks at what seems empty")
def _(world: World) -> tuple[Act, Act, Check]:
    camera = a_camera(doctor(world))
    announce(camera, a_jpeg(1))
    clock.move(25 * 3600)
    due = store.captures(camera.buffer)[0].expires_at

    def looked_at_again(actors: list[Actor]) -> None:
        both(actors)
        clock.move(60 * 3600)
        world.tick()
        assert rows("CAPTURE#") == {}, "what was announced meanwhile is never looked at"

    def look() -> object:
        sweeping.look(camera.buffer, due, clock.now())
        return None

    return announcing(world, announced(a_jpeg(2))), look, looked_at_again


@pair("arrive, the time to wait is over")
def _(world: World) -> tuple[Act, Act, Check]:
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg())
    put(capture_id, camera.buffer, a_jpeg())
    clock.move(25 * 3600)

    def not_lost(actors: list[Actor]) -> None:
        both(actors)
        assert [each["state"] for each in rows("CAPTURE#").values()] == ["there"]

    return (
        lambda: sending.arrived(camera, capture_id),
        lambda: sweeping.sweep(camera.buffer, clock.now()),
        not_lost,
    )


@pair("drop, drop")
def _(world: World) -> tuple[Act, Act, Check]:
    ids = [send(a_camera(doctor(world)), a_jpeg(number)) for number in range(2)]

    def drop() -> object:
        service.drop(doctor(world), ids)
        return None

    return drop, drop, both


@pair("drop, keep")
def _(world: World) -> tuple[Act, Act, Check]:
    ids = [send(a_camera(doctor(world)), a_jpeg())]

    def drop() -> object:
        service.drop(doctor(world), ids)
        return None

    return drop, keeping_of(world, ids), nothing


@pair("keep, keep: the same by two clicks")
def _(world: World) -> tuple[Act, Act, Check]:
    ids = [send(a_camera(doctor(world)), a_jpeg())]

    def at_least_one(actors: list[Actor]) -> None:
        assert any(each.result and each.result.kept == ids for each in actors)

    return keeping_of(world, ids), keeping_of(world, ids), at_least_one


@pair("keep, keep: two doctors, and room in the target for one")
def _(world: World) -> tuple[Act, Act, Check]:
    _, available = world.usage()
    each_bytes = available // 2 + 1
    acts = []
    for number, owner in enumerate((doctor(world), colleague(world))):
        ids = [send(a_camera(owner), a_jpeg(number, each_bytes))]
        acts.append(partial(service.keep, owner, ids, world.target_id, EXAMINATION, PATIENT))

    def one_of_two(actors: list[Actor]) -> None:
        answers = [each.result for each in actors]
        assert sorted(len(each.kept) for each in answers) == [0, 1]
        refused = [why for each in answers for why in each.refused.values()]
        assert refused == ["quota-exceeded"]

    return acts[0], acts[1], one_of_two


@pair("go on, go on: the same that broke off")
def _(world: World) -> tuple[Act, Act, Check]:
    ids = [send(a_camera(doctor(world)), a_jpeg(number)) for number in range(2)]
    begun = noted(world, ids)

    def kept_by_both(actors: list[Actor]) -> None:
        assert [each.result.kept for each in actors] == [ids, ids]

    return lambda: keeping.end(begun), lambda: keeping.end(begun), kept_by_both


def noted(world: World, ids: list[str]) -> Keeping:
    """Note that captures are wanted, and go no further."""
    found: list[Keeping] = []

    def stop(each: Keeping) -> None:
        found.append(each)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(keeping, "end", stop)
        keeping_of(world, ids)()
    return found[0]


@pair("enter, enter: one code")
def _(world: World) -> tuple[Act, Act, Check]:
    code = pairing.pair(doctor(world)).code

    def one_of_two(actors: list[Actor]) -> None:
        assert sorted(each.refused.code for each in actors if each.refused) == ["no-pairing"]

    return lambda: pairing.enter(code, ADDRESS), lambda: pairing.enter(code, "::1"), one_of_two


@pair("enter, take the code back")
def _(world: World) -> tuple[Act, Act, Check]:
    made = pairing.pair(doctor(world))

    def ended(actors: list[Actor]) -> None:
        assert actors[0].refused or pairing.camera_of(actors[0].result) is None

    def unpair() -> object:
        pairing.unpair(doctor(world), made.pairing_id)
        return None

    return lambda: pairing.enter(made.code, ADDRESS), unpair, ended


def explored(world: World, played: Iterator[list[Actor]], name: str, check: Check) -> int:
    """See that all is well each time two were *played*; return how often that was."""
    times = 0
    for actors in played:
        times += 1
        check_buffers()
        check(actors)
        if "keep" in name or "go on" in name:
            keeping.go_on(buffer_of(doctor(world)), clock.now(), of=set(_ids()))
            settle(world)
            check_at_rest(world)
    return times


def _ids() -> list[str]:
    return [each["capture_id"] for each in rows("CAPTURE#").values()]


@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_wherever_one_interrupts_the_other(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    first, second, check = PAIRS[name](world)
    played = interrupted(first, second, every=2)  # a story has them die at each call besides
    record_property("scenarios", explored(world, played, name, check))


@pytest.mark.deep
@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_in_every_order(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    first, second, check = PAIRS[name](world)
    played = in_every_order(first, second, at_most=DEEP)
    record_property("scenarios", explored(world, played, name, check))
