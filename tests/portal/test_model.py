"""How a target and a facility stand, in one word."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from chalicelib.archive.store.batches import Batch
from chalicelib.archive.store.usage import Usage
from chalicelib.billing.periods import Term
from chalicelib.contracts.model import (
    BatchScope,
    Contract,
    State,
    TargetKind,
    Timing,
    TimingKind,
)
from chalicelib.contracts.selection import Selection
from chalicelib.contracts.store import Target
from chalicelib.jobs.model import OUTCOMES, Job, JobState, Origin, new_job
from chalicelib.kernel import clock
from chalicelib.portal.model import (
    CALM,
    FacilityStanding,
    LastBackup,
    Standing,
    TargetFacts,
    facility_facts,
)
from chalicelib.portal.service import FacilityHome

NOW = datetime(2026, 4, 10, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
NIGHTLY, AT_ONCE = Timing(TimingKind.NIGHTLY, "02:00"), Timing(TimingKind.AT_ONCE)


def a_contract(**changes: Any) -> Contract:
    usual: dict[str, Any] = {
        "contract_id": "contract-1",
        "facility_id": "facility-1",
        "target_id": "target-1",
        "term": Term.ANNUAL,
        "starts_on": date(2026, 4, 1),
        "auto_renew": False,
        "timing": NIGHTLY,
        "batch_scope": BatchScope.FACILITY,
        "patients": Selection(),
        "capacity_bytes": 1000,
        "state": State.ACTIVE,
        "terms_sha256": "0" * 64,
        "signed_at": "2026-04-01T00:00:00.000000Z",
        "signed_by": "person-1",
    }
    return Contract(**(usual | changes))


def a_batch(*, hours_ago: float = 7, **changes: Any) -> Batch:
    at = clock.text(NOW - timedelta(hours=hours_ago))
    usual: dict[str, Any] = {
        "batch_id": "batch-1",
        "target_id": "target-1",
        "facility_id": "facility-1",
        "agent_id": "agent-1",
        "state": "complete",
        "opened_at": at,
        "completed_at": at,
        "stored": 312,
    }
    return Batch(**(usual | changes))


def a_job(state: JobState, *, hours_ago: float = 1) -> Job:
    """Return a job of *state* that was heard of last so long ago."""
    due, heard = NOW - timedelta(hours=hours_ago + 1), clock.text(NOW - timedelta(hours=hours_ago))
    job = new_job("facility-1", "target-1", Origin.NIGHTLY, due_at=due, at=due)
    is_taken = state not in {JobState.WAITING, JobState.MISSED}
    return msgspec.structs.replace(
        job,
        state=state,
        taken_at=job.due_at if is_taken else None,
        finished_at=heard if state in OUTCOMES else None,
    )


def facts(contract: Contract | None = None, **changes: Any) -> TargetFacts:
    usual: dict[str, Any] = {
        "target": Target("target-1", "facility-1", "Endoscopy", TargetKind.MASS_STORAGE, contract),
        "usage": Usage("facility-1", "target-1", 1000, 590),
        "batch": a_batch(),
        "is_proposed": False,
        "has_agent": True,
        "now": NOW,
    }
    return TargetFacts(**(usual | changes))


RUNNING = a_contract()
CASES: list[tuple[Standing, TargetFacts]] = [
    (Standing.NO_CONTRACT, facts(None, batch=None)),
    (Standing.AWAITS_PROVIDER, facts(None, batch=None, is_proposed=True)),
    (Standing.AWAITS_PROVIDER, facts(a_contract(state=State.ENDED), is_proposed=True)),
    (Standing.STARTS_LATER, facts(a_contract(starts_on=date(2026, 4, 11)), batch=None)),
    (Standing.SUSPENDED, facts(a_contract(state=State.SUSPENDED))),
    (Standing.ENDED, facts(a_contract(state=State.ENDED))),
    (Standing.PAUSED, facts(a_contract(paused=True))),
    (Standing.ENDED, facts(a_contract(starts_on=date(2025, 4, 10)))),
    (Standing.NO_AGENT, facts(RUNNING, batch=None, has_agent=False)),
    (Standing.AWAITS_FIRST, facts(RUNNING, batch=None)),
    (Standing.LATE, facts(RUNNING, batch=a_batch(hours_ago=26.1))),
    (Standing.LATE, facts(RUNNING, batch=a_batch(hours_ago=27, state="open", completed_at=None))),
    (Standing.RUNNING, facts(RUNNING, batch=a_batch(state="open", completed_at=None))),
    (Standing.RUNNING, facts(RUNNING, batch=a_batch(state="closing"))),
    (Standing.PARTIAL, facts(RUNNING, batch=a_batch(state="partial", exceptions=2))),
    (Standing.PARTIAL, facts(RUNNING, job=a_job(JobState.PARTIAL))),
    (Standing.MISSED, facts(RUNNING, job=a_job(JobState.MISSED))),
    (Standing.MISSED, facts(RUNNING, batch=None, has_agent=False, job=a_job(JobState.MISSED))),
    (Standing.RUNNING, facts(RUNNING, batch=a_batch(hours_ago=27), job=a_job(JobState.RUNNING))),
    (Standing.FAILED, facts(RUNNING, job=a_job(JobState.FAILED, hours_ago=6))),
    (Standing.IN_ORDER, facts(RUNNING, job=a_job(JobState.FAILED, hours_ago=8))),
    (Standing.AWAITS_FIRST, facts(RUNNING, batch=None, job=a_job(JobState.WAITING))),
    (Standing.IN_ORDER, facts(RUNNING, batch=None, job=a_job(JobState.COMPLETE))),
    (Standing.IN_ORDER, facts(RUNNING, batch=a_batch(hours_ago=99), job=a_job(JobState.COMPLETE))),
    (Standing.SUSPENDED, facts(a_contract(state=State.SUSPENDED), job=a_job(JobState.MISSED))),
    (Standing.NEARLY_FULL, facts(RUNNING, usage=Usage("f", "t", 1000, 200))),
    (Standing.NEARLY_FULL, facts(RUNNING, usage=Usage("f", "t", 1000, 1))),
    (Standing.FULL, facts(RUNNING, usage=Usage("f", "t", 1000, 0))),
    (
        Standing.FULL,
        facts(RUNNING, usage=Usage("f", "t", 1000, 0), batch=a_batch(state="partial")),
    ),
    (Standing.IN_ORDER, facts(RUNNING, usage=Usage("f", "t", 1000, 201))),
    (Standing.IN_ORDER, facts(RUNNING, is_proposed=True)),
    (Standing.IN_ORDER, facts(RUNNING, batch=a_batch(hours_ago=25.9))),
    (Standing.IN_ORDER, facts(a_contract(timing=AT_ONCE), batch=a_batch(hours_ago=999))),
    (Standing.IN_ORDER, facts(a_contract(starts_on=date(2025, 4, 11)))),
    (Standing.IN_ORDER, facts(a_contract(starts_on=date(2025, 4, 1), auto_renew=True))),
]


@pytest.mark.parametrize(("expected", "given"), CASES)
def test_a_target_stands_by_the_worst_that_is_true_of_it(
    expected: Standing, given: TargetFacts
) -> None:
    assert given.standing is expected


def test_every_standing_has_a_case() -> None:
    assert {expected for expected, _ in CASES} == set(Standing)


def test_only_what_is_calm_needs_nobody() -> None:
    calm = {expected for expected, given in CASES if not given.needs_somebody}
    assert calm == CALM


@pytest.mark.parametrize(
    ("limit", "available", "percent"), [(0, 0, 0), (1000, 590, 41), (1000, 1, 99), (1000, 0, 100)]
)
def test_a_percentage_says_full_only_when_it_is(limit: int, available: int, percent: int) -> None:
    assert facts(usage=Usage("f", "t", limit, available)).used_percent == percent


def test_the_last_moment_is_told_in_local_time() -> None:
    last = facts(batch=a_batch(hours_ago=7)).last
    assert last
    assert last.at == datetime(2026, 4, 10, 2, tzinfo=NOW.tzinfo)
    assert str(last.at).endswith("+09:00")


def test_a_night_that_brought_nothing_new_is_a_backup_too() -> None:
    last = facts(batch=a_batch(hours_ago=99), job=a_job(JobState.COMPLETE)).last
    assert last == LastBackup(NOW - timedelta(hours=1), 0, 3600)


def test_the_worst_is_looked_at_first() -> None:
    given = [facts for _, facts in CASES]
    ordered = [each.standing for each in FacilityHome("Kawabe Clinic", given).worst_first]
    assert ordered[0] is Standing.MISSED
    assert ordered[-1] is Standing.IN_ORDER
    assert ordered == sorted(ordered, key=list(Standing).index)


@pytest.mark.parametrize(
    ("contracts", "expected", "counts"),
    [
        ([], FacilityStanding.NO_CONTRACT, (0, 0, 0)),
        ([RUNNING], FacilityStanding.IN_FORCE, (1, 0, 0)),
        ([RUNNING, a_contract(state=State.PROPOSED)], FacilityStanding.AWAITS_YOU, (1, 1, 0)),
        ([a_contract(state=State.ENDED)], FacilityStanding.NOT_IN_FORCE, (0, 0, 1)),
        ([a_contract(starts_on=date(2025, 4, 1))], FacilityStanding.NOT_IN_FORCE, (0, 0, 1)),
        ([a_contract(starts_on=date(2026, 5, 1))], FacilityStanding.IN_FORCE, (1, 0, 0)),
        ([a_contract(state=State.SUSPENDED)], FacilityStanding.IN_FORCE, (1, 0, 0)),
        ([a_contract(proposed=RUNNING)], FacilityStanding.AWAITS_YOU, (1, 1, 0)),
    ],
)
def test_a_facility_stands_by_its_contracts(
    contracts: list[Contract], expected: FacilityStanding, counts: tuple[int, int, int]
) -> None:
    found = facility_facts("facility-1", "Kawabe Clinic", contracts, NOW)
    assert found.standing is expected
    assert (found.in_force, found.proposed, found.ended) == counts
