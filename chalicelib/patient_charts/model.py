"""
A patient chart: a signed chart in plain words, as a doctor released it to the patient.

Nothing is released that no doctor has read.  A release never changes: a correction is the next
one, and a release of a chart that was amended since is shown to nobody.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from chalicelib.kernel import ids
from chalicelib.plain.model import Explained, Language

FORMAT = "hokan-patient-chart/1"
LANGUAGES: tuple[Language, ...] = ("ja", "en")  # in the order they are offered


class Box(StrEnum):
    """Where on the page a sentence stands."""

    FINE = "fine"  # the record itself says that it was looked for and is not there
    FOUND = "found"
    TO_DO = "to-do"
    MORE = "more"  # what was done, what was not recorded, and all the rest


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A sentence the patient reads, and the doctor's own words it stands for.

    Attributes:
        source: The chart's field (``findings/0``), or a place in a text (``narrative:0-45``).
        fallback: ``text`` is the doctor's own words: plain ones would not have said the same.
        heading: It names what follows.
        worded_by: Who put it in these words; empty where our rules did.
    """

    text: str
    own: str
    source: str
    box: Box
    fallback: bool = False
    heading: bool = False
    worded_by: str = ""


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """A doctor's words in place of ours, for the sentence that comes from *source*."""

    source: str
    text: str
    worded_by: str


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    What a doctor changed before releasing it.

    Attributes:
        chart_number: The version of the chart it is of; a draft of an older one says nothing.
    """

    chart_number: int
    wordings: tuple[Wording, ...]
    saved_by: str
    saved_at: str


class Release(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    Attributes:
        number: Of the release, from 1 on: what a patient sees as the version of the document.
        revision: Of the patient chart, once it holds.
        patient_key: Whose examination it was when the doctor released it.
        chart_number: The version of the chart it explains.
        source_sha256: Of that version, as S3 keeps it.
    """

    format: str
    facility_id: str
    target_id: str
    examination_id: str
    language: Language
    patient_key: str | None
    number: int
    revision: int
    chart_number: int
    source_sha256: str
    said: tuple[Said, ...]
    terms: tuple[Explained, ...]
    released_by: str
    released_at: str

    @property
    def document(self) -> str:
        return document_number(self.target_id, self.examination_id, self.language)

    @property
    def key(self) -> str:
        """Where it lies in the objects bucket; no personal data."""
        return f"{prefix(self.target_id)}{self.document}/{self.number:06}.json"


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Why nobody but the facility sees a release any more."""

    withdrawn_by: str
    withdrawn_at: str
    reason: str


class State(StrEnum):
    NONE = "none"
    RELEASED = "released"
    OUTDATED = "outdated"  # the record was corrected since: patients are told so, and see no more
    WITHDRAWN = "withdrawn"


class Basis(NamedTuple):
    """
    What a release has to be of, to be read now.

    Attributes:
        chart_number: The version of the chart that holds; None where nobody signed one.
        patient_key: Whose examination it is; a correction may have given it to another patient.
    """

    chart_number: int | None
    patient_key: str | None


class PatientChart(msgspec.Struct, frozen=True, kw_only=True):
    """
    All there is about the patient chart of one examination in one language.

    Attributes:
        revision: Goes up with every change; who changes it names the one they saw.  0: nothing yet.
        releasing: A release that has begun; whoever comes next ends it.
        current: The newest release, withdrawn or not.
    """

    target_id: str
    examination_id: str
    language: Language
    revision: int = 0
    draft: Draft | None = None
    releasing: Release | None = None
    current: Release | None = None
    withdrawal: Withdrawal | None = None

    def state(self, now: Basis) -> State:
        """Return how it stands beside what holds *now*."""
        if self.current is None:
            return State.NONE
        if self.withdrawal:
            return State.WITHDRAWN
        basis = Basis(self.current.chart_number, self.current.patient_key)
        return State.RELEASED if basis == now else State.OUTDATED

    @property
    def next_number(self) -> int:
        return self.current.number + 1 if self.current else 1


def document_number(target_id: str, examination_id: str, language: Language) -> str:
    return ids.derived_id("patient-chart", target_id, examination_id, language)


def prefix(target_id: str) -> str:
    """Return where the objects bucket keeps a target's released patient charts."""
    return f"p/{target_id}/"
