"""A rented area for each test: economy, or deluxe where it says so."""

from __future__ import annotations

import pytest
from chalice.test import Client

from tests.areas.scene import rent
from tests.support.snapshot import once
from tests.support.world import World, build


@pytest.fixture
def area(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


@pytest.fixture
def deluxe(client: Client) -> World:
    return once("area: deluxe", lambda: rent(build(client), "deluxe")).seen_by(client)
