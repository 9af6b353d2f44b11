"""The provider says who it is."""

from __future__ import annotations

from chalicelib.access.model import Role
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.visitor import signed_in
from tests.support.world import World

PATH = "/portal/provider/identity"

visits(f"GET {PATH}", role=Role.OPERATOR)


@story(f"POST {PATH}")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the tables
    typed = {"revision": lambda: "0", "name": lambda: "株式会社ホカン"}
    return clicks(signed_in(Role.OPERATOR), "POST", PATH, **typed)
