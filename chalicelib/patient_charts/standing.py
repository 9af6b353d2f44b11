"""How a patient chart stands beside the chart it explains, asked for just before it is used."""

from __future__ import annotations

from chalicelib.charts import store as charts
from chalicelib.patient_charts import store
from chalicelib.patient_charts.model import PatientChart, Release, State
from chalicelib.plain.model import Language

LANGUAGES: tuple[Language, ...] = ("ja", "en")


def of(target_id: str, examination_id: str, language: Language) -> tuple[PatientChart, int | None]:
    """Return the patient chart, and the number of the version of the chart that holds."""
    current = charts.record(target_id, examination_id).current
    found = store.of(target_id, examination_id, language)
    return found, current.number if current else None


def readable(target_id: str, examination_id: str, language: Language) -> Release | None:
    """Return what a patient may read now, or None."""
    found, chart_number = of(target_id, examination_id, language)
    return found.current if found.state(chart_number) is State.RELEASED else None


def all_readable(target_id: str, examination_id: str) -> dict[str, Release]:
    """Return what a patient may read now, by language."""
    found = {each: readable(target_id, examination_id, each) for each in LANGUAGES}
    return {language: release for language, release in found.items() if release}
