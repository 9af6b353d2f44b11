"""Patient charts on their way out: printed and posted, or by a link."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from chalicelib.access.model import Caller, Role
from chalicelib.kernel import clock
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.prints.model import new_job_id
from chalicelib.patient_charts.sharing import health_links
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.model import Life
from chalicelib.web import forms
from chalicelib.web.cookies import PATIENT
from tests.faults.stories.slips import in_hand
from tests.faults.stories.telling import Act, calls, clicks, story
from tests.patient_charts.paper import a_released, owned_by, owned_of, queue
from tests.patient_charts.slip_scene import Handed, inside
from tests.support.people import Anonymous
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

ASK = "/portal/charts/{target_id}/examinations/{examination_id}/patient/print"
PRINTING = "/portal/printing"
SLIP = Caller(Role.ANONYMOUS, "slip-1")


def staff(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


def just(value: str) -> Callable[[], str]:
    return lambda: value


def place_of(release: Release) -> dict[str, str]:
    return {"target_id": release.target_id, "examination_id": release.examination_id}


# --- paper ----------------------------------------------------------------------------------------


@story(f"GET {ASK}")
def _(world: World) -> Act:
    return clicks(staff(world), "GET", ASK.format(**place_of(a_released(world))))


@story(f"POST {ASK}")
def _(world: World) -> Act:
    """The form carries an id: sent again, it asks for the same print."""
    release = a_released(world)
    typed = {
        "job_id": new_job_id(clock.now()),
        "language": "en",
        "number": "1",
        "name": "Hanako",
        "postal_code": "100-0001",
        "lines": "Chiyoda 1-1",
    }
    path = ASK.format(**place_of(release))
    return clicks(staff(world), "POST", path, **{name: just(it) for name, it in typed.items()})


@story(f"GET {PRINTING}")
def _(world: World) -> Act:
    queue(world, a_released(world))
    return clicks(staff(world), "GET", PRINTING)


@story(f"POST {PRINTING}")
def _(world: World) -> Act:
    job = queue(world, a_released(world))
    typed = {f"job-{job.job_id}": "1", "stage": "queued", "step": "printed"}
    return clicks(staff(world), "POST", PRINTING, **{name: just(it) for name, it in typed.items()})


# --- to the patient's device, or shown to others --------------------------------------------------

TAKEN = "/portal/charts/{target_id}/examinations/{examination_id}/patient"

for what in ("file", "pdf", "fhir"):

    @story(f"GET {TAKEN}/{what}")
    def _(world: World, what: str = what) -> Act:
        path = TAKEN.format(**place_of(a_released(world)))
        return clicks(staff(world), "GET", f"{path}/{what}")


OWN = "/p/charts/{document}"


def by_patient(method: str, held: Handed, rest: str, **fields: str) -> Act:
    """A patient's browser that asks with the cookie it has now, however often."""
    cookies = dict(inside(held).cookies)
    token = forms.token(cookies[PATIENT])

    def act() -> object:
        browser = Visitor(cookies=dict(cookies))
        path = f"/p/charts/{held.document}{rest}"
        return (
            browser.get(path) if method == "GET" else browser.post(path, {"csrf": token} | fields)
        )

    return act


for what in ("html", "pdf", "fhir", "share"):

    @story(f"GET {OWN}/{what}")
    def _(world: World, what: str = what) -> Act:
        return by_patient("GET", in_hand(world), f"/{what}")


@story(f"POST {OWN}/share")
def _(world: World) -> Act:
    """Sent again it makes one more: what was made is shown in the answer alone."""
    return by_patient("POST", in_hand(world), "/share", step="health-link", life="day")


@story(f"POST {OWN}/share/{{share_id}}/end")
def _(world: World) -> Act:
    held = in_hand(world)
    _, made = sharing.make(SLIP, owned_by(held), Life.DAY)
    return by_patient("POST", held, f"/share/{made.share_id}/end")


@story("GET /s/{share_id}")
def _(world: World) -> Act:
    secret, _ = sharing.make(SLIP, owned_of(a_released(world)), Life.DAY)
    return lambda: Visitor().get(f"/s/{secret}")


# --- SMART Health Links ---------------------------------------------------------------------------


def linked(world: World) -> tuple[str, str]:
    """Return the id of a link, and its passcode."""
    owned = owned_of(a_released(world))
    made = health_links.make(SLIP, owned, Life.DAY, "https://hokan.example", b"{}", "Endoscopy")
    packed = made.link.partition("/")[2]
    payload = msgspec.json.decode(_unpacked(packed), type=dict[str, object])
    return str(payload["url"]).rpartition("/")[2], made.passcode


def _unpacked(packed: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(packed + "=" * (-len(packed) % 4))


@story("POST /shl/{link_id}")
def _(world: World) -> Act:
    link_id, passcode = linked(world)
    body = {"recipient": "Dr Ito", "passcode": passcode, "embeddedLengthMax": 1}
    return calls(Anonymous(world.client), "POST", f"/shl/{link_id}", body)


@story("GET /shl/{link_id}/{ticket}")
def _(world: World) -> Act:
    link_id, passcode = linked(world)
    body = {"recipient": "Dr Ito", "passcode": passcode, "embeddedLengthMax": 1}
    answer = Anonymous(world.client).call("POST", f"/shl/{link_id}", body)
    (file,) = msgspec.json.decode(answer.body)["files"]
    return calls(Anonymous(world.client), "GET", f"/shl/{file['location'].partition('/shl/')[2]}")
