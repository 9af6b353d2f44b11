"""What a chart's page tells of its patient charts: in which languages patients read it, or not."""

from __future__ import annotations

from typing import Any, get_args

from chalicelib.patient_charts import service
from chalicelib.patient_charts.model import PatientChart, State
from chalicelib.plain.model import Language


def told(target_id: str, examination_id: str) -> dict[str, Any]:
    """Return the values that the chart's page shows."""
    return {"patient_charts": standing(target_id, examination_id)}


def standing(target_id: str, examination_id: str) -> list[tuple[PatientChart, State]]:
    """Return the patient charts of an examination that were ever released, and how they stand."""
    found = [service.shown(target_id, examination_id, each) for each in get_args(Language)]
    now = service.basis(target_id, examination_id)
    return [(each, each.state(now)) for each in found if each.current]
