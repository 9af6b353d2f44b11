"""A patient of whom something was released, a slip that opens it, and a browser of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.access.model import Caller, Role
from chalicelib.archive.store import examinations
from chalicelib.charts import store as charts
from chalicelib.patient_charts import keeping, store
from chalicelib.patient_charts.model import PatientChart, Release, document_number
from chalicelib.patient_charts.slips import service as slips
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import Standing
from chalicelib.patient_charts.slips.service import Issued, Place
from chalicelib.plain.model import Language
from tests.charts.scene import examined, signed
from tests.support.canary import CANARY_ID
from tests.support.patient_charts import a_release
from tests.support.visitor import Visitor
from tests.support.world import World

WRONG = "2222-2222-2222"
OTHER = {"id": "00000010", "name": "MIHON^HANAKO", "birth_date": "1960-02-03", "sex": "F"}


@dataclass
class Handed:
    """
    A slip in a patient's hand.

    Attributes:
        examination_id: What it opens.
    """

    world: World
    place: Place
    examination_id: str
    issued: Issued

    @property
    def link(self) -> str:
        return f"/p/{self.issued.link_id}"

    @property
    def code(self) -> str:
        return self.issued.code

    @property
    def standing(self) -> Standing:
        slip = self.issued.slip
        return slip_store.standing(slip.facility_id, slip.patient_key, slip.slip_id)

    @property
    def document(self) -> str:
        return document_number(self.place.target_id, self.examination_id, "en")


def staff(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-doctor", world.facility_id)


def released(
    world: World, exam: str = "E-1", language: Language = "en", **facts: Any
) -> tuple[Place, str]:
    """Back an examination up, sign its chart and release it; return whose it is, and its id."""
    examination = examined(world, exam, **facts)
    signed(world, examination)
    release(world, examination, language)
    found = examinations.examination(world.target_id, examination)
    assert found.patient_key
    return Place(world.target_id, found.patient_key), examination


def release(world: World, examination: str, language: Language = "en") -> Release:
    """Release the version of its chart that holds."""
    seen = store.of(world.target_id, examination, language)
    current = charts.record(world.target_id, examination).current
    assert current
    whose = examinations.examination(world.target_id, examination).patient_key
    made = a_release(
        patient_key=whose,
        facility_id=world.facility_id,
        target_id=world.target_id,
        examination_id=examination,
        language=language,
        number=seen.next_number,
        revision=seen.revision + 1,
        chart_number=current.number,
        released_at=current.signed_at,
    )
    assert store.begin_release(seen, made)
    assert keeping.keep(made)
    store.end_release(made)
    return made


def chart_of(handed: Handed, language: Language = "en") -> PatientChart:
    return store.of(handed.place.target_id, handed.examination_id, language)


def issue(world: World, place: Place, *examination_ids: str, **changes: Any) -> Issued:
    values = {"language": "en"} | changes
    form_id = values.pop("form_id", slips.new_form_id())
    return slips.issue(staff(world), place, tuple(examination_ids), form_id, **values)


def handed(world: World, exam: str = "E-1", **facts: Any) -> Handed:
    """Release something of a patient and issue a slip that opens it."""
    place, examination = released(world, exam, **facts)
    return Handed(world, place, examination, issue(world, place, examination))


# --- browsers ----------------------------------------------------------------------------------


def at_link(held: Handed, **changes: Any) -> Visitor:
    """Return a browser that has opened the address in the QR code."""
    visitor = Visitor(**changes)
    visitor.get(held.link)
    return visitor


def at_door(**changes: Any) -> Visitor:
    """Return a browser that has typed the address on the slip."""
    visitor = Visitor(**changes)
    visitor.get("/p")
    return visitor


def inside(held: Handed, **changes: Any) -> Visitor:
    """Return the browser of somebody who came in by the link."""
    visitor = at_link(held, **changes)
    answer = visitor.submit(held.link, code=held.code)
    assert answer.status == 303, answer.text
    return visitor


def typed(held: Handed) -> dict[str, str]:
    return {"patient_id": CANARY_ID, "code": held.code}


SOMEBODY_ELSE = {"id": "00000099", "name": "別人 太郎", "birth_date": "1960-01-01", "sex": "M"}


def given_to_another(world: World, exam: str = "E-1") -> None:
    """Correct whose examination it is: the next backup names another patient."""
    world.back_up({f"{exam}/more.jpg": b"more"}, id=exam, patient=SOMEBODY_ELSE)
