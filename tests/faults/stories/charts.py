"""Charts: read, saved, signed, amended, taken over."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from chalicelib.access.model import Role
from chalicelib.charts import form
from chalicelib.web import forms
from chalicelib.web.cookies import SESSION
from tests.charts.scene import A_BUNDLE, CHART, amending, examined, path_of, plain, saved, signed
from tests.faults.stories.telling import Act, calls, clicks, story
from tests.pictures.making import deliver_all
from tests.support.canary import CANARY_ID
from tests.support.visitor import Visitor, signed_in
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


# --- pages ----------------------------------------------------------------------------------------

PAGES = "/portal/charts/{target_id}/examinations/{examination_id}"


def page_of(world: World, examination: str, rest: str) -> str:
    return PAGES.format(target_id=world.target_id, examination_id=examination) + rest


def doctor(world: World) -> Visitor:
    return signed_in(Role.DOCTOR, world.facility_id)


@story("GET /portal/charts")
def _(world: World) -> Act:
    signed(world, examined(world))
    return clicks(doctor(world), "GET", "/portal/charts")


@story("GET /portal/charts/{target_id}/patients/{patient_key}")
def _(world: World) -> Act:
    signed(world, examined(world))
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    path = f"/portal/charts/{world.target_id}/patients/{patient['patient_key']}"
    return clicks(doctor(world), "GET", path)


for what in ("", "/versions", "/versions/{version}", "/html", "/pdf", "/fhir", "/edit", "/sign"):

    @story(f"GET {PAGES}{what}")
    def _(world: World, what: str = what) -> Act:
        examination = examined(world)
        amending(world, examination)
        path = page_of(world, examination, what.format(version=1))
        if what in {"/html", "/pdf"}:  # they hold the picture, once it is made
            doctor(world).get(page_of(world, examination, ""))
            deliver_all(world)
        return clicks(doctor(world), "GET", path)


@story(f"POST {PAGES}/edit")
def _(world: World) -> Act:
    examination = examined(world)
    rows = form.filled(CHART).rows
    typed = {
        f"{name}-{number}-{column}": value
        for name, listed in rows.items()
        for number, row in enumerate(listed)
        for column, value in row.items()
    }
    typed |= {"kind": CHART.kind.value, "revision": "0", "step": "save"}
    path = page_of(world, examination, "/edit")
    return clicks(doctor(world), "POST", path, **{name: just(it) for name, it in typed.items()})


@story(f"POST {PAGES}/sign")
def _(world: World) -> Act:
    examination = examined(world)
    saved(world, examination)
    return clicks(doctor(world), "POST", page_of(world, examination, "/sign"), revision=just("1"))


@story(f"POST {PAGES}/amend")
def _(world: World) -> Act:
    examination = examined(world)
    revision = str(signed(world, examination)["revision"])
    typed = {"revision": just(revision), "reason": just("A word was wrong")}
    return clicks(doctor(world), "POST", page_of(world, examination, "/amend"), **typed)


@story(f"POST {PAGES}/drop")
def _(world: World) -> Act:
    examination = examined(world)
    saved(world, examination)
    return clicks(doctor(world), "POST", page_of(world, examination, "/drop"), revision=just("1"))


@story("GET /portal/charts/{target_id}/take")
def _(world: World) -> Act:
    return clicks(doctor(world), "GET", f"/portal/charts/{world.target_id}/take")


@story("POST /portal/charts/{target_id}/take")
def _(world: World) -> Act:
    examined(world, "E-1")
    examined(world, "E-2")
    path = f"/portal/charts/{world.target_id}/take"
    return clicks(doctor(world), "POST", path, typed=just(TABLE))


@story(f"GET {PAGES}/take")
def _(world: World) -> Act:
    return clicks(doctor(world), "GET", page_of(world, examined(world), "/take"))


@story(f"POST {PAGES}/take")
def _(world: World) -> Act:
    path, visitor = page_of(world, examined(world), "/take"), doctor(world)
    token = forms.token(visitor.cookies[SESSION])
    bundle = {"file": msgspec.json.encode(A_BUNDLE)}
    return lambda: visitor.upload(path, {"csrf": token, "revision": "0"}, bundle)


def just(value: str) -> Callable[[], str]:
    return lambda: value
