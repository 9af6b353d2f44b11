"""What pages about areas share: addresses, who did something, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chalice.app import Response

from chalicelib.access import people_store
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.model import Caller, Person
from chalicelib.access.page_guard import Visit
from chalicelib.areas import service
from chalicelib.areas.model import ROOT, Area, Right
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound

AREAS = "/portal/areas"
AREA = AREAS + "/{target_id}"
FOLDER = AREA + "/folders/{folder_id}"
NODE = AREA + "/nodes/{node_id}"


def page(visit: Visit, template: str, target_id: str, **values: Any) -> Response:
    """Answer a page about one area; *area* is None for who sees a part of it by a share."""
    area = area_of(visit.caller, target_id)
    own: dict[str, Any] = {
        "refused": "",
        "area": area,
        "target_id": target_id,
        "may_write": area is not None and area.right is Right.WRITE,
        "who": people(visit.caller),
        "local": times(visit.caller),
        "done": visit.asked("done"),
    }
    return visit.page(template, **{**own, **values})


def area_of(caller: Caller, target_id: str) -> Area | None:
    """Return the area, if the caller has a right to it."""
    try:
        return service.area(caller, target_id)
    except NotFound:
        return None


def people(caller: Caller) -> Callable[[str], str]:
    """Return what tells a person's address by their id; empty for an agent."""
    known = {each.person_id: each.account for each in people_store.people_of(caller.facility_id)}
    return lambda person_id: known.get(person_id, "")


def times(caller: Caller) -> Callable[[str | None], datetime | None]:
    """Return what tells a moment where the facility is."""
    zone = zone_for(caller)
    return lambda written: local(written, zone)


def folder_path(target_id: str, folder_id: str = ROOT) -> str:
    return FOLDER.format(target_id=target_id, folder_id=folder_id)


def node_path(target_id: str, node_id: str) -> str:
    return NODE.format(target_id=target_id, node_id=node_id)


def colleagues(caller: Caller) -> list[Person]:
    """Return who else of the facility a thing can be given to."""
    others = people_store.people_of(caller.facility_id)
    found = [each for each in others if each.person_id != caller.id and not each.disabled_at]
    return sorted(found, key=lambda each: each.account)


def a_month_on(caller: Caller) -> str:
    """Return the day until which something is shared if nobody says otherwise."""
    return (clock.now() + timedelta(days=30)).astimezone(zone_for(caller)).date().isoformat()
