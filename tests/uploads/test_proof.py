"""What an agent may vouch for: verified bytes of a target whose contract runs."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.support.world import World, a_chunk

ONE, TWO = b"one", b"two"
DIGESTS = [hashlib.sha256(each).hexdigest() for each in (ONE, TWO)]


def ask(world: World, digests: list[str] = DIGESTS) -> Any:
    return world.agent.post(f"/targets/{world.target_id}/stored", {"sha256": digests})["stored"]


def test_what_was_taken_in_is_stored_and_nothing_else(world: World) -> None:
    world.back_up({"a": ONE})
    assert ask(world) == [DIGESTS[0]]


def test_what_is_awaited_is_not_stored(world: World) -> None:
    world.chunk(world.open_batch(), 0, a_chunk({"a": ONE}))
    assert ask(world) == []


def test_bytes_nobody_verified_yet_are_not_stored(world: World) -> None:
    world.chunk(world.open_batch(), 0, a_chunk({"a": ONE}))
    world.put_object(DIGESTS[0], ONE)
    assert ask(world) == []
    world.arrived(DIGESTS[0])
    assert ask(world) == [DIGESTS[0]]


def test_without_a_contract_in_force_nothing_is_promised(world: World) -> None:
    world.back_up({"a": ONE})
    world.admin.post(f"/contracts/{world.contract_id}/pause")
    path = f"/targets/{world.target_id}/stored"
    assert world.agent.refused("POST", path, {"sha256": DIGESTS}) == (409, "contract-paused")


def test_more_than_a_hundred_are_too_many(world: World) -> None:
    path = f"/targets/{world.target_id}/stored"
    for digests in ([], [f"{number:064x}" for number in range(101)]):
        assert world.agent.refused("POST", path, {"sha256": digests})[0] == 422


def test_what_is_no_digest_is_refused(world: World) -> None:
    path = f"/targets/{world.target_id}/stored"
    assert world.agent.refused("POST", path, {"sha256": ["x" * 3000]})[0] == 422
