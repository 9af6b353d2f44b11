"""
The invented people who can sign in at the local stack's portal.

Their passwords are random, stand beside the stack's data and are printed: they open nothing but
this machine's own stack.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from infra.local.people import Person
from infra.local.stack import LocalStack


class Account(msgspec.Struct, frozen=True):
    """Who it is, and what they type."""

    who: str
    email: str
    password: str


def kept(stack: LocalStack) -> list[Account]:
    """Return the accounts made last."""
    path = _file(stack)
    return msgspec.json.decode(path.read_bytes(), type=list[Account]) if path.exists() else []


def keep(stack: LocalStack, people: dict[str, Person]) -> None:
    """Remember *people*, by who they are, for whoever opens the portal; by their owner only."""
    accounts = [Account(who, each.email, each.password) for who, each in people.items()]
    path = _file(stack)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(accounts)))


def have_some(stack: LocalStack) -> None:
    """Make an operator, and a facility with its people, unless there are any."""
    if kept(stack):
        return
    operator = Person(stack, "operator@hokan.example", "operators")
    facility_id = operator.post("/facilities", {"name": "Kawabe Clinic"})["facility_id"]
    admin = Person(stack, "admin@kawabe.example", "facility-admins", facility_id)
    admin.post("/targets", {"name": "Endoscopy", "kind": "mass_storage"})
    doctor = Person(stack, "doctor@kawabe.example", "doctors", facility_id)
    keep(stack, {"operator": operator, "facility admin": admin, "doctor": doctor})


def _file(stack: LocalStack) -> Path:
    return stack.home / "people.json"
