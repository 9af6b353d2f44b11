"""Releases of the samples, and the sheets that are made of them."""

from __future__ import annotations

from typing import Any

from chalicelib.charts.model import Certainty, Chart, Done, Instruction, label
from chalicelib.patient_charts.model import FORMAT, Box, Release, Said
from chalicelib.patient_charts.page.sheet import Identity, Picture, Sheet
from chalicelib.plain.model import Language, Sentence
from chalicelib.plain.structured import of_chart
from tests.patient_charts.samples import COLON_EN, NARRATIVE_EN, NARRATIVE_JA, STOMACH_JA

SAMPLES: dict[str, tuple[Chart, Language]] = {
    "stomach-ja": (STOMACH_JA, "ja"),
    "colon-en": (COLON_EN, "en"),
    "narrative-en": (NARRATIVE_EN, "en"),
    "narrative-ja": (NARRATIVE_JA, "ja"),
}
PROVIDERS: dict[Language, Identity] = {
    "ja": Identity(
        name="あさひ医療データ保管株式会社", contact="電話 03-0000-0000\n平日 9:00-17:00"
    ),
    "en": Identity(
        name="Asahi Medical Archive Ltd.", contact="Phone +81 3 0000 0000\nweekdays 9-5"
    ),
}
PEOPLE: dict[Language, dict[str, str]] = {
    "ja": {"facility": "青葉内視鏡クリニック", "patient_name": "山田 花子", "doctor": "佐藤 医師"},
    "en": {"facility": "Aoba Endoscopy Clinic", "patient_name": "Jane Doe", "doctor": "Dr. Sato"},
}


def released(chart: Chart, language: Language, **changes: Any) -> Release:
    """Return *chart* in plain words, as a doctor releases it who changes nothing."""
    plain = of_chart(chart, language)
    fields: dict[str, Any] = {
        "format": FORMAT,
        "facility_id": "facility",
        "target_id": "target",
        "examination_id": "examination",
        "language": language,
        "patient_key": "patient",
        "number": 1,
        "revision": 1,
        "chart_number": 1,
        "source_sha256": "3f" * 32,
        "said": tuple(_said(chart, each) for each in plain.sentences),
        "terms": plain.terms,
        "released_by": "somebody",
        "released_at": "2026-04-03T01:00:00Z",
    }
    return Release(**fields | changes)


def a_sheet_of(name: str, **changes: Any) -> Sheet:
    """Return what the page of a sample shows; its pictures have been made."""
    chart, language = SAMPLES[name]
    return sheet_of(chart, language, **changes)


def sheet_of(chart: Chart, language: Language, **changes: Any) -> Sheet:
    """Return what the page of *chart* shows."""
    fields: dict[str, Any] = {
        "release": released(chart, language),
        "chart": chart,
        "provider": PROVIDERS[language],
        "patient_id": "00001234",
        "examined_on": "2026-04-01",
        "released_on": "2026-04-03",
        "pictures": pictures_of(chart),
        **PEOPLE[language],
    }
    return Sheet(**fields | changes)


def pictures_of(chart: Chart) -> tuple[Picture, ...]:
    """Return a picture for each that *chart* links; its address tells which it is."""
    return tuple(
        Picture(
            number=number,
            sha256=image.sha256,
            address=f"data:image/webp;base64,{image.sha256}",
            width=640,
            height=480,
        )
        for number, image in enumerate(chart.images, start=1)
    )


def _said(chart: Chart, sentence: Sentence) -> Said:
    assert isinstance(sentence.source, str)
    name, _, place = sentence.source.partition("/")
    part = getattr(chart, name)[int(place)] if place.isdecimal() else None
    if part is not None:
        own, box = label(part), _box(part)
    else:
        field, _, span = sentence.source.partition(":")
        start, end = map(int, span.split("-"))
        number = field.removeprefix("images/")
        text = chart.narrative if field == "narrative" else chart.images[int(number)].note
        own, box = text[start:end], Box.MORE
    return Said(
        text=sentence.text,
        own=own,
        source=sentence.source,
        box=box,
        fallback=sentence.fallback,
        heading=sentence.heading,
    )


def _box(part: Any) -> Box:
    state = getattr(part, "certainty", None) or getattr(part, "instruction", None)
    if state in {Certainty.PRESENT, Certainty.POSSIBLE}:
        return Box.FOUND
    if state == Certainty.ABSENT:
        return Box.FINE
    if state in {Instruction.START, Instruction.STOP, Instruction.CONTINUE}:
        return Box.TO_DO
    return Box.MORE if getattr(part, "done", Done.DONE) else Box.FOUND
