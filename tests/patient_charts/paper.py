"""A signed chart of the canary patient, released to them, and on its way to paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.access.model import Caller, Role
from chalicelib.archive.store import examinations
from chalicelib.charts.model import Chart
from chalicelib.kernel import clock
from chalicelib.patient_charts import keeping, store
from chalicelib.patient_charts.model import Release, Withdrawal
from chalicelib.patient_charts.prints import service as printing_service
from chalicelib.patient_charts.prints.addresses import address
from chalicelib.patient_charts.prints.model import PrintJob, new_job_id
from chalicelib.patient_charts.sharing.model import Owned
from chalicelib.plain.model import Language
from tests.charts.scene import CHART, examined, signed
from tests.patient_charts.slip_scene import Handed
from tests.patient_charts.slip_scene import release as released
from tests.support.world import World, sign

ADDRESS = address("見本 花子 様", "〒１０００００１", "東京都千代田区千代田1-1\n見本ビル 101")


def staff_of(world: World) -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)


def a_released(
    world: World,
    exam: str = "E-1",
    language: Language = "en",
    chart: Chart = CHART,
    **facts: Any,
) -> Release:
    """Back an examination up, sign its chart, release it."""
    examination = examined(world, exam, **facts)
    signed(world, examination, chart)
    return released(world, examination, language=language)


def owned_of(release: Release) -> Owned:
    """Return *release* as its patient has it."""
    found = examinations.examination(release.target_id, release.examination_id)
    return Owned(
        facility_id=release.facility_id,
        target_id=release.target_id,
        patient_key=str(found.patient_key),
        examination_id=release.examination_id,
        language=release.language,
    )


def owned_by(held: Handed) -> Owned:
    """Return what a slip opens, as its patient has it."""
    return Owned(
        facility_id=held.world.facility_id,
        target_id=held.place.target_id,
        patient_key=held.place.patient_key,
        examination_id=held.examination_id,
        language="en",
    )


def another_target(world: World) -> World:
    """Return the same facility with another of its targets, under contract."""
    target = world.admin.post("/targets", {"name": "Second", "kind": "mass_storage"}, status=201)
    other = replace(world, target_id=target["target_id"], pieces={})
    return replace(other, contract_id=sign(other))


def withdrawn(found: Release) -> None:
    seen = store.of(found.target_id, found.examination_id, found.language)
    said = Withdrawal(withdrawn_by="person-doctor", withdrawn_at="2027-04-02", reason="wrong side")
    assert store.withdraw(seen, keeping.keep_withdrawal(found, said))


def queue(world: World, release: Release, job_id: str = "") -> PrintJob:
    """Ask for *release* on paper."""
    return printing_service.queue(
        staff_of(world),
        release.target_id,
        release.examination_id,
        release.language,
        release.number,
        job_id or new_job_id(clock.now()),
        ADDRESS,
    )
