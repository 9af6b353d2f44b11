"""The print queue over its store: who, when, once, and never what was taken back."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import boto3
import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.audit.store import of_facility
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.patient_charts.prints import service as printing_service
from chalicelib.patient_charts.prints import store as print_store
from chalicelib.patient_charts.prints.model import Bar, Stage
from chalicelib.settings import settings
from tests.faults.interleaving import played
from tests.patient_charts.paper import a_released, queue, staff_of, withdrawn
from tests.patient_charts.slip_scene import given_to_another
from tests.patient_charts.slip_scene import release as released
from tests.support.snapshot import Snapshot
from tests.support.world import World, build

JOB = "print-00000000000000000000000001"


def stage_of(world: World, job_id: str) -> Stage:
    return print_store.job(world.facility_id, job_id, clock.now()).stage


def listed(world: World, stage: Stage) -> list[str]:
    return [each.job.job_id for each in printing_service.page_of(staff_of(world), stage, None)[0]]


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in of_facility(world.facility_id)]


# --- queueing ------------------------------------------------------------------------------------


def test_a_job_asked_for_twice_by_one_form_is_one_job(world: World) -> None:
    release = a_released(world)
    assert queue(world, release, JOB) == queue(world, release, JOB)
    assert listed(world, Stage.QUEUED) == [JOB]


def test_what_was_taken_back_is_not_queued(world: World) -> None:
    release = a_released(world)
    withdrawn(release)
    with pytest.raises(Conflict) as refused:
        queue(world, release)
    assert refused.value.code == "withdrawn"


def test_another_facility_cannot_queue_it(world: World) -> None:
    release = a_released(world)
    with pytest.raises(NotFound):
        queue(build(world.client), release)


def test_the_newest_job_stands_first(world: World) -> None:
    release = a_released(world)
    first, second = queue(world, release), queue(world, release)
    assert listed(world, Stage.QUEUED) == [second.job_id, first.job_id]


# --- from stage to stage -------------------------------------------------------------------------


def test_a_job_stands_in_the_list_of_its_stage_alone(world: World) -> None:
    job = queue(world, a_released(world))
    for stage in (Stage.PRINTED, Stage.POSTED):
        done = printing_service.mark(staff_of(world), [job.job_id], stage)
        assert [each.job_id for each in done.done] == [job.job_id]
        assert [each for each in Stage if listed(world, each)] == [stage]


def test_every_step_is_on_record_with_who_took_it(world: World) -> None:
    job = queue(world, a_released(world))
    printing_service.to_print(staff_of(world), [job.job_id])
    printing_service.mark(staff_of(world), [job.job_id], Stage.PRINTED)
    printing_service.labels(staff_of(world), [job.job_id])
    printing_service.mark(staff_of(world), [job.job_id], Stage.POSTED)
    wanted = ["queue-print", "print-patient-chart", "print-printed", "print-address"]
    assert [each for each in actions(world) if "print" in each] == [*wanted, "print-posted"]


def test_saying_it_twice_is_saying_it_once(world: World) -> None:
    job = queue(world, a_released(world))
    for _ in range(2):
        done = printing_service.mark(staff_of(world), [job.job_id], Stage.PRINTED)
        assert done.refused == []
    assert len(print_store.job(world.facility_id, job.job_id, clock.now()).steps) == 2


def test_who_comes_too_late_changes_nothing(world: World) -> None:
    job = queue(world, a_released(world))
    printing_service.mark(staff_of(world), [job.job_id], Stage.CANCELLED)
    done = printing_service.mark(staff_of(world), [job.job_id], Stage.PRINTED)
    assert (done.done, [each.job.stage for each in done.refused]) == ([], [Stage.CANCELLED])


def test_a_row_seen_at_another_stage_is_not_written_over(world: World) -> None:
    seen = queue(world, a_released(world))
    printing_service.mark(staff_of(world), [seen.job_id], Stage.PRINTED)
    printed = print_store.job(world.facility_id, seen.job_id, clock.now())
    assert not print_store.move(seen, printed)


def test_another_facilitys_job_does_not_exist(world: World) -> None:
    job = queue(world, a_released(world))
    stranger = Caller(Role.DOCTOR, "person-9", "facility-9")
    for ask in (printing_service.to_print, printing_service.labels):
        with pytest.raises(NotFound):
            ask(stranger, [job.job_id])
    with pytest.raises(NotFound):
        printing_service.mark(stranger, [job.job_id], Stage.CANCELLED)


@pytest.mark.parametrize("many", [0, 21])
def test_no_more_is_printed_at_once_than_a_page_holds(world: World, many: int) -> None:
    with pytest.raises(Invalid):
        printing_service.to_print(staff_of(world), [f"print-{each}" for each in range(many)])


# --- what was taken back -------------------------------------------------------------------------


def test_a_release_taken_back_is_refused_at_the_printer(world: World) -> None:
    release = a_released(world)
    job = queue(world, release)
    withdrawn(release)
    may, may_not = printing_service.to_print(staff_of(world), [job.job_id])
    assert (may, [each.bar for each in may_not]) == ([], [Bar.WITHDRAWN])


def test_a_replaced_release_is_refused_and_says_by_which(world: World) -> None:
    release = a_released(world)
    job = queue(world, release)
    released(world, release.examination_id)
    _, (refused,) = printing_service.to_print(staff_of(world), [job.job_id])
    assert (refused.bar, refused.newest) == (Bar.REPLACED, 2)


def test_a_release_of_an_amended_chart_is_refused_at_the_printer(world: World) -> None:
    release = a_released(world)
    job = queue(world, release)
    sign_amendment(world, release.examination_id)
    _, (refused,) = printing_service.to_print(staff_of(world), [job.job_id])
    assert refused.bar is Bar.OUTDATED


def test_a_release_of_what_is_another_patients_by_now_is_refused_at_the_printer(
    world: World,
) -> None:
    job = queue(world, a_released(world))
    given_to_another(world)
    may, (refused,) = printing_service.to_print(staff_of(world), [job.job_id])
    assert (may, refused.bar) == ([], Bar.OUTDATED)


def test_a_job_that_is_over_is_not_printed_and_is_told(world: World) -> None:
    job = queue(world, a_released(world))
    printing_service.mark(staff_of(world), [job.job_id], Stage.CANCELLED)
    may, may_not = printing_service.to_print(staff_of(world), [job.job_id])
    assert (may, [each.job.stage for each in may_not]) == ([], [Stage.CANCELLED])


def test_what_was_printed_and_then_taken_back_is_not_posted(world: World) -> None:
    release = a_released(world)
    job = queue(world, release)
    printing_service.mark(staff_of(world), [job.job_id], Stage.PRINTED)
    withdrawn(release)
    done = printing_service.mark(staff_of(world), [job.job_id], Stage.POSTED)
    assert [each.bar for each in done.refused] == [Bar.WITHDRAWN]
    assert stage_of(world, job.job_id) is Stage.PRINTED


def test_what_was_taken_back_can_be_cancelled(world: World) -> None:
    release = a_released(world)
    job = queue(world, release)
    withdrawn(release)
    printing_service.mark(staff_of(world), [job.job_id], Stage.CANCELLED)
    assert stage_of(world, job.job_id) is Stage.CANCELLED


def sign_amendment(world: World, examination: str) -> None:
    from chalicelib.charts import service
    from tests.charts.scene import CHART, doctor_of

    doctor, place = doctor_of(world), (world.target_id, examination)
    _, seen = service.show(doctor, *place)
    seen = service.amend(doctor, *place, seen.revision, "A word was wrong")
    seen = service.save(doctor, *place, seen.revision, CHART)
    service.sign(doctor, *place, seen.revision)


# --- how long it is kept -------------------------------------------------------------------------


def row(world: World, job_id: str) -> dict[str, object]:
    table = boto3.resource("dynamodb").Table(settings().box_table)
    key = {"pk": f"FACILITY#{world.facility_id}", "sk": f"PRINT#{job_id}"}
    return dict(table.get_item(Key=key)["Item"])


def test_an_open_job_has_no_end(world: World) -> None:
    job = queue(world, a_released(world))
    assert "expires_at" not in row(world, job.job_id)
    printing_service.mark(staff_of(world), [job.job_id], Stage.PRINTED)
    assert "expires_at" not in row(world, job.job_id)


def test_a_posted_job_and_its_address_are_gone_after_30_days(world: World) -> None:
    job = queue(world, a_released(world))
    for stage in (Stage.PRINTED, Stage.POSTED):
        printing_service.mark(staff_of(world), [job.job_id], stage)
    ends = clock.now() + timedelta(days=30)
    assert abs(float(str(row(world, job.job_id)["expires_at"])) - ends.timestamp()) < 60
    clock.move(int(timedelta(days=30, minutes=1).total_seconds()))
    assert listed(world, Stage.POSTED) == []
    with pytest.raises(NotFound):
        printing_service.labels(staff_of(world), [job.job_id])


# --- at once -------------------------------------------------------------------------------------


def test_of_two_at_once_one_moves_the_job_and_the_other_is_told(world: World) -> None:
    """One prints what the other cancels, in any order of their AWS calls: never both."""
    job = queue(world, a_released(world))
    ready = Snapshot()
    seen = set()
    for seed in range(12):
        ready.restore()
        order = [0] * 8 + [1] * 8
        Random(seed).shuffle(order)
        acts = [
            lambda: printing_service.mark(staff_of(world), [job.job_id], Stage.PRINTED),
            lambda: printing_service.mark(staff_of(world), [job.job_id], Stage.CANCELLED),
        ]
        printed, cancelled = (each.result for each in played(acts, order))
        steps = [
            each.stage for each in print_store.job(world.facility_id, job.job_id, clock.now()).steps
        ]
        assert steps == [
            Stage.QUEUED,
            *kept(printed, Stage.PRINTED),
            *kept(cancelled, Stage.CANCELLED),
        ]
        seen.add(tuple(steps))
    assert len(seen) > 1  # the orders differ, or nothing was tried


def kept(found: printing_service.Sorted, stage: Stage) -> list[Stage]:
    return [stage] if found.done else []
