"""Two at once, in every order of their AWS calls: nothing is lost, overshot or done twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
import pytest
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.contracts import service as contracts
from chalicelib.uploads import service, settlement
from chalicelib.uploads.model import ChunkIn
from chalicelib.uploads.sweep import sweep
from tests.faults.crashes import Snapshot, calls_of
from tests.faults.interleaving import Act, orders, played
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import in_hours, settle
from tests.support.world import World, a_chunk, build

QUICK, DEEP = 20, 500
SMALL = 20  # bytes of capacity: two chunks of 12 do not both fit
BODY = b"twelve bytes"
SHA256 = hashlib.sha256(BODY).hexdigest()
Pair = Callable[[World], tuple[Act, Act]]
PAIRS: dict[str, Pair] = {}


def pair(name: str) -> Callable[[Pair], Pair]:
    def told(prepare: Pair) -> Pair:
        PAIRS[name] = prepare
        return prepare

    return told


# Handlers are called below HTTP: Chalice keeps one current request a process, as a Lambda does.


def agent(world: World) -> Caller:
    return Caller(Role.AGENT, world.agent.agent_id, world.facility_id)


def reserving(world: World, body: bytes = BODY) -> Act:
    """Return an agent that claims *body* in a batch of its own."""
    batch_id = world.open_batch()
    sent = msgspec.convert(a_chunk({"a": body}), ChunkIn)
    return lambda: service.put_chunk(agent(world), world.target_id, batch_id, 0, sent)


def settling(world: World) -> Act:
    return lambda: settlement.settle(f"t/{world.target_id}/{SHA256}")


def finishing(world: World, batch_id: str) -> Act:
    return lambda: service.finish(agent(world), world.target_id, batch_id, [])


def awaited(world: World) -> str:
    """Claim BODY and store its bytes; return the batch."""
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": BODY}))
    world.put_object(SHA256, BODY)
    return batch_id


@pair("reserve, reserve: the last bytes")
def _(world: World) -> tuple[Act, Act]:
    return reserving(world), reserving(world, b"other twelve")


@pair("reserve, reserve: the same content")
def _(world: World) -> tuple[Act, Act]:
    return reserving(world), reserving(world)


@pair("reserve, settle")
def _(world: World) -> tuple[Act, Act]:
    awaited(world)
    return reserving(world), settling(world)


@pair("settle, settle: a duplicate")
def _(world: World) -> tuple[Act, Act]:
    awaited(world)
    return settling(world), settling(world)


@pair("settle, sweep")
def _(world: World) -> tuple[Act, Act]:
    awaited(world)
    at = in_hours(49)
    return settling(world), lambda: sweep(at)


@pair("reserve, sweep: a claim taken over as it ends")
def _(world: World) -> tuple[Act, Act]:
    world.chunk(world.open_batch(), 0, a_chunk({"a": BODY}))
    at = in_hours(25)
    return reserving(world), lambda: sweep(at)


@pair("complete, late event")
def _(world: World) -> tuple[Act, Act]:
    return finishing(world, awaited(world)), settling(world)


@pair("complete, complete")
def _(world: World) -> tuple[Act, Act]:
    batch_id = awaited(world)
    settling(world)()
    return finishing(world, batch_id), finishing(world, batch_id)


@pair("complete, sweep")
def _(world: World) -> tuple[Act, Act]:
    batch_id = awaited(world)
    settling(world)()
    at = in_hours(49)
    return finishing(world, batch_id), lambda: sweep(at)


@pair("end contract, reserve")
def _(world: World) -> tuple[Act, Act]:
    admin = Caller(Role.FACILITY_ADMIN, "person", world.facility_id)
    return lambda: contracts.end(admin, world.contract_id), reserving(world)


def explore(world: World, name: str, at_most: int) -> int:
    """Play the pair in so many orders; return how many."""
    acts = PAIRS[name](world)
    ready = Snapshot()
    lengths = []
    for act in acts:
        lengths.append(len(calls_of(act)) + 1)  # and the step to its end
        ready.restore()
    chosen = orders(lengths[0], lengths[1], at_most)
    for order in chosen:
        ready.restore()
        errors = [actor.error for actor in played(acts, order) if actor.error is not None]
        assert errors == [], order
        check_always(world)
        settle(world)
        check_at_rest(world)
    return len(chosen)


@pytest.fixture
def world(client: Client) -> World:
    return build(client, capacity_bytes=SMALL)


@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_in_some_orders(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("scenarios", explore(world, name, QUICK))


@pytest.mark.deep
@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_in_every_order(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("scenarios", explore(world, name, DEEP))
