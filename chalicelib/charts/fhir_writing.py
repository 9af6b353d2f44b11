"""
A signed chart as a FHIR R4 document: a Bundle whose first entry is its Composition.

Everything of the chart is in it, in the doctor's own words; our own reader makes the same chart of
it again.  The same version gives the same document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from chalicelib.archive.facts import PersonName
from chalicelib.archive.model import Examination, Patient
from chalicelib.charts import fhir_codes as codes
from chalicelib.charts.model import (
    Certainty,
    Code,
    Diagnosis,
    Finding,
    Image,
    Kind,
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Side,
    Site,
    label,
)
from chalicelib.charts.record import Version, chart_id

Node = dict[str, Any]

_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TITLES = {
    "findings": "Findings",
    "measurements": "Measurements",
    "diagnoses": "Diagnoses",
    "procedures": "Procedures",
    "medicines": "Medicines",
    "narrative": "Narrative",
    "images": "Images",
}


@dataclass(frozen=True, slots=True)
class Source:
    """
    What a document tells of a version beside the chart.

    Attributes:
        signer: What the signing doctor is known by.
    """

    version: Version
    examination: Examination
    patient: Patient | None
    facility: str
    signer: str


class Bundle(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    A document of FHIR R4.

    Attributes:
        entry: Resources, the Composition first.
    """

    identifier: Node
    timestamp: str
    entry: list[Node]
    resource_type: str = "Bundle"
    type: str = "document"


@dataclass
class Document:
    """What has been written so far, and how entries are named."""

    source: Source
    entries: list[Node] = field(default_factory=list)

    def url(self, name: str) -> str:
        version = self.source.version
        own = f"{chart_id(version.target_id, version.examination_id)}/{version.number}/{name}"
        return f"urn:uuid:{uuid5(NAMESPACE_URL, codes.OWN + own)}"

    def reference(self, name: str) -> Node:
        return {"reference": self.url(name)}

    def add(self, name: str, resource: Node) -> None:
        said = {key: value for key, value in resource.items() if value not in (None, [], {})}
        identified = {"resourceType": said.pop("resourceType"), "id": self.url(name)[9:], **said}
        self.entries.append({"fullUrl": self.url(name), "resource": identified})

    @property
    def about(self) -> Node:
        """What every resource about the patient says."""
        day = self.source.examination.examined_at[:10]
        dated = {"effectiveDateTime": day} if _DATE.fullmatch(day) else {}
        return {"subject": self.reference("patient"), **dated}


def document(source: Source) -> Bundle:
    """Return the FHIR document of a signed version."""
    written, version = Document(source), source.version
    _write_composition(written)
    write_content(written)
    return Bundle(
        identifier=identifier(version, version.number),
        timestamp=version.signed_at,
        entry=written.entries,
    )


def write_content(written: Document) -> None:
    """Write the chart and whom it is of, which follow the Composition."""
    _write_who(written)
    _write_study(written)
    _write_report(written)
    _write_parts(written)


# --- the document itself -----------------------------------------------------------------------


def _write_composition(written: Document) -> None:
    source, version = written.source, written.source.version
    replaced = {"code": "replaces", "targetIdentifier": identifier(version, version.number - 1)}
    written.add(
        "composition",
        {
            "resourceType": "Composition",
            "extension": [extension(codes.REASON, "String", version.reason)]
            if version.reason
            else [],
            "identifier": identifier(version, version.number),
            "status": "final" if version.number == 1 else "amended",
            "type": _kind(version.chart.kind),
            "subject": written.reference("patient"),
            "date": version.signed_at,
            "author": [written.reference("signer")],
            "title": source.examination.description or "Chart",
            "attester": [
                {"mode": "legal", "time": version.signed_at, "party": written.reference("signer")}
            ],
            "custodian": written.reference("facility"),
            "relatesTo": [replaced] if version.number > 1 else [],
            "section": list(_sections(written)),
        },
    )


def _sections(written: Document) -> Iterable[Node]:
    chart = written.source.version.chart
    for name, title in TITLES.items():
        lines = _told(chart, name)
        entry = [written.reference(f"{name}/{each}") for each, _ in enumerate(lines)]
        if name == "narrative":
            entry = [written.reference("report")]  # whose conclusion it is
        if lines:
            yield {"title": title, "text": narrative(lines), "entry": entry}


def _told(chart: Any, name: str) -> list[str]:
    if name == "narrative":
        return [each for each in chart.narrative.splitlines() if each.strip()]
    return [_line(each) for each in getattr(chart, name)]


def _line(part: Any) -> str:
    """Return what a section's narrative says of one part."""
    if isinstance(part, Image):
        marks = ", ".join(str(each.number) for each in part.marks)
        return " ".join(each for each in (marks, part.note, part.sha256) if each)
    said = [_place(part.site) if hasattr(part, "site") else "", label(part)]
    match part:
        case Finding():
            said += [_amount(part.size), part.certainty.value]
        case Measurement():
            said.append(f"{part.value} {part.unit}")
        case Diagnosis():
            said.append(part.certainty.value)
        case Procedure():
            said.append(part.done.value)
        case Medicine():
            said += [part.dose, part.instruction.value]
    return ", ".join(each for each in said if each)


def _amount(size: Quantity | None) -> str:
    return f"{size.value} {size.unit}" if size else ""


def _place(site: Site) -> str:
    side = "" if site.side is Side.NONE else site.side.value
    return " ".join(each for each in (site.organ, site.place, side) if each)


def narrative(lines: Sequence[str]) -> Node:
    items = "".join(f"<li>{escape(each)}</li>" for each in lines)
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div>'
    return {"status": "generated", "div": div}


def _write_who(written: Document) -> None:
    source = written.source
    patient = source.patient
    born = patient.birth_date if patient and _DATE.fullmatch(patient.birth_date) else None
    written.add(
        "patient",
        {
            "resourceType": "Patient",
            "identifier": [{"system": codes.PATIENTS, "value": patient.patient_id}]
            if patient and patient.patient_id
            else [],
            "name": _names(patient.name) if patient else [],
            "gender": codes.GENDERS.get(patient.sex) if patient else None,
            "birthDate": born,
        },
    )
    written.add(
        "signer",
        {
            "resourceType": "Practitioner",
            "identifier": [{"system": codes.PEOPLE, "value": source.version.signed_by}],
            "name": [{"text": source.signer}],
        },
    )
    written.add("facility", {"resourceType": "Organization", "name": source.facility})


def _names(written: str) -> list[Node]:
    """Return a name in each of its writings; JP Core tells them apart by this extension."""
    name = PersonName.parse(written)
    writings = (("IDE", name.ideographic), ("SYL", name.phonetic), ("ABC", name.alphabetic))
    return [
        {
            "extension": [extension(codes.WRITING, "Code", writing)],
            "text": " ".join(group.replace("^", " ").split()),
        }
        for writing, group in writings
        if group.strip("^ ")
    ]


def _study(examination: Examination) -> bool:
    """Whether the examination is a DICOM study: its own id is a UID then."""
    return _UID.fullmatch(examination.source_id) is not None and len(examination.source_id) <= 64


def _write_study(written: Document) -> None:
    examination = written.source.examination
    if _study(examination):
        uid = {"system": codes.DICOM_UID, "value": f"urn:oid:{examination.source_id}"}
        written.add(
            "study",
            {
                "resourceType": "ImagingStudy",
                "identifier": [uid],
                "status": "available",
                "subject": written.reference("patient"),
            },
        )


def _write_report(written: Document) -> None:
    version, chart = written.source.version, written.source.version.chart
    results = [
        written.reference(f"{name}/{number}")
        for name in ("findings", "measurements")
        for number, _ in enumerate(getattr(chart, name))
    ]
    written.add(
        "report",
        {
            "resourceType": "DiagnosticReport",
            "identifier": [identifier(version, version.number)],
            "status": "final" if version.number == 1 else "amended",
            "category": [{"coding": [{"system": codes.LOINC, "code": codes.ENDOSCOPY}]}],
            "code": _kind(chart.kind),
            **written.about,
            "issued": version.signed_at,
            "performer": [written.reference("signer")],
            "result": results,
            "imagingStudy": [written.reference("study")]
            if _study(written.source.examination)
            else [],
            "media": [
                {"link": written.reference(f"images/{number}")}
                for number, _ in enumerate(chart.images)
            ],
            "conclusion": chart.narrative or None,
        },
    )


# --- its parts ---------------------------------------------------------------------------------


def _write_parts(written: Document) -> None:
    chart = written.source.version.chart
    pictures = {
        mark.number: f"images/{place}"
        for place, image in enumerate(chart.images)
        for mark in image.marks
    }
    for number, finding in enumerate(chart.findings):
        picture = pictures.get(finding.mark or 0)
        seen_on = {"derivedFrom": [written.reference(picture)]} if picture else {}
        written.add(f"findings/{number}", _finding(finding) | written.about | seen_on)
    for number, measured in enumerate(chart.measurements):
        written.add(f"measurements/{number}", _measurement(measured) | written.about)
    patient = {"subject": written.reference("patient")}
    for number, diagnosis in enumerate(chart.diagnoses):
        written.add(f"diagnoses/{number}", _condition(diagnosis) | patient)
    for number, procedure in enumerate(chart.procedures):
        written.add(f"procedures/{number}", _procedure(procedure) | patient)
    for number, medicine in enumerate(chart.medicines):
        written.add(f"medicines/{number}", _medication(medicine) | patient)
    for number, image in enumerate(chart.images):
        written.add(f"images/{number}", _media(image) | patient)


def _observation(part: Finding | Measurement) -> Node:
    category = {"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": "procedure"}]}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [category],
        "code": _concept(part.text, part.code),
        "bodySite": _site(part.site),
    }


def _finding(finding: Finding) -> Node:
    marked: list[Node] = []
    if finding.mark is not None:
        marked = [extension(codes.MARK_OF_FINDING, "PositiveInt", finding.mark)]
    size: list[Node] = []
    if finding.size:
        what = {"coding": [{"system": codes.PARTS, "code": "size"}], "text": "Size"}
        size = [{"code": what, "valueQuantity": _quantity(finding.size.value, finding.size.unit)}]
    return {
        **_observation(finding),
        "extension": marked,
        "component": size,
        **_certainty(finding.certainty),
    }


def _certainty(certainty: Certainty) -> Node:
    """Say how sure it is; what was not recorded has no value, and says that it has none."""
    if certainty is Certainty.NOT_RECORDED:
        absent = {"system": codes.ABSENT_REASON, "code": "unknown"}
        return {"dataAbsentReason": {"coding": [absent], "text": "not recorded"}}
    own = {"system": codes.CERTAINTIES, "code": certainty.value}
    sign = {"system": codes.INTERPRETATION, "code": codes.INTERPRETATION_OF[certainty]}
    return {
        "valueCodeableConcept": {"coding": [own], "text": certainty.value},
        "interpretation": [{"coding": [sign]}],
    }


def _measurement(measured: Measurement) -> Node:
    return {**_observation(measured), "valueQuantity": _quantity(measured.value, measured.unit)}


def _condition(diagnosis: Diagnosis) -> Node:
    status = codes.VERIFICATION_OF.get(diagnosis.certainty)
    category = {"system": codes.CONDITION_CATEGORY, "code": "encounter-diagnosis"}
    return {
        "resourceType": "Condition",
        "verificationStatus": {"coding": [{"system": codes.VERIFICATION, "code": status}]}
        if status
        else None,
        "category": [{"coding": [category]}],
        "code": _concept(diagnosis.text, diagnosis.code),
    }


def _procedure(procedure: Procedure) -> Node:
    site = _site(procedure.site)
    return {
        "resourceType": "Procedure",
        "status": codes.STATUS_OF_DONE[procedure.done],
        "code": _concept(procedure.text, procedure.code),
        "bodySite": [site] if site else [],
    }


def _medication(medicine: Medicine) -> Node:
    return {
        "resourceType": "MedicationStatement",
        "status": codes.STATUS_OF_INSTRUCTION[medicine.instruction],
        "medicationCodeableConcept": _concept(medicine.text, medicine.code),
        "dosage": [{"text": medicine.dose}] if medicine.dose else [],
    }


def _media(image: Image) -> Node:
    return {
        "resourceType": "Media",
        "extension": [_mark(each.number, each.x, each.y) for each in image.marks],
        "identifier": [{"system": codes.SHA256, "value": image.sha256}],
        "status": "completed",
        "content": {"title": image.sha256},
        "note": [{"text": image.note}] if image.note else [],
    }


def _mark(number: int, x: int | None, y: int | None) -> Node:
    parts = [extension("number", "PositiveInt", number)]
    if x is not None and y is not None:
        parts += [extension("x", "UnsignedInt", x), extension("y", "UnsignedInt", y)]
    return {"extension": parts, "url": codes.MARK}


# --- data types --------------------------------------------------------------------------------


def identifier(version: Version, number: int) -> Node:
    identifier = chart_id(version.target_id, version.examination_id)
    return {"system": codes.CHARTS, "value": f"{identifier}/{number}"}


def _kind(kind: Kind) -> Node:
    coding = [{"system": codes.KINDS, "code": kind.value}]
    if kind in codes.LOINC_OF_KIND:
        coding.append({"system": codes.LOINC, "code": codes.LOINC_OF_KIND[kind]})
    return {"coding": coding}


def _concept(text: str, code: Code | None) -> Node:
    said: Node = {}
    if code:
        display = {"display": code.display} if code.display else {}
        said["coding"] = [{"system": code.system, "code": code.code, **display}]
    return said | ({"text": text} if text else {})


def _site(site: Site) -> Node | None:
    if site == Site():
        return None
    said: Node = {}
    parts = ((codes.ORGAN, site.organ), (codes.PLACE, site.place))
    extensions = [extension(url, "String", text) for url, text in parts if text]
    if extensions:
        said["extension"] = extensions
    if site.side is not Side.NONE:
        said["coding"] = [{"system": codes.SIDES, "code": site.side.value}]
    return said | {"text": _place(site)}


def _quantity(value: str, unit: str) -> Node:
    """Return a quantity whose number has the very digits that were written."""
    coded = {"system": codes.UCUM, "code": unit} if unit in codes.UCUM_UNITS else {}
    return {"value": msgspec.Raw(value.encode()), "unit": unit, **coded}


def extension(url: str, kind: str, value: Any) -> Node:
    return {"url": url, f"value{kind}": value}
