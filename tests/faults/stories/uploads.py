"""Batches, events and the sweep."""

from __future__ import annotations

from tests.faults.stories.telling import FILES, Act, calls, declared, digests, in_hours, sent, story
from tests.support.world import World, a_chunk


@story("POST /targets/{target_id}/batches")
def _(world: World) -> Act:
    return calls(world.agent, "POST", f"/targets/{world.target_id}/batches")


@story("PUT /targets/{target_id}/batches/{batch_id}/chunks/{number}")
def _(world: World) -> Act:
    path = f"/targets/{world.target_id}/batches/{world.open_batch()}/chunks/0"
    return calls(world.agent, "PUT", path, a_chunk(FILES))


@story("POST /targets/{target_id}/batches/{batch_id}/urls")
def _(world: World) -> Act:
    """Bytes have come whose event is late: they are settled on the way."""
    path = f"/targets/{world.target_id}/batches/{declared(world)}/urls"
    sent(world)
    return calls(world.agent, "POST", path, {"sha256": digests()})


BIG = 65 * 2**20


def _multipart(world: World) -> str:
    """Declare a large object; return its route."""
    world.operator.post("/facilities", {"name": "Other"}, status=201)
    batch_id = world.open_batch()
    entry = {"path": "big", "size": BIG, "sha256": "b" * 64, "examination": None}
    world.chunk(batch_id, 0, {"entries": [entry]})
    return f"/targets/{world.target_id}/batches/{batch_id}/multipart/{'b' * 64}"


@story("POST /targets/{target_id}/batches/{batch_id}/multipart/{sha256}")
def _(world: World) -> Act:
    return calls(world.agent, "POST", _multipart(world))


@story("POST /targets/{target_id}/batches/{batch_id}/multipart/{sha256}/parts")
def _(world: World) -> Act:
    path = _multipart(world)
    world.agent.call("POST", path, {})
    part = {"number": 5, "size": 2**20, "sha256": "c" * 64}
    return calls(world.agent, "POST", f"{path}/parts", {"parts": [part]})


@story("POST /targets/{target_id}/batches/{batch_id}/multipart/{sha256}/complete")
def _(world: World) -> Act:
    path = _multipart(world)
    world.agent.call("POST", path, {})
    return calls(world.agent, "POST", f"{path}/complete")


@story("POST /targets/{target_id}/batches/{batch_id}/finish")
def _(world: World) -> Act:
    batch_id = declared(world)
    world.deliver(sent(world))
    return lambda: world.finish(batch_id)


@story("POST /targets/{target_id}/stored")
def _(world: World) -> Act:
    declared(world)
    world.deliver(sent(world))
    path = f"/targets/{world.target_id}/stored"
    return calls(world.agent, "POST", path, {"sha256": digests()})


@story("ingest")
def _(world: World) -> Act:
    declared(world)
    keys = sent(world)
    return lambda: world.deliver(keys)


@story("sweep")
def _(world: World) -> Act:
    """Something of everything: stored unnoticed, never sent, and a batch ready to close."""
    declared(world)
    sent(world)
    never = world.open_batch()
    world.chunk(never, 0, a_chunk({"never": b"never sent"}))
    ready = world.open_batch()
    world.chunk(ready, 0, a_chunk({"d": b"one"}))
    world.finish(ready)
    at = in_hours(49)
    return lambda: world.sweep(at)
