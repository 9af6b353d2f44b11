"""When what a contract left is deleted, what patients read of it goes, too."""

from __future__ import annotations

from tests.patient_charts.scene import a_signed, released, withdrawn
from tests.purges.scene import brought_forward, certificate, deliver, rows_of, versions_of
from tests.support.world import World


def test_releases_are_deleted_with_everything_else(world: World) -> None:
    place = a_signed(world)
    released(world, place)
    withdrawn(world, place)
    brought_forward(world)
    kept = [key for key, _ in versions_of(world.target_id) if key.startswith("p/")]
    assert len(kept) == 2
    assert deliver(world)
    assert certificate(world) is not None
    assert versions_of(world.target_id) == {}
    assert rows_of(world.target_id) == {}
