"""
A chart: what a doctor recorded of one examination, in a shape that programs can read.

The doctor's own words are kept as they were typed, and nothing is made of them.  What was not
recorded says so: it is never taken for absent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

LINE, LONG, NARRATIVE = 200, 1_000, 10_000  # characters
ROWS = 100  # findings, measurements, images
FEW = 50  # diagnoses, procedures, medicines
WHOLE = 1_000  # per mille, of a picture's width or height
MARKS = 20  # on one picture

Line = Annotated[str, msgspec.Meta(max_length=LINE)]
Long = Annotated[str, msgspec.Meta(max_length=LONG)]
System = Annotated[str, msgspec.Meta(min_length=1, max_length=LINE, pattern=r"^\S+$")]
CodeText = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^\S+( \S+)*$")]
Decimal = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$")]
Unit = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Number = Annotated[int, msgspec.Meta(ge=1, le=999)]
PerMille = Annotated[int, msgspec.Meta(ge=0, le=WHOLE)]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class Kind(StrEnum):
    UPPER_GI = "upper-gi-endoscopy"
    LOWER_GI = "lower-gi-endoscopy"
    BRONCHOSCOPY = "bronchoscopy"
    CYSTOSCOPY = "cystoscopy"
    LARYNGOSCOPY = "laryngoscopy"
    OTHER = "other"


class Side(StrEnum):
    """The patient's own left and right."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NONE = "none"


class Certainty(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    NOT_RECORDED = "not-recorded"


class Done(StrEnum):
    DONE = "done"
    NOT_DONE = "not-done"
    NOT_RECORDED = "not-recorded"


class Instruction(StrEnum):
    """What the patient is to do with a medicine."""

    CONTINUE = "continue"
    STOP = "stop"
    START = "start"
    NONE = "none"


class _Part(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A part of a chart: what nobody filled in is left out, what nobody knows is an error."""


class Code(_Part, frozen=True):
    """A code of some system, as it was given; what it means is not looked up."""

    system: System
    code: CodeText
    display: Line = ""


class Site(_Part, frozen=True):
    organ: Line = ""
    place: Line = ""
    side: Side = Side.NONE


class Quantity(_Part, frozen=True):
    """
    A number as it was written, with its unit.

    Attributes:
        value: Decimal text: 1.50 stays 1.50.
        unit: As UCUM writes it, or as the doctor did.
    """

    value: Decimal
    unit: Unit


class Finding(_Part, frozen=True):
    """
    Attributes:
        mark: The number of the mark, on one of the chart's pictures, that shows it.
    """

    certainty: Certainty
    text: Long = ""
    code: Code | None = None
    site: Site = Site()
    size: Quantity | None = None
    mark: Number | None = None


class Measurement(_Part, frozen=True):
    value: Decimal
    unit: Unit
    text: Line = ""
    code: Code | None = None
    site: Site = Site()


class Diagnosis(_Part, frozen=True):
    certainty: Certainty
    text: Long = ""
    code: Code | None = None


class Procedure(_Part, frozen=True):
    done: Done
    text: Long = ""
    code: Code | None = None
    site: Site = Site()


class Medicine(_Part, frozen=True):
    instruction: Instruction
    text: Line = ""
    code: Code | None = None
    dose: Line = ""


class Mark(_Part, frozen=True):
    """
    A number on a picture.

    Attributes:
        x, y: Where, per mille of its width from the left and of its height from the top.
    """

    number: Number
    x: PerMille | None = None
    y: PerMille | None = None


class Image(_Part, frozen=True):
    """A picture of the examination, named by its content."""

    sha256: Sha256
    note: Long = ""
    marks: Annotated[tuple[Mark, ...], msgspec.Meta(max_length=MARKS)] = ()


class Chart(_Part, frozen=True):
    kind: Kind
    findings: Annotated[tuple[Finding, ...], msgspec.Meta(max_length=ROWS)] = ()
    measurements: Annotated[tuple[Measurement, ...], msgspec.Meta(max_length=ROWS)] = ()
    diagnoses: Annotated[tuple[Diagnosis, ...], msgspec.Meta(max_length=FEW)] = ()
    procedures: Annotated[tuple[Procedure, ...], msgspec.Meta(max_length=FEW)] = ()
    medicines: Annotated[tuple[Medicine, ...], msgspec.Meta(max_length=FEW)] = ()
    narrative: Annotated[str, msgspec.Meta(max_length=NARRATIVE)] = ""
    images: Annotated[tuple[Image, ...], msgspec.Meta(max_length=ROWS)] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it records nothing."""
        return self == Chart(kind=self.kind)


Named = Finding | Measurement | Diagnosis | Procedure | Medicine


def label(part: Named) -> str:
    """Return what *part* is called: the doctor's words, or else what came with the code."""
    if part.text:
        return part.text
    return (part.code.display or part.code.code) if part.code else ""
