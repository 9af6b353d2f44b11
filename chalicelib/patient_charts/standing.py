"""How a patient chart stands beside the chart it explains, asked for just before it is used."""

from __future__ import annotations

from chalicelib.patient_charts import service
from chalicelib.patient_charts.model import LANGUAGES, PatientChart, Release
from chalicelib.plain.model import Language


def of(target_id: str, examination_id: str, language: Language) -> tuple[PatientChart, int | None]:
    """Return the patient chart, and the number of the version of the chart that holds."""
    found = service.shown(target_id, examination_id, language)
    return found, service.current_chart_number(target_id, examination_id)


def all_readable(target_id: str, examination_id: str) -> dict[str, Release]:
    """Return what a patient may read now, by language."""
    found = {each: service.readable(target_id, examination_id, each) for each in LANGUAGES}
    return {language: release for language, release in found.items() if release}
