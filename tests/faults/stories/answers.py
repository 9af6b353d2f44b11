"""What a facility's agent hears of answers to inquiries."""

from __future__ import annotations

from tests.faults.stories.telling import Act, agent, calls, story
from tests.inquiries.telling_scene import answered
from tests.support.world import World


@story("GET /agent/answers")
def _(world: World) -> Act:
    answered(world.facility_id)
    return calls(agent(world), "GET", "/agent/answers")


@story("POST /agent/answers/{inquiry_id}/shown")
def _(world: World) -> Act:
    inquiry_id = answered(world.facility_id).inquiry_id
    return calls(agent(world), "POST", f"/agent/answers/{inquiry_id}/shown")
