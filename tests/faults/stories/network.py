"""Patients across facilities: cards, consents, searches, broken glass, merges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.access.model import Role
from chalicelib.network import consenting, merges, reading, sharing
from tests.faults.stories.telling import Act, calls, clicks, story, visits
from tests.network.scene import (
    BORN,
    WORDS,
    Held,
    doctor,
    elsewhere,
    found,
    operator,
    with_card,
    with_records,
)
from tests.support.canary import CANARY_ID
from tests.support.snapshot import once
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

NETWORK = "/portal/network"
PATIENTS = f"{NETWORK}/patients"
PATIENT = f"{PATIENTS}/{{patient_key}}"
MERGES = f"{NETWORK}/merges"
WHY = "Both facilities asked for it."

visits(f"GET {NETWORK}")
visits(f"GET {NETWORK}/looks")
visits(f"GET {PATIENTS}")
visits(f"GET {PATIENT}")
visits(f"GET {MERGES}", role=Role.OPERATOR)


def staff(world: World) -> Visitor:
    return signed_in(Role.DOCTOR, world.facility_id)


def posts(visitor: Visitor, path: str, **fields: str) -> Act:
    return clicks(visitor, "POST", path, **{name: _just(it) for name, it in fields.items()})


def _just(value: str) -> Callable[[], str]:
    return lambda: value


def agreed_elsewhere(world: World) -> Held:
    """Have a patient elsewhere who agrees; stories begin so, and a process makes them once."""
    made = once(f"agreed elsewhere than {world.facility_id}", lambda: _agreed(elsewhere(world)))
    return replace(made, world=made.world.seen_by(world.client))


def _agreed(held: Held) -> Held:
    held.agrees()
    return held


# --- a patient of one's own ----------------------------------------------------------------------


@story(f"POST {PATIENTS}")
def _(world: World) -> Act:
    with_records(world)
    return posts(staff(world), PATIENTS, patient_id=CANARY_ID)


@story(f"GET {PATIENT}/card")
def _(world: World) -> Act:
    return clicks(staff(world), "GET", f"{PATIENTS}/{with_card(world).patient_key}/card")


@story(f"POST {PATIENT}/card")
def _(world: World) -> Act:
    return posts(staff(world), f"{PATIENTS}/{with_records(world)}/card")


@story(f"POST {PATIENT}/link")
def _(world: World) -> Act:
    held, key = elsewhere(world), with_records(world)
    typed = {"network_id": held.network_id, "birth_date": BORN}
    return posts(staff(world), f"{PATIENTS}/{key}/link", **typed)


@story(f"POST {PATIENT}/unlink")
def _(world: World) -> Act:
    held = with_card(world)
    held.agrees()
    return posts(staff(world), f"{PATIENTS}/{held.patient_key}/unlink")


@story(f"POST {PATIENT}/contact")
def _(world: World) -> Act:
    path = f"{PATIENTS}/{with_card(world).patient_key}/contact"
    return posts(staff(world), path, contact="hanako@mail.example")


@story(f"GET {PATIENT}/consent")
def _(world: World) -> Act:
    return clicks(staff(world), "GET", f"{PATIENTS}/{with_card(world).patient_key}/consent")


@story(f"POST {PATIENT}/consent")
def _(world: World) -> Act:
    """The form carries the consent's id: sent again, it records the same one."""
    typed = {
        "consent_id": consenting.new_consent_id(),
        "to_whom": "any",
        "scope": "kinds",
        "kind-1": "EGD",
        "starts_on": "2026-04-01",
        "last_on": "2027-03-31",
        "form": "oral",
        "given_on": "2026-04-01",
    }
    return posts(staff(world), f"{PATIENTS}/{with_card(world).patient_key}/consent", **typed)


@story(f"POST {PATIENT}/consents/{{consent_id}}/withdraw")
def _(world: World) -> Act:
    held = with_card(world)
    path = f"{PATIENTS}/{held.patient_key}/consents/{held.agrees()}/withdraw"
    return posts(staff(world), path)


# --- records of another facility -----------------------------------------------------------------


@story(f"POST {NETWORK}/find")
def _(world: World) -> Act:
    held = agreed_elsewhere(world)
    typed = {"network_id": held.network_id, "birth_date": BORN}
    return posts(staff(world), f"{NETWORK}/find", **typed)


@story(f"POST {NETWORK}/glass")
def _(world: World) -> Act:
    """The form carries an id: sent again, it breaks nothing more."""
    held = elsewhere(world)
    sharing.set_contact(doctor(held.world), held.patient_key, "hanako@mail.example")
    typed = {
        "network_id": held.network_id,
        "birth_date": BORN,
        "reason": "life",
        "words": WORDS,
        "form_id": "form-1",
    }
    return posts(staff(world), f"{NETWORK}/glass", **typed)


def opened(world: World) -> dict[str, str]:
    """Return the pass of a search, and an examination it opens."""
    used = found(world, agreed_elsewhere(world))
    (holding,) = reading.opened(doctor(world), used.pass_id).holdings
    return {"pass_id": used.pass_id, "record_id": holding.examinations[0].examination_id}


@story(f"GET {NETWORK}/found/{{pass_id}}")
def _(world: World) -> Act:
    path = f"{NETWORK}/found/{opened(world)['pass_id']}"
    return clicks(staff(world), "GET", path)


@story(f"GET {NETWORK}/found/{{pass_id}}/{{record_id}}")
def _(world: World) -> Act:
    path = f"{NETWORK}/found/{{pass_id}}/{{record_id}}".format(**opened(world))
    return clicks(staff(world), "GET", path)


@story("POST /network/find")
def _(world: World) -> Act:
    body = {"network_id": agreed_elsewhere(world).network_id, "birth_date": BORN}
    return calls(world.doctor, "POST", "/network/find", body)


@story("GET /network/found/{pass_id}")
def _(world: World) -> Act:
    return calls(world.doctor, "GET", f"/network/found/{opened(world)['pass_id']}")


@story("GET /network/found/{pass_id}/{record_id}")
def _(world: World) -> Act:
    path = "/network/found/{pass_id}/{record_id}".format(**opened(world))
    return calls(world.doctor, "GET", path)


# --- merges --------------------------------------------------------------------------------------


@story(f"POST {MERGES}")
def _(world: World) -> Act:
    """The form carries the merge's id: sent again, it merges nothing more."""
    here, there = with_card(world), elsewhere(world)
    typed = {
        "step": "merge",
        "kept": here.network_id,
        "merged": there.network_id,
        "why": WHY,
        "merge_id": merges.new_merge_id(),
    }
    return posts(signed_in(Role.OPERATOR), MERGES, **typed)


@story(f"POST {MERGES}/{{merge_id}}/undo")
def _(world: World) -> Act:
    here, there, merge_id = with_card(world), elsewhere(world), merges.new_merge_id()
    merges.merge(operator(), merge_id, here.network_id, there.network_id, WHY)
    return posts(signed_in(Role.OPERATOR), f"{MERGES}/{merge_id}/undo", why=WHY)
