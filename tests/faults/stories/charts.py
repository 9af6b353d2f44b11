"""Charts: read, saved, signed, amended, taken over."""

from __future__ import annotations

import msgspec

from tests.charts.scene import CHART, amending, examined, path_of, plain, saved, signed
from tests.faults.stories.telling import Act, calls, story
from tests.support.canary import CANARY_ID
from tests.support.world import World

CHARTS = "/targets/{target_id}/examinations/{examination_id}/chart"
TABLE = (
    f"patient_id,exam,certainty,text\n{CANARY_ID},E-1,present,Polyp\n{CANARY_ID},E-2,absent,Polyp\n"
)

for what in ("", "/versions", "/versions/{version}", "/fhir"):

    @story(f"GET {CHARTS}{what}")
    def _(world: World, what: str = what) -> Act:
        examination = examined(world)
        signed(world, examination)
        return calls(world.doctor, "GET", path_of(world, examination, what.format(version=1)))


for what in ("charts", "trends"):

    @story(f"GET /targets/{{target_id}}/patients/{{patient_key}}/{what}")
    def _(world: World, what: str = what) -> Act:
        signed(world, examined(world))
        (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
        path = f"/targets/{world.target_id}/patients/{patient['patient_key']}/{what}"
        return calls(world.doctor, "GET", path)


@story(f"PUT {CHARTS}")
def _(world: World) -> Act:
    body = {"revision": 0, "chart": plain(CHART)}
    return calls(world.doctor, "PUT", path_of(world, examined(world)), body)


@story(f"POST {CHARTS}/sign")
def _(world: World) -> Act:
    examination = examined(world)
    revision = saved(world, examination)["revision"]
    return calls(world.doctor, "POST", path_of(world, examination, "/sign"), {"revision": revision})


@story(f"POST {CHARTS}/amend")
def _(world: World) -> Act:
    examination = examined(world)
    body = {"revision": signed(world, examination)["revision"], "reason": "A word was wrong"}
    return calls(world.doctor, "POST", path_of(world, examination, "/amend"), body)


@story(f"POST {CHARTS}/drop")
def _(world: World) -> Act:
    examination = examined(world)
    body = {"revision": amending(world, examination)["revision"]}
    return calls(world.doctor, "POST", path_of(world, examination, "/drop"), body)


@story(f"POST {CHARTS}/fhir")
def _(world: World) -> Act:
    first, second = examined(world, "E-1"), examined(world, "E-2")
    signed(world, first)
    bundle = msgspec.json.decode(world.doctor.call("GET", path_of(world, first, "/fhir")).body)
    body = {"revision": 0, "bundle": bundle}
    return calls(world.doctor, "POST", path_of(world, second, "/fhir"), body)


@story("POST /targets/{target_id}/charts/csv")
def _(world: World) -> Act:
    examined(world, "E-1")
    examined(world, "E-2")
    path = f"/targets/{world.target_id}/charts/csv"
    return calls(world.doctor, "POST", path, {"csv": TABLE})
