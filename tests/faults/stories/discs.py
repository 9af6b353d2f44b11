"""Discs of a facility, built by the queue's worker; and the minute that brings them about."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.kernel import clock
from tests.discs.scene import deliver, ordered
from tests.faults.stories.telling import Act, stored, story
from tests.pictures.making import with_display_tool, with_pictures
from tests.support.world import World


@story("media")
def _(world: World) -> Act:
    """Encrypted, with an album."""
    with_display_tool(world)
    with_pictures(world)
    order = ordered(world, encrypted=True, has_album=True)
    return lambda: deliver(world, order)


@story("tick: an order whose message was lost")
def _(world: World) -> Act:
    stored(world)
    ordered(world)
    later = clock.text(clock.now() + timedelta(minutes=61))
    return lambda: world.tick(later)
