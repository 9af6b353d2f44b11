"""The display tool: its cases, and what is looked at with it."""

from __future__ import annotations

from tests.album.scene import with_tool
from tests.faults.stories.contract_pages import admin, as_typed, hidden
from tests.faults.stories.telling import Act, clicks, story
from tests.support.world import World

MORE_CASES = "/portal/contracts/{contract_id}/cases"


@story(f"GET {MORE_CASES}")
def _(world: World) -> Act:
    return clicks(admin(world), "GET", MORE_CASES.format(contract_id=with_tool(world)))


@story(f"POST {MORE_CASES}")
def _(world: World) -> Act:
    visitor, path = admin(world), MORE_CASES.format(contract_id=with_tool(world))
    shown = hidden(visitor, path, "terms_sha256", blocks="1")
    return as_typed(visitor, path, blocks="1", terms_sha256=shown)
