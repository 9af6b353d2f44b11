"""Restores in the portal: choosing one, and its ZIP."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.access.model import Role
from chalicelib.exports import service
from chalicelib.kernel import clock
from tests.exports.scene import asked, deliver
from tests.faults.stories.telling import Act, clicks, found, stored, story, visits
from tests.offline.scene import asked as with_album
from tests.offline.scene import with_chart
from tests.pictures.making import with_display_tool, with_pictures
from tests.support.canary import CANARY_ID
from tests.support.visitor import signed_in
from tests.support.world import World

RESTORES = "/portal/restores"
NEW = f"{RESTORES}/new/{{target_id}}"

visits(f"GET {RESTORES}")
visits(f"GET {RESTORES}/new")
visits(f"GET {NEW}")
visits(f"GET {NEW}/patients/{{patient_key}}")
visits(f"GET {NEW}/how", f"{NEW}/how?scope=patient&subject={{patient_key}}")
visits(f"GET {NEW}/check", f"{NEW}/check?scope=target&when=now&by=zip")


@story(f"POST {NEW}/patients")
def _(world: World) -> Act:
    stored(world)
    path = f"{RESTORES}/new/{world.target_id}/patients"
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "POST", path, patient_id=lambda: CANARY_ID)


@story(f"POST {RESTORES}")
def _(world: World) -> Act:
    """The form carries the ZIP's id: sent again, it asks for the same one."""
    stored(world)
    typed = {
        "target_id": world.target_id,
        "scope": "target",
        "by": "zip",
        "as_of": clock.text(clock.now()),
        "export_id": service.new_id(),
    }
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "POST", RESTORES, **{name: _just(it) for name, it in typed.items()})


def _just(value: str) -> Callable[[], str]:
    return lambda: value


@story(f"GET {RESTORES}/zips/{{export_id}}")
def _(world: World) -> Act:
    stored(world)
    export = asked(world)
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "GET", f"{RESTORES}/zips/{export.export_id}")


@story(f"POST {RESTORES}/zips/{{export_id}}/download")
def _(world: World) -> Act:
    stored(world)
    export = asked(world)
    assert deliver(world, export)
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "POST", f"{RESTORES}/zips/{export.export_id}/download")


@story("export")
def _(world: World) -> Act:
    """With an album: files, their pictures, and a chart."""
    with_display_tool(world)
    with_pictures(world)
    with_chart(world)
    export = with_album(world, scope="patient", subject=found(world)["patient_key"])
    return lambda: deliver(world, export)
