"""Slips: made, replaced, closed; and a patient who comes in by one and reads."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.access.model import Role
from chalicelib.patient_charts.slips import access_store, patient_sessions
from chalicelib.patient_charts.slips.access_store import PatientAccess
from chalicelib.web import forms
from chalicelib.web.cookies import PATIENT, PATIENT_FORM
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.patient_charts.slip_scene import Handed, handed, released, typed
from tests.support.canary import CANARY_ID
from tests.support.snapshot import once
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

SLIPS = "/portal/charts/{target_id}/patients/{patient_key}/slips"
SLIP = f"{SLIPS}/{{slip_id}}"
ACCESS = "/portal/patient-access"

visits(f"GET {ACCESS}", role=Role.FACILITY_ADMIN)


def in_hand(world: World) -> Handed:
    """Hand a slip out; stories begin so, and a process does it once."""
    held = once(f"a slip of {world.facility_id}", lambda: handed(world))
    return Handed(world, held.place, held.examination_id, held.issued)


def path_of(held: Handed, rest: str = "") -> str:
    place = held.place
    path = SLIPS.format(target_id=place.target_id, patient_key=place.patient_key)
    return path + rest.format(slip_id=held.issued.slip.slip_id)


def staff(world: World) -> Visitor:
    return signed_in(Role.DOCTOR, world.facility_id)


# --- at the portal -----------------------------------------------------------------------------


@story(f"GET {SLIPS}")
def _(world: World) -> Act:
    path = path_of(in_hand(world))
    return clicks(staff(world), "GET", path)


@story(f"POST {SLIPS}")
def _(world: World) -> Act:
    """The form carries an id: sent again, it makes no second slip."""
    place, examination = released(world)
    path = SLIPS.format(target_id=place.target_id, patient_key=place.patient_key)
    fields = {"examination-1": examination, "days": "30", "language": "ja", "form_id": "form-1"}
    return clicks(staff(world), "POST", path, **{name: _just(it) for name, it in fields.items()})


@story(f"POST {SLIP}/reissue")
def _(world: World) -> Act:
    path = path_of(in_hand(world), "/{slip_id}/reissue")
    return clicks(staff(world), "POST", path, form_id=_just("form-2"))


@story(f"POST {SLIP}/revoke")
def _(world: World) -> Act:
    path = path_of(in_hand(world), "/{slip_id}/revoke")
    return clicks(staff(world), "POST", path)


@story(f"POST {ACCESS}")
def _(world: World) -> Act:
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    return clicks(admin, "POST", ACCESS, phone=_just("03-0000-0000"))


@story(f"POST {ACCESS}/number-alone")
def _(world: World) -> Act:
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    return clicks(admin, "POST", f"{ACCESS}/number-alone", step=_just("on"))


# --- a patient ---------------------------------------------------------------------------------


def asks(method: str, path: str, cookies: dict[str, str], **fields: str) -> Act:
    """A patient's browser that asks with these cookies, however often."""
    token = forms.token(cookies.get(PATIENT) or cookies.get(PATIENT_FORM, ""))

    def act() -> object:
        browser = Visitor(cookies=dict(cookies))
        if method == "GET":
            return browser.get(path)
        return browser.post(path, {"csrf": token} | fields)

    return act


def at_the_door() -> dict[str, str]:
    return {PATIENT_FORM: "a form that is open"}


def inside(held: Handed) -> dict[str, str]:
    """Return the cookies of somebody who came in by the slip."""
    session_id = patient_sessions.begin(held.issued.slip, give_back=False)
    assert session_id
    return {PATIENT: session_id}


@story("GET /p")
def _(world: World) -> Act:
    return asks("GET", "/p", inside(in_hand(world)))


@story("POST /p")
def _(world: World) -> Act:
    return asks("POST", "/p", at_the_door(), **typed(in_hand(world)))


@story("GET /p/{link_id}")
def _(world: World) -> Act:
    held = in_hand(world)
    return asks("GET", held.link, inside(held))


@story("POST /p/{link_id}")
def _(world: World) -> Act:
    held = in_hand(world)
    return asks("POST", held.link, at_the_door(), code=held.code)


@story("GET /p/number/{facility_id}")
def _(world: World) -> Act:
    return asks("GET", f"/p/number/{world.facility_id}", inside(in_hand(world)))


@story("POST /p/number/{facility_id}")
def _(world: World) -> Act:
    in_hand(world)
    access_store.put(world.facility_id, PatientAccess(is_by_number_alone=True))
    path = f"/p/number/{world.facility_id}"
    return asks("POST", path, at_the_door(), patient_id=CANARY_ID)


@story("POST /p/sign-out")
def _(world: World) -> Act:
    return asks("POST", "/p/sign-out", inside(in_hand(world)))


@story("GET /p/charts")
def _(world: World) -> Act:
    return asks("GET", "/p/charts", inside(in_hand(world)))


@story("GET /p/charts/{document}")
def _(world: World) -> Act:
    held = in_hand(world)
    return asks("GET", f"/p/charts/{held.document}", inside(held))


def _just(value: str) -> Callable[[], str]:
    return lambda: value
