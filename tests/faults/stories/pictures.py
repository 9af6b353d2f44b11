"""Pictures: making them, and having an operator make them anew."""

from __future__ import annotations

from tests.dicomweb.scene import messages as parts
from tests.dicomweb.scene import taken
from tests.faults.stories.telling import Act, commands, stored, story
from tests.pictures.making import deliver, with_stills
from tests.support.world import World


@story("derive")
def _(world: World) -> Act:
    with_stills(world)
    taken(world, "CT_small.dcm")  # its header is made ready for viewers, too
    message = parts(world)[-1]
    return lambda: deliver(world, message)


@story("operate: rebuild-derived")
def _(world: World) -> Act:
    stored(world)
    return commands(world, "rebuild-derived", target_id=world.target_id)
