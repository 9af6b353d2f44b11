"""
A FHIR R4 Bundle read as a chart.

Strict in what it takes, and silent about nothing: whatever it does not take over, a resource or a
part of one, is named.  Nothing is guessed: a finding that says no certainty is left out, and never
present or absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chalicelib.charts import fhir_codes as codes
from chalicelib.charts.model import (
    Certainty,
    Chart,
    Code,
    Diagnosis,
    Finding,
    Image,
    Kind,
    Mark,
    Measurement,
    Medicine,
    Procedure,
    Quantity,
    Side,
    Site,
)
from chalicelib.kernel.errors import Invalid

Node = dict[str, Any]

MOST_ENTRIES = 1_000
TYPES = frozenset({"document", "collection"})
# Of every resource: what names it, who it is about, when; not the record itself.
FRAME = frozenset({"resourceType", "id", "identifier", "language", "meta", "subject", "text"})
WRONG = frozenset({"entered-in-error", "cancelled"})
A_DAY = timedelta(days=1)
OVER = frozenset({"inactive", "remission", "resolved"})
WHO = "only their part in the chart is known to us, not who they are"


class _Digits(str):
    """A number of a JSON text, as it was written there."""

    __slots__ = ()


class _LeftOut(Exception):
    """Why a resource is not taken over."""


@dataclass
class Taken:
    """
    What was made of a Bundle.

    Attributes:
        left_out: What was not taken over, and why: ``Encounter/1: ...``.
    """

    chart: Chart
    left_out: list[str] = field(default_factory=list)


@dataclass
class _Reading:
    examined_on: str
    parts: dict[str, list[Any]] = field(default_factory=dict)
    narrative: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def leave(self, resource: Node, why: str) -> None:
        self.left_out.append(f"{_name(resource)}: {why}")

    def leave_rest(self, resource: Node, known: frozenset[str]) -> None:
        """Name what a resource has beside what is known of it."""
        for key in resource:
            if key not in known | FRAME:
                self.left_out.append(f"{_name(resource)}: {key}")


def read(raw: bytes, patient_id: str, examined_on: str = "") -> Taken:
    """
    Return the chart that a Bundle holds.

    Args:
        patient_id: Of the patient whose chart it has to be; empty where the examination names none.
        examined_on: The day of the examination, where it has one: what is of another day was found
            another time.

    Raises:
        Invalid: ``not-a-bundle``, ``unknown-kind``, or ``patient-differs``.
    """
    resources = _resources(_json(raw))
    _check_patient(resources, patient_id)
    reading = _Reading(examined_on)
    for each in resources:
        _take(reading, each)
    chart = Chart(
        kind=_kind_of(resources),
        narrative="\n".join(reading.narrative),
        **{name: tuple(found) for name, found in reading.parts.items()},
    )
    return Taken(chart, reading.left_out)


# --- the bundle --------------------------------------------------------------------------------


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_float=_Digits, parse_int=_Digits, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid("this is no JSON", code="not-a-bundle") from None


def _no_number(written: str) -> Any:
    raise ValueError(written)


def _resources(bundle: Any) -> list[Node]:
    entries = _nodes(bundle.get("entry")) if isinstance(bundle, dict) else []
    found = [each["resource"] for each in entries if isinstance(each.get("resource"), dict)]
    is_bundle = bool(found) and bundle.get("resourceType") == "Bundle"
    if not (is_bundle and bundle.get("type") in TYPES):
        raise Invalid("send a FHIR Bundle of type document or collection", code="not-a-bundle")
    if len(found) > MOST_ENTRIES:
        raise Invalid(f"a chart has at most {MOST_ENTRIES} entries", code="not-a-bundle")
    if bundle["type"] == "document" and found[0].get("resourceType") != "Composition":
        raise Invalid("a document begins with its Composition", code="not-a-bundle")
    return found


def _check_patient(resources: list[Node], patient_id: str) -> None:
    """Let pass what is about the very patient: charts must not be mixed up."""
    patients = [each for each in resources if each.get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise Invalid("a chart names one patient", code="patient-differs")
    known = {each.get("value") for each in _nodes(patients[0].get("identifier"))}
    if patient_id and patient_id not in known:
        raise Invalid("the Bundle is about another patient", code="patient-differs")


def _kind_of(resources: list[Node]) -> Kind:
    """Return what was examined, as the Composition or else the report says."""
    for name, key in (("Composition", "type"), ("DiagnosticReport", "code")):
        for each in resources:
            if each.get("resourceType") == name:
                found = [codes.KIND_OF.get(one) for one in _codings(each.get(key))]
                known = [one for one in found if one is not None]
                if known:
                    return known[0]
    return Kind.OTHER


# --- its resources -----------------------------------------------------------------------------


def _take(reading: _Reading, resource: Node) -> None:
    """Take a resource over, or name it as left out."""
    taker = TAKERS.get(str(resource.get("resourceType")))
    if taker is None:
        reading.leave(resource, "this kind of resource is not taken over")
        return
    try:
        _check_use(resource)
        _check_day(reading, resource)
        taker(reading, resource)
    except _LeftOut as left:
        reading.leave(resource, str(left))


def _check_use(resource: Node) -> None:
    if "modifierExtension" in resource:
        raise _LeftOut("it has an extension that may change its meaning")
    if _text(resource, "status") in WRONG:
        raise _LeftOut("its status says that it is not to be used")


def _check_day(reading: _Reading, resource: Node) -> None:
    """Let pass what is of the examination's day; a day more or less is a matter of time zones."""
    said = _text(resource, "effectiveDateTime") or _text(resource, "performedDateTime")
    examined = _day(reading.examined_on)
    if not said or examined is None:
        return
    found = _day(said[:10])
    if found is None:
        raise _LeftOut("its day is none that can be compared")
    if abs(found - examined) > A_DAY:
        raise _LeftOut("it is of another day than the examination")


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _keep(reading: _Reading, name: str, part: Any) -> None:
    reading.parts.setdefault(name, []).append(part)


def _take_composition(reading: _Reading, resource: Node) -> None:
    """A document's frame; the texts of its sections are not ours to take apart."""
    for section in _nodes(resource.get("section")):
        if not _nodes(section.get("entry")):
            title = _text(section, "title") or "without a title"
            reading.leave(resource, f"the text of its section {title}")


def _take_patient(reading: _Reading, resource: Node) -> None:
    """Whose chart it is has been checked; the catalogue knows more of them."""


def _take_study(reading: _Reading, resource: Node) -> None:
    """Which DICOM study it is of; the catalogue knows what is in it."""
    reading.leave_rest(resource, frozenset({"started", "status"}))


def _take_who(reading: _Reading, resource: Node) -> None:
    reading.leave(resource, WHO)


def _take_report(reading: _Reading, resource: Node) -> None:
    conclusion = _text(resource, "conclusion")
    if conclusion:
        reading.narrative.append(conclusion)
    known = {"category", "code", "conclusion", "effectiveDateTime", "imagingStudy", "issued"}
    reading.leave_rest(resource, frozenset({*known, "media", "performer", "result", "status"}))


def _take_observation(reading: _Reading, resource: Node) -> None:
    text, code = _concept(reading, resource, resource.get("code"))
    site = _site(reading, resource, resource.get("bodySite"))
    known = {"bodySite", "category", "code", "effectiveDateTime", "extension", "status"}
    if "valueQuantity" in resource:
        value, unit = _quantity(resource["valueQuantity"])
        made = Measurement(text=text, code=code, site=site, value=value, unit=unit)
        _keep(reading, "measurements", made)
        reading.leave_rest(resource, frozenset(known | {"valueQuantity"}))
        _leave_extensions(reading, resource, set())
        return
    size = _size(reading, resource)
    finding = Finding(
        certainty=_certainty(resource),
        text=text,
        code=code,
        site=site,
        size=size,
        mark=_whole(_extension(resource, codes.MARK_OF_FINDING).get("valuePositiveInt")),
    )
    _keep(reading, "findings", finding)
    said = {"component", "dataAbsentReason", "derivedFrom", "interpretation", "valueBoolean"}
    reading.leave_rest(resource, frozenset(known | said | {"valueCodeableConcept"}))
    _leave_extensions(reading, resource, {codes.MARK_OF_FINDING})


def _certainty(resource: Node) -> Certainty:
    if "valueBoolean" in resource:
        return Certainty.PRESENT if resource["valueBoolean"] is True else Certainty.ABSENT
    stated = [*_codings(resource.get("valueCodeableConcept"))]
    for each in _nodes(resource.get("interpretation")):
        stated += _codings(each)
    found = {codes.CERTAINTY_OF[each] for each in stated if each in codes.CERTAINTY_OF}
    if len(found) == 1:
        return found.pop()
    if found:
        raise _LeftOut("its value and its interpretation contradict each other")
    has_value = any(key.startswith("value") for key in resource)
    if "dataAbsentReason" in resource and not has_value:
        return Certainty.NOT_RECORDED
    raise _LeftOut("it does not say whether it is present, absent, possible or not recorded")


def _size(reading: _Reading, resource: Node) -> Quantity | None:
    found = None
    for each in _nodes(resource.get("component")):
        if (codes.PARTS, "size") in _codings(each.get("code")) and "valueQuantity" in each:
            value, unit = _quantity(each["valueQuantity"])
            found = Quantity(value=value, unit=unit)
        else:
            reading.leave(resource, "a component that is no size")
    return found


def _take_condition(reading: _Reading, resource: Node) -> None:
    text, code = _concept(reading, resource, resource.get("code"))
    status = resource.get("verificationStatus")
    stated = [code for _, code in _codings(status)]
    if WRONG & set(stated):
        raise _LeftOut("its status says that it is not to be used")
    if OVER & {code for _, code in _codings(resource.get("clinicalStatus"))}:
        raise _LeftOut("it was over by then")
    known = [codes.CERTAINTY_OF_VERIFICATION.get(each) for each in stated]
    if status is not None and (not known or known[0] is None):
        raise _LeftOut("its verification status is none we know")
    certainty = known[0] if known and known[0] else Certainty.NOT_RECORDED
    _keep(reading, "diagnoses", Diagnosis(certainty=certainty, text=text, code=code))
    known_keys = {"category", "clinicalStatus", "code", "verificationStatus"}
    reading.leave_rest(resource, frozenset(known_keys))


def _take_procedure(reading: _Reading, resource: Node) -> None:
    done = codes.DONE_OF.get(_text(resource, "status"))
    if done is None:
        raise _LeftOut("its status does not say whether it was done")
    text, code = _concept(reading, resource, resource.get("code"))
    sites = _nodes(resource.get("bodySite"))
    for _ in sites[1:]:
        reading.leave(resource, "a second site")
    site = _site(reading, resource, sites[0] if sites else None)
    _keep(reading, "procedures", Procedure(done=done, text=text, code=code, site=site))
    known = {"bodySite", "code", "performedDateTime", "status"}
    reading.leave_rest(resource, frozenset(known))


def _take_medication(reading: _Reading, resource: Node) -> None:
    instruction = codes.INSTRUCTION_OF.get(_text(resource, "status"))
    if instruction is None:
        raise _LeftOut("its status says neither continue, stop, start nor nothing")
    text, code = _concept(reading, resource, resource.get("medicationCodeableConcept"))
    doses = [_text(each, "text") for each in _nodes(resource.get("dosage"))]
    made = Medicine(instruction=instruction, text=text, code=code, dose="; ".join(doses))
    _keep(reading, "medicines", made)
    reading.leave_rest(resource, frozenset({"dosage", "medicationCodeableConcept", "status"}))


def _take_media(reading: _Reading, resource: Node) -> None:
    named = _nodes(resource.get("identifier"))
    digests = [_text(each, "value") for each in named if each.get("system") == codes.SHA256]
    if len(digests) != 1:
        raise _LeftOut("a picture is linked by its SHA-256")
    marks = [each for each in _nodes(resource.get("extension")) if each.get("url") == codes.MARK]
    notes = [_text(each, "text") for each in _nodes(resource.get("note"))]
    made = Image(sha256=digests[0], note="; ".join(notes), marks=tuple(_marks(marks)))
    _keep(reading, "images", made)
    reading.leave_rest(resource, frozenset({"content", "extension", "note", "status"}))
    _leave_extensions(reading, resource, {codes.MARK})


def _marks(written: list[Node]) -> Iterator[Mark]:
    for each in written:
        number = _whole(_extension(each, "number").get("valuePositiveInt"))
        if number is None:
            raise _LeftOut("a mark without a number")
        x, y = (_whole(_extension(each, axis).get("valueUnsignedInt")) for axis in ("x", "y"))
        yield Mark(number=number, x=x, y=y)


TAKERS: Mapping[str, Callable[[_Reading, Node], None]] = {
    "Composition": _take_composition,
    "Condition": _take_condition,
    "DiagnosticReport": _take_report,
    "ImagingStudy": _take_study,
    "Media": _take_media,
    "MedicationStatement": _take_medication,
    "Observation": _take_observation,
    "Organization": _take_who,
    "Patient": _take_patient,
    "Practitioner": _take_who,
    "Procedure": _take_procedure,
}


# --- data types --------------------------------------------------------------------------------


def _concept(reading: _Reading, resource: Node, concept: Any) -> tuple[str, Code | None]:
    """Return the words and the first full code of a CodeableConcept."""
    if not isinstance(concept, dict):
        raise _LeftOut("it does not say what it is")
    codings = _nodes(concept.get("coding"))
    full = [each for each in codings if _text(each, "system") and _text(each, "code")]
    for each in codings:
        if full[:1] != [each]:
            reading.leave(resource, f"a further coding {_text(each, 'code')}".rstrip())
    text, code = _text(concept, "text"), None
    if full:
        system, value, display = (_text(full[0], key) for key in ("system", "code", "display"))
        code = Code(system=system, code=value, display=display)
    elif not text:
        text = next((_text(each, "display") for each in codings), "")
    if not text and code is None:
        raise _LeftOut("it does not say what it is")
    return text, code


def _site(reading: _Reading, resource: Node, concept: Any) -> Site:
    if not isinstance(concept, dict):
        return Site()
    organ, place = (
        _text(_extension(concept, url), "valueString") for url in (codes.ORGAN, codes.PLACE)
    )
    side = Side.NONE
    named = ""
    for each in _nodes(concept.get("coding")):
        key = (_text(each, "system"), _text(each, "code"))
        if key in codes.SIDE_OF:
            side = codes.SIDE_OF[key]
        else:
            named = named or _text(each, "display")
            reading.leave(resource, f"the site's code {key[1]}".rstrip())
    if not organ and not place and side is Side.NONE:
        organ = _text(concept, "text") or named
    elif not organ and not place:
        organ = _words_without(side, _text(concept, "text")) or named
    return Site(organ=organ, place=place, side=side)


def _words_without(side: Side, text: str) -> str:
    """Return a site's words, unless they are nothing but the side that a code says."""
    return "" if text == side.value else text


def _quantity(written: Any) -> tuple[str, str]:
    """Return the digits and the unit of a Quantity, as they were written."""
    if not isinstance(written, dict) or not isinstance(written.get("value"), _Digits):
        raise _LeftOut("its quantity has no number")
    if "comparator" in written:
        raise _LeftOut("its quantity is no exact number")
    unit = _text(written, "unit") or _text(written, "code")
    if not unit:
        raise _LeftOut("its quantity has no unit")
    return str(written["value"]), unit


def _extension(node: Node, url: str) -> Node:
    return next((each for each in _nodes(node.get("extension")) if each.get("url") == url), {})


def _leave_extensions(reading: _Reading, resource: Node, known: set[str]) -> None:
    for each in _nodes(resource.get("extension")):
        if each.get("url") not in known:
            reading.leave(resource, f"the extension {_text(each, 'url')}".rstrip())


def _codings(concept: Any) -> list[tuple[str, str]]:
    found = _nodes(concept.get("coding")) if isinstance(concept, dict) else []
    return [(_text(each, "system"), _text(each, "code")) for each in found]


def _nodes(value: Any) -> list[Node]:
    """Return the objects of an array, or none where there is no array."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return value if isinstance(value, str) and not isinstance(value, _Digits) else ""


def _whole(value: Any) -> int | None:
    is_whole = isinstance(value, _Digits) and value.isascii() and value.isdigit()
    return int(value) if is_whole and len(value) <= 9 else None


def _name(resource: Node) -> str:
    kind, identifier = str(resource.get("resourceType")), _text(resource, "id")
    return f"{kind}/{identifier}" if identifier else kind
