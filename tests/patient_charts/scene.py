"""A signed chart of the canary patient, and what a doctor does with it for the patient."""

from __future__ import annotations

from typing import Any

import boto3
import msgspec
import pytest

from chalicelib.audit.store import of_facility
from chalicelib.charts.model import Chart
from chalicelib.kernel.errors import Conflict, Invalid, TooLarge
from chalicelib.patient_charts import desk, service
from chalicelib.patient_charts.desk import Desk
from chalicelib.patient_charts.model import PatientChart, Release
from chalicelib.patient_charts.service import Place
from chalicelib.settings import settings
from tests.charts.scene import CHART, doctor_of, examined, path_of, plain, signed
from tests.support.patient_charts import UPPER
from tests.support.world import World

EXPLAINED = msgspec.structs.replace(UPPER, images=CHART.images)
BLEEDING = "narrative:0-21"  # of EXPLAINED


def a_signed(world: World, language: Any = "en", chart: Chart = EXPLAINED) -> Place:
    """Have a chart signed; return where the patient chart of it is."""
    examination = examined(world)
    signed(world, examination, chart)
    return world.target_id, examination, language


def at_desk(world: World, place: Place) -> Desk:
    return desk.look(doctor_of(world), place)


def worded(world: World, place: Place, source: str, text: str) -> PatientChart:
    seen = revisions(at_desk(world, place))
    return desk.save_wording(doctor_of(world), place, seen, source, text)


def released(world: World, place: Place) -> PatientChart:
    """Release what stands there."""
    found = at_desk(world, place)
    assert found.preview
    return service.release(doctor_of(world), place, revisions(found), found.preview.digest)


def withdrawn(world: World, place: Place, reason: str = "It was the wrong side") -> PatientChart:
    revision = at_desk(world, place).chart.revision
    return service.withdraw(doctor_of(world), place, revision, reason)


def amended(world: World, place: Place, chart: Chart = CHART) -> None:
    """Sign another version of the chart."""
    path = path_of(world, place[1])
    body: dict[str, Any] = {"revision": world.doctor.get(path)["revision"]}
    found = world.doctor.post(f"{path}/amend", body | {"reason": "A word was wrong"})
    found = world.doctor.put(path, {"revision": found["revision"], "chart": plain(chart)})
    world.doctor.post(f"{path}/sign", {"revision": found["revision"]})


def revisions(found: Desk) -> tuple[int, int]:
    """Return what a page carries of what was seen."""
    return found.chart.revision, found.version.number if found.version else 0


def objects() -> dict[str, bytes]:
    """Return what lies in the bucket under p/."""
    s3, bucket = boto3.client("s3"), settings().objects_bucket
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="p/").get("Contents", [])
    keys = [each["Key"] for each in listed]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def current(found: PatientChart) -> Release:
    assert found.current
    return found.current


def refused(code: str) -> Any:
    """Expect a refusal by its code."""
    return pytest.raises((Conflict, Invalid, TooLarge), check=lambda it: it.code == code)


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in of_facility(world.facility_id)]
