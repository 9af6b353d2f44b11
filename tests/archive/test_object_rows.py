"""An object's row: claimed, then stored, once; or released, and gone."""

from __future__ import annotations

from chalicelib.archive.facts import Facts, Kind
from chalicelib.archive.model import ObjectRow
from chalicelib.archive.store import objects
from tests.support.world import World, a_chunk

FACTS = Facts(kind=Kind.OTHER)


def claimed(world: World) -> ObjectRow:
    (answer,) = world.chunk(world.open_batch(), 0, a_chunk({"a": b"one"}))
    row = objects.row(world.target_id, answer["sha256"])
    assert row is not None
    return row


def test_a_claim_is_settled_once(world: World) -> None:
    claim = claimed(world)
    assert objects.settle(claim, "2026-04-01T00:00:00.000000Z", FACTS)
    assert not objects.settle(claim, "2026-04-02T00:00:00.000000Z", FACTS)
    settled = objects.row(claim.target_id, claim.sha256)
    assert settled is not None
    assert settled.stored_at == "2026-04-01T00:00:00.000000Z"


def test_a_claim_that_was_released_is_not_settled_any_more(world: World) -> None:
    claim = claimed(world)
    assert objects.release(claim, world.facility_id)
    assert not objects.settle(claim, "2026-04-01T00:00:00.000000Z", FACTS)
    assert objects.row(claim.target_id, claim.sha256) is None


def test_a_claim_that_was_settled_is_not_released_any_more(world: World) -> None:
    claim = claimed(world)
    objects.settle(claim, "2026-04-01T00:00:00.000000Z", FACTS)
    assert not objects.release(claim, world.facility_id)
