"""An examination whose chart has a picture to show."""

from __future__ import annotations

import pytest

from tests.charts.scene import examined, signed
from tests.charts.test_pages import page_of, somebody
from tests.pictures.making import deliver_all
from tests.support.world import World


@pytest.fixture
def examination(world: World) -> str:
    """One with a signed chart, whose picture is made."""
    found = examined(world)
    signed(world, found)
    made(world, found)
    return found


def made(world: World, examination: str) -> None:
    """Have pictures made as they are: somebody looks, and the queue is worked off."""
    somebody(world).get(page_of(world, examination))
    deliver_all(world)
