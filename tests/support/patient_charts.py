"""Invented patient charts: what a doctor released, and the sheet that is made of it."""

from __future__ import annotations

from typing import Any

from chalicelib.charts.model import (
    Certainty,
    Chart,
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
from chalicelib.patient_charts.model import FORMAT, Box, Release, Said
from chalicelib.patient_charts.page.sheet import Identity, Picture, Sheet
from chalicelib.plain.model import Explained

PICTURE = "ab" * 32
# One point that is no picture of anybody.
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

UPPER = Chart(
    kind=Kind.UPPER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="gastric ulcer",
            site=Site(organ="stomach", place="lesser curvature"),
            size=Quantity(value="8", unit="mm"),
            mark=1,
        ),
        Finding(
            certainty=Certainty.POSSIBLE,
            text="reflux oesophagitis LA grade A",
            site=Site(organ="oesophagus", place="lower"),
        ),
        Finding(certainty=Certainty.ABSENT, text="varices", site=Site(organ="oesophagus")),
        Finding(certainty=Certainty.NOT_RECORDED, text="Helicobacter pylori"),
    ),
    measurements=(Measurement(value="38", unit="cm", text="Z line from incisors"),),
    diagnoses=(Diagnosis(certainty=Certainty.PRESENT, text="gastric ulcer"),),
    procedures=(Procedure(done=Done.DONE, text="biopsy", site=Site(organ="stomach")),),
    medicines=(
        Medicine(instruction=Instruction.START, text="omeprazole", dose="20 mg once a day"),
        Medicine(instruction=Instruction.CONTINUE, text="aspirin"),
    ),
    narrative="No bleeding was seen. Repeat the examination in 8 weeks.",
    images=(Image(sha256=PICTURE, note="ulcer", marks=(Mark(number=1, x=420, y=510),)),),
)
COLON = Chart(
    kind=Kind.LOWER_GI,
    findings=(
        Finding(
            certainty=Certainty.PRESENT,
            text="polyp Paris 0-Is",
            site=Site(organ="colon", place="descending colon", side=Side.LEFT),
            size=Quantity(value="5", unit="mm"),
        ),
        Finding(certainty=Certainty.ABSENT, text="bleeding"),
    ),
    procedures=(Procedure(done=Done.DONE, text="cold snare polypectomy"),),
)
SAID = (
    Said(
        text="There is an open sore in the stomach, about the size of a pea (8 mm).",
        own="gastric ulcer, stomach, lesser curvature, 8 mm",
        source="findings/0",
        box=Box.FOUND,
    ),
    Said(
        text="There may be soreness of the food pipe from stomach acid.",
        own="reflux oesophagitis LA grade A, oesophagus, lower",
        source="findings/1",
        box=Box.FOUND,
    ),
    Said(
        text="No swollen veins were seen in the food pipe.",
        own="varices, oesophagus",
        source="findings/2",
        box=Box.FINE,
    ),
    Said(
        text="Helicobacter pylori: the record does not say.",
        own="Helicobacter pylori",
        source="findings/3",
        box=Box.MORE,
    ),
    Said(
        text="Start taking omeprazole: 20 mg once a day.",
        own="omeprazole, 20 mg once a day",
        source="medicines/0",
        box=Box.TO_DO,
    ),
    Said(
        text="Repeat the examination in 8 weeks.",
        own="Repeat the examination in 8 weeks.",
        source="narrative:22-56",
        box=Box.TO_DO,
        fallback=True,
    ),
)
TERMS = (
    Explained(term="Helicobacter pylori", explanation="Germs that can live in the stomach."),
    Explained(term="lesser curvature", explanation="Ask your doctor.", known=False),
)


def a_release(**changes: Any) -> Release:
    """Return a release of an upper endoscopy in English, but for *changes*."""
    values: dict[str, Any] = {
        "format": FORMAT,
        "facility_id": "facility-1",
        "target_id": "target-1",
        "examination_id": "examination-1",
        "language": "en",
        "patient_key": "patient-1",
        "number": 1,
        "revision": 1,
        "chart_number": 1,
        "source_sha256": "cd" * 32,
        "said": SAID,
        "terms": TERMS,
        "released_by": "person-1",
        "released_at": "2027-04-01T09:00:00.000Z",
    }
    return Release(**{**values, **changes})


def a_sheet(**changes: Any) -> Sheet:
    """Return the sheet of :func:`a_release`, but for *changes*."""
    values: dict[str, Any] = {
        "release": a_release(),
        "chart": UPPER,
        "provider": Identity(name="Hikari Imaging K.K.", contact="03-0000-0000\nhelp@example.com"),
        "facility": "Midori Clinic",
        "patient_id": "00000010",
        "patient_name": "見本 花子",
        "examined_on": "2027-03-30",
        "released_on": "2027-04-01",
        "doctor": "doctor@example.com",
        "pictures": (Picture(number=1, sha256=PICTURE, address=DOT, note="ulcer"),),
    }
    return Sheet(**{**values, **changes})
