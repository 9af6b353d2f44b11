"""A restore lists a moment of an area exactly, whoever changes the area while it lists."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.archive import selecting, trees
from chalicelib.archive.model import Selection
from chalicelib.areas import service
from chalicelib.areas.model import OnTaken
from chalicelib.kernel import clock
from tests.areas.scene import admin, rent, send
from tests.faults.interleaving import Act, Actor
from tests.faults.test_area_interleavings import explored, refused
from tests.support.snapshot import once
from tests.support.world import World, build


@pytest.fixture
def world(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


def listing(world: World) -> Act:
    """Return somebody who lists the area as it is now, a node a page."""
    wanted = Selection(
        target_id=world.target_id, scope="target", subject=None, as_of=clock.text(clock.now())
    )
    return lambda: {each.path: each.size for each in selecting.files(wanted)}


@pytest.mark.parametrize("change", ["rename", "bin", "replace"])
def test_what_is_listed_is_the_moment_asked_for(
    world: World, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "PAGE", 1)
    (top,) = send(world, {"a/one.txt": b"1"})
    place = (admin(world), world.target_id)
    acts: dict[str, Act] = {
        "rename": lambda: service.rename(*place, top.node_id, "c"),
        "bin": lambda: service.bin_node(*place, top.node_id),
        "replace": lambda: send(world, {"a/one.txt": b"22"}, on_taken=OnTaken.REPLACE),
    }

    def look(actors: list[Actor]) -> None:
        assert refused(actors) == []
        assert actors[0].result == {"a/one.txt": 1}

    explored(world, listing(world), acts[change], look)
