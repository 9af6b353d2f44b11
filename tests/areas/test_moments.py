"""Whatever happened in an area, a restore to any moment brings back what its tree held then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import given, settings

from chalicelib.archive import selecting
from chalicelib.archive.model import Found, LeftOut, RestoredFile, Selection
from chalicelib.archive.wire_paths import escaped
from chalicelib.areas import service
from chalicelib.kernel import clock
from tests.areas.scene import admin, batches_end, contents_erased, rent
from tests.areas.test_log import SOME_CHANGES, Hands
from tests.faults.area_invariants import rows_of
from tests.purges.scene import locks_end
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, build

Tree = dict[str, str]  # digests by path


def tree_of(world: World) -> Tree:
    """Return what the rows say is in the tree now."""
    rows = rows_of(world.target_id).items()
    nodes = {sk[5:]: json.loads(body) for sk, body in rows if sk.startswith("NODE#")}
    paths = {key: path_of(nodes, key) for key, each in nodes.items() if not each.get("is_folder")}
    return {path: nodes[key]["sha256"] for key, path in paths.items() if path}


def path_of(nodes: dict[str, Any], node_id: str) -> str:
    """Return where a node is; nothing for what lies in the bin."""
    parts: list[str] = []
    while node_id != "root":
        if node_id == "bin":
            return ""
        parts.append(escaped(nodes[node_id]["name"]))
        node_id = nodes[node_id]["parent_id"]
    return "/".join(reversed(parts))


def restored(world: World, as_of: str) -> Found:
    wanted = Selection(target_id=world.target_id, scope="target", subject=None, as_of=as_of)
    return selecting.whole(wanted)


def gone_since(found: Found, as_of: str) -> list[LeftOut]:
    """Return what was erased later; of it, some lay in the bin at the moment already."""
    return [each for each in found.left_out if each.at > as_of]


def pairs(files: Sequence[RestoredFile | LeftOut]) -> set[tuple[str, str]]:
    return {(each.path, each.sha256) for each in files}


def erase_some(world: World) -> None:
    """Bin every other node, erase the bin, and let the bytes go that nothing refers to."""
    place = (admin(world), world.target_id)
    for number in range(0, 6, 2):
        Hands(world).do(("bin", number))
    for each in service.binned(*place).nodes:
        service.erase_now(*place, each.node_id)
    locks_end()
    batches_end(world)
    contents_erased(world)


@pytest.mark.parametrize("service_class", ["economy", "deluxe"])
def test_any_moment_comes_back_or_is_named(client: Client, service_class: str) -> None:
    name = f"area: {service_class}"
    world = once(name, lambda: rent(build(client), service_class)).seen_by(client)
    ready = Snapshot()

    @settings(max_examples=8)
    @given(SOME_CHANGES)
    def holds(changes: list[tuple[Any, ...]]) -> None:
        ready.restore()
        moments: dict[str, Tree] = {}
        for change in changes:
            Hands(world).do(change)
            moments[clock.text(clock.now())] = tree_of(world)
        for as_of, held in moments.items():
            assert {each.path: each.sha256 for each in restored(world, as_of).files} == held
        erase_some(world)
        for as_of, held in moments.items():
            found = restored(world, as_of)
            given, since = pairs(found.files), pairs(gone_since(found, as_of))
            assert given <= held.items() <= given | since

    holds()
