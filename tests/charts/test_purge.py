"""When what a contract left is deleted, its charts go, too; nobody writes new ones meanwhile."""

from __future__ import annotations

import pytest

from chalicelib.charts import service
from chalicelib.contracts import purge_store
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from tests.charts.scene import CHART, doctor_of, examined, signed
from tests.purges.scene import brought_forward, certificate, deliver, rows_of, versions_of
from tests.support.world import World


def test_charts_are_deleted_with_everything_else(world: World) -> None:
    signed(world, examined(world))
    brought_forward(world)
    assert [key for key, _ in versions_of(world.target_id) if key.startswith("c/")]
    assert deliver(world)
    assert certificate(world) is not None
    assert versions_of(world.target_id) == {}
    assert rows_of(world.target_id) == {}


def test_a_chart_is_not_written_while_its_target_is_deleted(world: World) -> None:
    examination = examined(world)
    brought_forward(world)
    purge = purge_store.purge(world.facility_id, world.target_id)
    assert purge is not None
    assert purge_store.begin(purge, clock.now())
    with pytest.raises(Conflict) as refused:
        service.save(doctor_of(world), world.target_id, examination, 0, CHART)
    assert refused.value.code == "target-deleted"
