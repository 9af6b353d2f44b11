"""Viewers that search and read DICOM, audited first; clients that send it."""

from __future__ import annotations

from tests.dicomweb.scene import back_up, uids_of
from tests.dicomweb.sending import an_instance, send
from tests.faults.stories.telling import Act, calls, story
from tests.support.world import World

FILE = "CT_small.dcm"
STUDIES = "/dicom-web/targets/{target_id}/studies"
INSTANCE = "/{study}/series/{series}/instances/{instance}"


def views(below: str) -> None:
    """Tell the story of a viewer that asks for what is *below* all studies."""

    @story(f"GET {STUDIES}{below}")
    def _(world: World) -> Act:
        back_up(world, FILE)
        names = {"target_id": world.target_id, "frames": "1", **uids_of(FILE)}
        return calls(world.doctor, "GET", f"{STUDIES}{below}".format(**names))


for path in (
    "",
    "/{study}",
    "/{study}/metadata",
    "/{study}/series",
    "/{study}/instances",
    "/{study}/series/{series}",
    "/{study}/series/{series}/metadata",
    "/{study}/series/{series}/instances",
    INSTANCE,
    f"{INSTANCE}/metadata",
    f"{INSTANCE}/frames/{{frames}}",
    f"{INSTANCE}/frames/{{frames}}/rendered",
    f"{INSTANCE}/rendered",
    f"{INSTANCE}/thumbnail",
):
    views(path)


@story(f"POST {STUDIES}")
def _(world: World) -> Act:
    """Of two studies, and one of the files is none."""
    files = (an_instance(1), an_instance(2, study=2), b"no DICOM")
    return lambda: send(world.admin, world, *files)


@story(f"POST {STUDIES}/{{study}}")
def _(world: World) -> Act:
    return lambda: send(world.admin, world, an_instance(1), an_instance(2), study="1.2.4.1")
