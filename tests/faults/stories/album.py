"""The display tool: its cases, and what is looked at with it."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.access.model import Role
from tests.album.scene import id_of, open_as_case, open_film, path_of, with_tool
from tests.faults.stories.contract_pages import admin, as_typed, hidden
from tests.faults.stories.telling import FILES, Act, calls, clicks, story
from tests.support.canary import CANARY_ID
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

MORE_CASES = "/portal/contracts/{contract_id}/cases"
ALBUM = "/portal/album"
JSON_CASE = "/targets/{target_id}/examinations/{examination_id}/case"
CASE = f"{ALBUM}/{{target_id}}/{{examination_id}}"


@story(f"GET {MORE_CASES}")
def _(world: World) -> Act:
    return clicks(admin(world), "GET", MORE_CASES.format(contract_id=with_tool(world)))


@story(f"POST {MORE_CASES}")
def _(world: World) -> Act:
    visitor, path = admin(world), MORE_CASES.format(contract_id=with_tool(world))
    shown = hidden(visitor, path, "terms_sha256", blocks="1")
    return as_typed(visitor, path, blocks="1", terms_sha256=shown)


def stored(world: World) -> str:
    """Have a display tool and an examination; return its path among the pages."""
    with_tool(world)
    world.back_up(FILES)
    return path_of(world)


def opened(world: World) -> str:
    stored(world)
    return open_as_case(world)


def looks(route: str, prepare: Callable[[World], str], rest: str = "") -> None:
    """Tell the story of a page that only shows."""

    @story(f"GET {route}")
    def _(world: World) -> Act:
        return clicks(doctor(world), "GET", prepare(world) + rest)


def does(what: str, prepare: Callable[[World], str]) -> None:
    """Tell the story of a button of an examination's."""

    @story(f"POST {CASE}/{what}")
    def _(world: World) -> Act:
        path = f"{prepare(world)}/{what.format(number=1)}"
        return as_typed(doctor(world), path)


def doctor(world: World) -> Visitor:
    return signed_in(Role.DOCTOR, world.facility_id)


looks(CASE, opened)
looks(f"{CASE}/pictures/{{number}}", opened, "/pictures/1")
looks(f"{CASE}/compare", opened, "/compare?picture-1=1&picture-2=2")
does("open", stored)
does("close", opened)
does("pictures/{number}/original", opened)


@story(f"GET {CASE}/pictures/{{number}}/frames/{{frame}}")
def _(world: World) -> Act:
    with_tool(world)
    return clicks(doctor(world), "GET", f"{open_film(world)}/frames/2")


def calls_for(method: str, prepare: Callable[[World], str]) -> None:
    """Tell the story of a program that opens or closes an examination."""

    @story(f"{method} {JSON_CASE}")
    def _(world: World) -> Act:
        prepare(world)
        ids = {"target_id": world.target_id, "examination_id": id_of(world)}
        return calls(world.doctor, method, JSON_CASE.format(**ids))


calls_for("POST", stored)
calls_for("DELETE", opened)


@story("GET /cases")
def _(world: World) -> Act:
    opened(world)
    return calls(world.doctor, "GET", "/cases")


@story(f"GET {ALBUM}")
def _(world: World) -> Act:
    stored(world)
    return clicks(doctor(world), "GET", ALBUM)


@story(f"GET {ALBUM}/cases")
def _(world: World) -> Act:
    opened(world)
    return clicks(doctor(world), "GET", f"{ALBUM}/cases")


@story(f"POST {ALBUM}/find")
def _(world: World) -> Act:
    stored(world)
    return as_typed(doctor(world), f"{ALBUM}/find", patient=CANARY_ID)
