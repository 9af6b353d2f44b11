"""An examination of the canary patient, and a chart of it with one thing of each kind."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from PIL import Image as Pixels

from chalicelib.access.model import Caller, Role
from chalicelib.archive.model import examination_id
from chalicelib.charts.model import (
    Certainty,
    Chart,
    Code,
    Diagnosis,
    Done,
    Finding,
    Image,
    Instruction,
    Kind,
    Mark,
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Side,
    Site,
)
from tests.pictures.scene import a_file
from tests.support.canary import CANARY_ID
from tests.support.world import World

PICTURE = a_file(Pixels.linear_gradient("L").resize((640, 480)), "JPEG")
DIGEST = sha256(PICTURE).hexdigest()
EXAMINED_AT = "2026-04-01T09:00:00"

CHART = Chart(
    kind=Kind.UPPER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="早期胃癌疑い Type 0-IIc, <5 mm",
            code=Code(system="urn:example:jed", code="S-12", display="潰瘍"),
            site=Site(organ="胃", place="前庭部", side=Side.NONE),
            size=Quantity(value="4.50", unit="mm"),
            mark=1,
        ),
        Finding(certainty=Certainty.NOT_RECORDED, text="食道静脈瘤"),
        Finding(certainty=Certainty.ABSENT, text="No Barrett's oesophagus & no <script>"),
    ),
    measurements=(
        Measurement(value="12.0", unit="mm", text="Polyp", site=Site(organ="Colon")),
        Measurement(value="-3", unit="a.u.", text="Balance", site=Site(side=Side.LEFT)),
    ),
    diagnoses=(Diagnosis(certainty=Certainty.POSSIBLE, text="胃潰瘍"),),
    procedures=(Procedure(done=Done.NOT_DONE, text="Biopsy", site=Site(organ="胃")),),
    medicines=(Medicine(instruction=Instruction.CONTINUE, text="Aspirin", dose="100 mg 1x"),),
    narrative="休薬なし。\nNo sedation; 2 biopsies <5 mm & well.",
    images=(Image(sha256=DIGEST, note="Angulus", marks=(Mark(number=1, x=250, y=1000),)),),
)

TABLE = f"patient_id,exam,certainty,text\n{CANARY_ID},E-2,present,Polyp\n"
A_BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "identifier": [{"value": CANARY_ID}]}},
        {
            "resource": {
                "resourceType": "Condition",
                "code": {"text": "胃潰瘍"},
                "verificationStatus": {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                            "code": "provisional",
                        }
                    ]
                },
            }
        },
    ],
}


def plain(chart: Chart) -> Any:
    """Return *chart* as it stands in a request."""
    return msgspec.json.decode(msgspec.json.encode(chart))


def examined(world: World, exam: str = "E-1", **facts: Any) -> str:
    """Back an examination up; return its id."""
    known = {"examined_at": EXAMINED_AT, "description": "Upper endoscopy"}
    world.back_up({f"{exam}/antrum.jpg": PICTURE}, id=exam, **known | facts)
    return examination_id(world.target_id, exam)


def path_of(world: World, examination: str, rest: str = "") -> str:
    return f"/targets/{world.target_id}/examinations/{examination}/chart{rest}"


def saved(world: World, examination: str, chart: Chart = CHART, revision: int = 0) -> Any:
    body = {"revision": revision, "chart": plain(chart)}
    return world.doctor.put(path_of(world, examination), body)


def signed(world: World, examination: str, chart: Chart = CHART) -> Any:
    """Save and sign the first version."""
    found = saved(world, examination, chart)
    path = path_of(world, examination, "/sign")
    return world.doctor.post(path, {"revision": found["revision"]})


def amending(world: World, examination: str, reason: str = "A word was wrong") -> Any:
    """Sign the first version, and begin to amend it."""
    found = signed(world, examination)
    body = {"revision": found["revision"], "reason": reason}
    return world.doctor.post(path_of(world, examination, "/amend"), body)


def doctor_of(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-doctor", world.facility_id)
