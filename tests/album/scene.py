"""A facility with a display tool, and examinations to look at."""

from __future__ import annotations

from typing import Any

from tests.support.world import World, today


def add_tool(world: World) -> str:
    """Add a display tool without a contract; return it."""
    added = world.admin.post("/targets", {"name": "Album", "kind": "display"}, status=201)
    return str(added["target_id"])


def with_tool(world: World, **terms: Any) -> str:
    """Sign a contract for a display tool; return the contract."""
    form = {"target_id": add_tool(world), "term": "monthly", "starts_on": today().isoformat()}
    told = world.admin.post("/contracts", form | {"case_units": 0} | terms, status=201)
    return str(told["contract_id"])
