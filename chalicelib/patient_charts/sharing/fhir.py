"""
A patient chart as a FHIR R4 document: what the patient reads, and the chart that it explains.

Each section is one of the boxes of the page, in the language of the release, the doctor's own words
under each sentence, and names the resources that its sentences come from.  The same release gives
the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from chalicelib.charts import fhir_codes as codes
from chalicelib.charts.fhir_writing import (
    Bundle,
    Document,
    Node,
    Source,
    extension,
    identifier,
    write_content,
)
from chalicelib.patient_charts.model import Box, Release, Said
from chalicelib.plain.model import Language

Words = Mapping[str, str]

# As the page has them: a box holds what may be there, too, and says so.
WORDS: Mapping[Language, Words] = {
    "en": {
        "title": "Your examination, explained",
        Box.FINE: "Looked for, and not found",
        Box.FOUND: "Found, or may be there",
        Box.TO_DO: "What to do",
        Box.MORE: "Also in the record",
        "own": "In the doctor's words",
        "terms": "Words explained",
        "record": "As the doctor recorded it",
        "about": "About this document",
        "document": "Document",
        "version": "Version",
        "source": "SHA-256 of the chart it explains",
        "yours": "This copy is yours: whoever has it can read it. Keep it where only you can.",
    },
    "ja": {
        "title": "検査結果のご説明",
        Box.FINE: "調べて、見つからなかったこと",
        Box.FOUND: "見つかったこと、可能性のあること",
        Box.TO_DO: "次にすること",
        Box.MORE: "そのほかに書かれていること",
        "own": "医師の言葉",
        "terms": "言葉の説明",
        "record": "医師の記録",
        "about": "この文書について",
        "document": "文書番号",
        "version": "版",
        "source": "もとのカルテの SHA-256",
        "yours": "この写しはあなたのものです。持っている人はだれでも読めます。"
        "あなただけが見られるところに保管してください。",
    },
}


def document(release: Release, source: Source, released_by: str) -> Bundle:
    """
    Return the FHIR document of *release*.

    Args:
        source: The version of the chart that it explains.
        released_by: What the doctor who released it is known by.
    """
    written = Document(source)
    _write_composition(written, release)
    _write_doctor(written, release, released_by)
    write_content(written)
    return Bundle(
        identifier=_identifier(release, release.number),
        timestamp=release.released_at,
        entry=written.entries,
    )


def _write_composition(written: Document, release: Release) -> None:
    words, doctor = WORDS[release.language], written.reference(_doctor(release))
    explained = {"code": "transforms", "targetIdentifier": _source(written)}
    replaced = {"code": "replaces", "targetIdentifier": _identifier(release, release.number - 1)}
    written.add(
        f"patient-chart/{release.language}/{release.number}",
        {
            "resourceType": "Composition",
            "language": release.language,
            "extension": [extension(codes.SOURCE_SHA256, "String", release.source_sha256)],
            "identifier": _identifier(release, release.number),
            "status": "final" if release.number == 1 else "amended",
            "type": {
                "coding": [{"system": codes.DOCUMENTS, "code": "patient-chart"}],
                "text": words["title"],
            },
            "subject": written.reference("patient"),
            "date": release.released_at,
            "author": [doctor],
            "title": words["title"],
            "attester": [{"mode": "professional", "time": release.released_at, "party": doctor}],
            "custodian": written.reference("facility"),
            "relatesTo": [explained, replaced] if release.number > 1 else [explained],
            "section": [
                *_boxes(written, release, words),
                *_terms(release, words),
                {"title": words["record"], "entry": [written.reference("report")]},
                _about(release, words),
            ],
        },
    )


def _write_doctor(written: Document, release: Release, released_by: str) -> None:
    written.add(
        _doctor(release),
        {
            "resourceType": "Practitioner",
            "identifier": [{"system": codes.PEOPLE, "value": release.released_by}],
            "name": [{"text": released_by}],
        },
    )


# --- sections ----------------------------------------------------------------------------------


def _boxes(written: Document, release: Release, words: Words) -> Iterable[Node]:
    for box in Box:
        said = [each for each in release.said if each.box is box]
        if said:
            items = "".join(_item(each, words) for each in said)
            yield {
                "title": words[box],
                "text": _narrative(f"<ul>{items}</ul>", release.language),
                "entry": _entries(written, said),
            }


def _item(said: Said, words: Words) -> str:
    if said.fallback or said.text == said.own:
        return f"<li>{escape(said.text)}</li>"
    return f"<li>{escape(said.text)}<br/>{words['own']}: {escape(said.own)}</li>"


def _entries(written: Document, said: Iterable[Said]) -> list[Node]:
    """Return what the sentences come from; free text is the conclusion of the report."""
    names = ("report" if each.source.startswith("narrative") else each.source for each in said)
    return [written.reference(name) for name in dict.fromkeys(names)]


def _terms(release: Release, words: Words) -> Iterable[Node]:
    told = "".join(
        f"<dt>{escape(each.term)}</dt><dd>{escape(each.explanation)}</dd>" for each in release.terms
    )
    if told:
        yield {
            "title": words["terms"],
            "text": _narrative(f"<dl>{told}</dl>", release.language),
        }


def _about(release: Release, words: Words) -> Node:
    facts = (
        f"{words['document']}: {release.document}",
        f"{words['version']}: {release.number}",
        f"{words['source']}: {release.source_sha256}",
        words["yours"],
    )
    told = "".join(f"<p>{escape(each)}</p>" for each in facts)
    return {"title": words["about"], "text": _narrative(told, release.language)}


def _narrative(content: str, language: Language) -> Node:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}">'
    return {"status": "additional", "div": f"{div}{content}</div>"}


# --- names -------------------------------------------------------------------------------------


def _identifier(release: Release, number: int) -> Node:
    return {"system": codes.PATIENT_CHARTS, "value": f"{release.document}/{number}"}


def _source(written: Document) -> Node:
    return identifier(written.source.version, written.source.version.number)


def _doctor(release: Release) -> str:
    return f"doctor/{release.released_by}"
