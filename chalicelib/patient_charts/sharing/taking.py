"""
A patient chart to take along: one HTML file, a PDF, or a FHIR document.

Each says which document it is, in which version, and the SHA-256 of the chart that it explains.
Who calls has made sure that its reader may see it, and committed the audit row.
"""

from __future__ import annotations

import msgspec

from chalicelib.archive.store import examinations
from chalicelib.charts import documents
from chalicelib.charts import store as charts
from chalicelib.charts.service import Subject
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.page import gathering
from chalicelib.patient_charts.page import pdf as pdfs
from chalicelib.patient_charts.page.document import file_html
from chalicelib.patient_charts.sharing import fhir
from chalicelib.plain.model import Language


def html(release: Release, language: Language) -> str:
    """Return one HTML file that needs nothing else; our own words in *language*."""
    return file_html(gathering.sheet(release, "embedded"), language)


def pdf(release: Release) -> bytes:
    """Return a PDF, in the language of the release."""
    return pdfs.pdf(gathering.sheet(release, "embedded"))


def fhir_json(release: Release) -> str:
    """Return a FHIR R4 document."""
    target_id, examination_id = release.target_id, release.examination_id
    examination = examinations.examination(target_id, examination_id)
    key = examination.patient_key
    subject = Subject(examination, examinations.patient(target_id, key) if key else None)
    version = charts.version(target_id, examination_id, release.chart_number)
    doctor = documents.known_as(release.facility_id, release.released_by)
    written = fhir.document(release, documents.source(subject, version), doctor)
    return msgspec.json.encode(written).decode()


def name_of(release: Release, ending: str) -> str:
    """Return what a browser saves it as: it names nobody."""
    return f"{release.document}-{release.number}.{ending}"
