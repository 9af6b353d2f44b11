"""A signed chart that nobody has released yet."""

from __future__ import annotations

import pytest

from chalicelib.patient_charts.service import Place
from tests.patient_charts.scene import a_signed
from tests.support.world import World


@pytest.fixture
def place(world: World) -> Place:
    return a_signed(world)
