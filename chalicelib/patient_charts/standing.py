"""How a patient chart stands beside the chart it explains, asked for just before it is used."""

from __future__ import annotations

from chalicelib.patient_charts import service
from chalicelib.patient_charts.model import LANGUAGES, Basis, PatientChart, Release
from chalicelib.plain.model import Language


def of(target_id: str, examination_id: str, language: Language) -> tuple[PatientChart, Basis]:
    """Return the patient chart, and what a release of it has to be of, to be read now."""
    found = service.shown(target_id, examination_id, language)
    return found, service.basis(target_id, examination_id)


def all_readable(target_id: str, examination_id: str) -> dict[str, Release]:
    """Return what a patient may read now, by language."""
    found = {each: service.readable(target_id, examination_id, each) for each in LANGUAGES}
    return {language: release for language, release in found.items() if release}
