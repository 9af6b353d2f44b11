"""
Which box of the page a sentence stands in.

Nothing is fine but what the record itself says is not there, or is as usual.  What it does not
record is not fine; and in doubt a sentence stands with all the rest.
"""

from __future__ import annotations

from chalicelib.charts.model import (
    Certainty,
    Chart,
    Diagnosis,
    Finding,
    Instruction,
    Medicine,
    Named,
    label,
)
from chalicelib.patient_charts.model import Box
from chalicelib.patient_charts.telling import Telling, is_not_there, is_wanted, telling
from chalicelib.plain.checking import facts
from chalicelib.plain.model import Language

# Where they are lacking something is wrong, or nobody knows what is meant ("absent: no polyp").
_GOOD = frozenset({"not", "normal", "good", "enough", "benign", "not-recorded"})
_BOX_OF = {
    Telling.NOT_THERE: Box.FINE,
    Telling.TO_DO: Box.TO_DO,
    Telling.ANYTHING: Box.MORE,
}


def of_field(chart: Chart, path: str, language: Language) -> Box:
    """Return the box for the field *path* (``findings/0``) of *chart*."""
    name, _, place = path.partition("/")
    part: Named = getattr(chart, name)[int(place)]
    match part:
        case Finding() | Diagnosis():
            return _of_what_is_found(part, language)
        case Medicine():
            return Box.MORE if part.instruction is Instruction.NONE else Box.TO_DO
        case _:
            return Box.MORE


def of_text(own: str, language: Language, heading: str = "") -> Box:
    """Return the box for a sentence in the doctor's *own* words, under *heading*."""
    return _BOX_OF[telling(own, language, heading)]


def _of_what_is_found(part: Finding | Diagnosis, language: Language) -> Box:
    words = label(part)
    match part.certainty:
        case Certainty.PRESENT:
            return Box.FINE if is_not_there(words, language) else Box.FOUND
        case Certainty.POSSIBLE:
            return Box.FOUND
        case Certainty.ABSENT:
            good = _GOOD & set(facts(words, language)) or is_wanted(words, language)
            return Box.MORE if good else Box.FINE
        case Certainty.NOT_RECORDED:
            return Box.MORE
