"""The world of these tests: two facilities, one of which holds the records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.network.scene import Held, elsewhere
from tests.support.snapshot import once
from tests.support.world import World


@pytest.fixture
def held(world: World) -> Held:
    """A patient with records and a card at another facility than the world's."""
    made = once("held elsewhere", lambda: elsewhere(world))
    return replace(made, world=made.world.seen_by(world.client))
