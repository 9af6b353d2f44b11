"""A signed chart as a document to take along: FHIR, one HTML file, or PDF."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.access import people_store
from chalicelib.access import store as access_store
from chalicelib.charts import embedding, fhir_writing
from chalicelib.charts.fhir_writing import Bundle, Source
from chalicelib.charts.record import Version, chart_id
from chalicelib.charts.service import Subject
from chalicelib.contracts.local import zone_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.web import pages
from chalicelib.web.printing import printed

HTML_PICTURES = 130_000  # bytes; a third more in base64, so that a usual file stays below 200 KB
PRINTED_PICTURES = 1_500_000  # before they become JPEG; an answer of a Lambda has at most 6 MB


def fhir(subject: Subject, version: Version) -> Bundle:
    """Return the version as a FHIR R4 document."""
    return fhir_writing.document(source(subject, version))


def fhir_json(subject: Subject, version: Version) -> str:
    """Return the same as text."""
    return msgspec.json.encode(fhir(subject, version)).decode()


def pdf(subject: Subject, version: Version, language: str) -> bytes:
    """
    Return the version as PDF, in the words of *language*.

    The same version and the same pictures are always the same bytes.
    """
    from chalicelib.pictures.shrinking import jpeg  # and Pillow: only where it is used

    at = clock.parse(version.signed_at)
    found = embedding.held(subject.examination, version.chart, PRINTED_PICTURES)
    files = {f"{sha256}.jpg": jpeg(each.body) for sha256, each in found.items() if each.body}
    values = {**_values(subject, version), "pictures": found}
    return printed("charts/chart", language, at, files, **values)


def html(subject: Subject, version: Version, language: str) -> str:
    """Return the version as one HTML file that needs nothing else, in the words of *language*."""
    reader = pages.Reader(language, prefix="", here="")
    found = embedding.held(subject.examination, version.chart, HTML_PICTURES)
    values = {**_values(subject, version), "pictures": found}
    return pages.written(reader, "charts/document.html", **values)


def source(subject: Subject, version: Version) -> Source:
    return Source(
        version=version,
        examination=subject.examination,
        patient=subject.patient,
        facility=access_store.facility_name(version.facility_id),
        signer=known_as(version.facility_id, version.signed_by),
    )


def known_as(facility_id: str, person_id: str) -> str:
    """Return the address somebody of the facility signs in with, or their id once they are gone."""
    try:
        return people_store.person(facility_id, person_id).account
    except NotFound:
        return person_id


def local(facility_id: str, written: str) -> datetime:
    """Return a moment we wrote down in the facility's zone."""
    return clock.parse(written).astimezone(zone_of(facility_id))


def _values(subject: Subject, version: Version) -> dict[str, Any]:
    """Return what the templates tell of a version."""
    found = source(subject, version)
    return {
        "version": version,
        "document": chart_id(version.target_id, version.examination_id),
        "examination": subject.examination,
        "patient": subject.patient,
        "facility": found.facility,
        "signer": found.signer,
        "signed_at": local(version.facility_id, version.signed_at),
    }
