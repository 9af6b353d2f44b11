"""Two facilities and a patient of both: a card, a consent, a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.access.model import Caller, Role
from chalicelib.contracts import local
from chalicelib.network import consenting, consents, finding, link_store, sharing
from chalicelib.network.consenting import Agreed
from chalicelib.network.matching import Shown
from chalicelib.network.model import Form, Link, Pass, Reason, Scope
from tests.charts.scene import examined, signed
from tests.support.canary import CANARY
from tests.support.world import World, build

BORN = str(CANARY["birth_date"])
WORDS = "Unconscious after a fall, bleeding."
FILES = {"E-1/a": b"one", "E-1/b": b"two"}


def doctor(world: World, who: str = "person-doctor") -> Caller:
    return Caller(Role.DOCTOR, who, world.facility_id)


def operator() -> Caller:
    return Caller(Role.OPERATOR, "person-operator", "")


@dataclass
class Held:
    """
    A patient of a facility, with a card.

    Attributes:
        network_id: On the card.
    """

    world: World
    patient_key: str
    network_id: str

    @property
    def link(self) -> Link:
        return link_store.link(self.world.facility_id, self.patient_key)

    @property
    def shown(self) -> Shown:
        """The card and the birth date with it, as the patient brings both."""
        return Shown(self.network_id, date.fromisoformat(BORN))

    def agrees(self, **changes: Any) -> str:
        """Record that the patient agrees to everything, or to what is told; return its id."""
        consent_id = consenting.new_consent_id()
        consenting.record(
            doctor(self.world), self.patient_key, consent_id, agreed(self.world, **changes)
        )
        return consent_id

    def withdraws(self, consent_id: str) -> None:
        consenting.withdraw(doctor(self.world), self.patient_key, consent_id)


def agreed(world: World, **changes: Any) -> Agreed:
    today = local.today(world.facility_id)
    usual: dict[str, Any] = {
        "to": "",
        "scope": Scope.ALL,
        "subjects": (),
        "starts_on": today,
        "last_on": consents.usual_last_day(today),
        "form": Form.PAPER,
        "given_on": today,
    }
    return Agreed(**usual | changes)


def with_records(world: World, patient: dict[str, str] = CANARY) -> str:
    """Back up an examination of *patient*; return their key."""
    world.back_up(FILES, patient=patient)
    return sharing.find(doctor(world), patient["id"])


def with_card(world: World, patient: dict[str, str] = CANARY) -> Held:
    """Back up an examination of *patient*, and give them a card."""
    key = with_records(world, patient)
    link = sharing.make_card(doctor(world), key, BORN)
    shared = sharing.shared(doctor(world), key)
    assert link.patient_id == patient["id"]
    return Held(world, key, shared.cards[0])


def charted(held: Held) -> str:
    """Have a doctor of theirs sign a chart with a picture; return what it is of."""
    examination = examined(held.world, "E-1")
    signed(held.world, examination)
    return examination


def elsewhere(world: World) -> Held:
    """Make another facility that holds records of the same patient, who has a card there."""
    return with_card(build(world.client))


def found(world: World, held: Held) -> Pass:
    return finding.find(doctor(world), held.shown)


def across_facilities(world: World) -> dict[str, str]:
    """Return ids of what a facility has of the network, and of what it may read elsewhere."""
    there = elsewhere(world)
    there.agrees()
    (examination,) = consenting.examinations(doctor(there.world), there.patient_key)
    return {
        "network_id": there.network_id,
        "pass_id": found(world, there).pass_id,
        "record_id": examination.examination_id,
        "consent_id": with_card(world).agrees(),
    }


def glass(world: World, held: Held, form_id: str = "form-1") -> Pass:
    return finding.break_glass(doctor(world), held.shown, form_id, Reason.UNCONSCIOUS, WORDS)
