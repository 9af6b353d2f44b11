"""Discs of a facility, built by the queue's worker."""

from __future__ import annotations

from tests.discs.scene import deliver, ordered
from tests.faults.stories.telling import Act, story
from tests.pictures.making import with_display_tool, with_pictures
from tests.support.world import World


@story("media")
def _(world: World) -> Act:
    """Encrypted, with an album."""
    with_display_tool(world)
    with_pictures(world)
    order = ordered(world, encrypted=True, has_album=True)
    return lambda: deliver(world, order)
