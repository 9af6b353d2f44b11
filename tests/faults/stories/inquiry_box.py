"""The provider's box, over HTTP and in pages: found, read, routed by hand, noted on, ended."""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.access.model import Role
from chalicelib.inquiries.desk import service as desk
from tests.faults.stories.desks import staffed
from tests.faults.stories.telling import Act, calls, clicks, story
from tests.inquiries.desk_scene import CLERK
from tests.inquiries.scene import doctor, filed, sent
from tests.support.visitor import signed_in
from tests.support.world import World

BOX = "/inquiry-box"
BOXED = BOX + "/{inquiry_id}"
PAGES = "/portal" + BOX
PAGE = "/portal" + BOXED


def there(world: World, path: str) -> dict[str, str]:
    """Return what a path may name; a file is sent for those that ask for one."""
    _, other, inquiry_id = staffed(world)
    named = {"department_id": other, "inquiry_id": inquiry_id, "month": "2026-11"}
    if "{file_id}" in path:
        named["file_id"] = sent(CLERK)
        desk.ask(CLERK, inquiry_id, "Like this?", [named["file_id"]])
    return named


def asks(route: str, **typed: str) -> None:
    """Tell the story of a route of the box; what is *typed* may name what is there."""
    method, path = route.split()

    @story(route)
    def _(world: World) -> Act:
        named = there(world, path)
        body: dict[str, Any] = {name: value.format(**named) for name, value in typed.items()}
        return calls(world.operator, method, path.format(**named), body or None)


def tells(route: str, **typed: str) -> None:
    """Tell the story of a page of the box."""
    method, path = route.split()

    @story(route)
    def _(world: World) -> Act:
        named = there(world, path)
        fields = {name: partial(str, value.format(**named)) for name, value in typed.items()}
        return clicks(signed_in(Role.OPERATOR), method, path.format(**named), **fields)


asks(f"GET {BOX}")
asks(f"POST {BOX}/search", words="lamp")
asks(f"GET {BOX}/figures/{{month}}")
asks(f"GET {BOXED}")
asks(f"GET {BOXED}/files/{{file_id}}")
asks(f"POST {BOXED}/route", department_id="{department_id}")
asks(f"POST {BOXED}/notes", text="Old")
asks(f"POST {BOXED}/end", text="A test")
tells(f"GET {PAGES}")
tells(f"POST {PAGES}", words="lamp")
tells(f"GET {PAGES}/analysis")
tells(f"GET {PAGES}/analysis.csv")
tells(f"GET {PAGE}")
tells(f"POST {PAGE}/files/{{file_id}}")
tells(f"POST {PAGE}/route", department_id="{department_id}", seen="3")
tells(f"POST {PAGE}/notes", text="Old")
tells(f"POST {PAGE}/end", text="A test", seen="3")


@story(f"POST {BOX}/collect")
def _(world: World) -> Act:
    staffed(world)
    filed(doctor(world))
    return calls(world.operator, "POST", f"{BOX}/collect")


@story(f"POST {PAGES}/collect")
def _(world: World) -> Act:
    staffed(world)
    filed(doctor(world))
    return clicks(signed_in(Role.OPERATOR), "POST", f"{PAGES}/collect")
