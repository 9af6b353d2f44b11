"""The service's queues and its quarantine, as the provider sees them."""

from __future__ import annotations

from chalicelib.access.model import Role
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.queue import Queue, notification
from tests.support.visitor import signed_in
from tests.support.world import World

SEND_BACK = "/portal/queues/ingest/send-back"

visits("GET /portal/quarantine", role=Role.OPERATOR)


def known() -> None:
    """Ask for the addresses of all queues: a process asks once."""
    signed_in(Role.OPERATOR).get("/portal/queues")


def opens(route: str, path: str) -> None:
    """Tell the story of a page about queues."""

    @story(route)
    def _(world: World) -> Act:  # noqa: ARG001 - it makes the queues
        known()
        return clicks(signed_in(Role.OPERATOR), "GET", path)


opens("GET /portal/queues", "/portal/queues")
opens("GET /portal/queues/{work}/send-back", SEND_BACK)


@story("POST /portal/queues/{work}/send-back")
def _(world: World) -> Act:
    known()
    dead = [notification(f"t/{world.target_id}/{number:064}") for number in range(3)]
    Queue(world).put_dead(dead)
    return clicks(signed_in(Role.OPERATOR), "POST", SEND_BACK)
