"""The provider sets regions aside."""

from __future__ import annotations

from chalicelib.access.model import Role
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.visitor import signed_in
from tests.support.world import World

PATH = "/portal/provider/regions"

visits(f"GET {PATH}", role=Role.OPERATOR)


@story(f"POST {PATH}")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the tables
    typed = {"revision": lambda: "0", "economy": lambda: "500", "sizes": lambda: "100"}
    return clicks(signed_in(Role.OPERATOR), "POST", PATH, **typed)
