"""The words of FHIR R4 for ours, both ways; where no standard has a code, one of our own."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.charts.model import Certainty, Done, Instruction, Kind, Side

FHIR_JSON = "application/fhir+json"

OWN = "https://hokan.example/fhir/"
EXTENSION = OWN + "StructureDefinition/"
ORGAN, PLACE = EXTENSION + "site-organ", EXTENSION + "site-place"
MARK_OF_FINDING, MARK = EXTENSION + "finding-mark", EXTENSION + "image-mark"
REASON = EXTENSION + "amendment-reason"
WRITING = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
SHA256, CHARTS, PEOPLE, PATIENTS = (
    OWN + "sid/sha-256",
    OWN + "sid/chart",
    OWN + "sid/person",
    OWN + "sid/patient",
)
PATIENT_CHARTS = OWN + "sid/patient-chart"
SOURCE_SHA256 = EXTENSION + "source-sha-256"
DOCUMENTS = OWN + "CodeSystem/document"
KINDS, CERTAINTIES, SIDES, PARTS = (
    OWN + "CodeSystem/kind",
    OWN + "CodeSystem/certainty",
    OWN + "CodeSystem/side",
    OWN + "CodeSystem/part",
)

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"
INTERPRETATION = HL7 + "v3-ObservationInterpretation"
DICOM_UID = "urn:dicom:uid"
ABSENT_REASON = HL7 + "data-absent-reason"
VERIFICATION = HL7 + "condition-ver-status"
CONDITION_CATEGORY = HL7 + "condition-category"
OBSERVATION_CATEGORY = HL7 + "observation-category"

# Of examinations, as JP Core's endoscopy profiles name them.
ENDOSCOPY = "LP7796-8"
LOINC_OF_KIND: Mapping[Kind, str] = {
    Kind.UPPER_GI: "18751-8",
    Kind.LOWER_GI: "18746-8",
}
KIND_OF: Mapping[tuple[str, str], Kind] = {
    **{(KINDS, kind.value): kind for kind in Kind},
    **{(LOINC, code): kind for kind, code in LOINC_OF_KIND.items()},
}

INTERPRETATION_OF: Mapping[Certainty, str] = {
    Certainty.PRESENT: "POS",
    Certainty.ABSENT: "NEG",
    Certainty.POSSIBLE: "IND",
}
CERTAINTY_OF: Mapping[tuple[str, str], Certainty] = {
    **{(CERTAINTIES, each.value): each for each in Certainty},
    **{(INTERPRETATION, code): each for each, code in INTERPRETATION_OF.items()},
    (SNOMED, "52101004"): Certainty.PRESENT,
    (SNOMED, "2667000"): Certainty.ABSENT,
    (LOINC, "LA9633-4"): Certainty.PRESENT,
    (LOINC, "LA9634-2"): Certainty.ABSENT,
}

VERIFICATION_OF: Mapping[Certainty, str] = {
    Certainty.PRESENT: "confirmed",
    Certainty.ABSENT: "refuted",
    Certainty.POSSIBLE: "provisional",
}
CERTAINTY_OF_VERIFICATION: Mapping[str, Certainty] = {
    **{code: each for each, code in VERIFICATION_OF.items()},
    "unconfirmed": Certainty.POSSIBLE,
    "differential": Certainty.POSSIBLE,
}

STATUS_OF_DONE: Mapping[Done, str] = {
    Done.DONE: "completed",
    Done.NOT_DONE: "not-done",
    Done.NOT_RECORDED: "unknown",
}
DONE_OF: Mapping[str, Done] = {status: each for each, status in STATUS_OF_DONE.items()}

STATUS_OF_INSTRUCTION: Mapping[Instruction, str] = {
    Instruction.CONTINUE: "active",
    Instruction.STOP: "stopped",
    Instruction.START: "intended",
    Instruction.NONE: "unknown",
}
INSTRUCTION_OF: Mapping[str, Instruction] = {
    status: each for each, status in STATUS_OF_INSTRUCTION.items()
}

SIDE_OF: Mapping[tuple[str, str], Side] = {
    **{(SIDES, each.value): each for each in Side},
    (SNOMED, "7771000"): Side.LEFT,
    (SNOMED, "24028007"): Side.RIGHT,
    (SNOMED, "51440002"): Side.BOTH,
}

GENDERS: Mapping[str, str] = {"M": "male", "F": "female", "O": "other"}  # DICOM (0010,0040)
# What UCUM writes like this; any other unit is given as the doctor wrote it.
UCUM_UNITS = frozenset({"%", "L", "cm", "d", "g", "h", "kg", "mL", "mg", "min", "mm", "s"})
