"""Backups on the portal: the newest of each target, everything about one, and starting one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.contracts.model import State
from chalicelib.jobs import service
from chalicelib.jobs.model import JobState
from chalicelib.jobs.pages import JOBS
from chalicelib.jobs.shown import NEWEST, PATHS, grouped
from chalicelib.kernel import clock
from chalicelib.web.pages import environment
from hokan_agent.cures import BACKING_UP
from tests.audit.test_chain import actions
from tests.jobs.nights import at_run, jobs_of, move, pass_to
from tests.portal.test_home import said
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import COUNTS, World, build

MISSED = "/portal/missed"
CODES = [*BACKING_UP, "not-uploaded", "something-new"]


@pytest.fixture
def doctor(world: World) -> Visitor:
    return signed_in(Role.DOCTOR, world.facility_id)


def press(visitor: Visitor, world: World) -> Answer:
    visitor.get(JOBS)
    return visitor.send(f"/portal/targets/{world.target_id}/jobs")


def miss(world: World) -> str:
    """Let the next night's job be missed; return it."""
    at = at_run(world) + timedelta(hours=6)
    world.tick(clock.text(at))
    pass_to(at)
    return jobs_of(world)[0].job_id


def partial(world: World) -> str:
    """Let a job leave two files out; return it."""
    job_id = str(world.take()["job_id"])
    path = f"/targets/{world.target_id}/batches"
    batch_id = world.agent.post(path, {"job_id": job_id}, status=201)["batch_id"]
    left_out = [{"path": f"E-1/{name}", "reason": "unreadable"} for name in "ab"]
    world.finish(batch_id, left_out)
    world.agent.post(
        f"/agent/jobs/{job_id}/finish", {**COUNTS, "left_out": 2, "outcome": "partial"}
    )
    return job_id


# --- the newest --------------------------------------------------------------------------------


def test_a_facility_without_a_job_is_told_when_the_first_comes(doctor: Visitor) -> None:
    page = said(doctor.get(JOBS).text)
    assert "The first one comes at its time." in page
    assert "No agent has ever asked for work." in page


def test_back_up_now_says_when_the_agent_asks_next(world: World, doctor: Visitor) -> None:
    world.poll()
    page = press(doctor, world).text
    assert "The backup begins when the agent asks for work next, at about" in said(page)
    assert "asked for by hand Waits for the agent" in said(page)
    assert "Back up now" not in page
    assert [each.state for each in jobs_of(world)] == [JobState.WAITING]


def test_pressing_twice_is_pressing_once(world: World, doctor: Visitor) -> None:
    for _ in range(2):
        press(doctor, world)
    assert len(jobs_of(world)) == 1


def test_a_running_backup_shows_how_far_it_is(world: World, doctor: Visitor) -> None:
    press(doctor, world)
    job_id = world.take()["job_id"]
    counts = {"files_total": 9, "files_done": 4, "bytes_total": 1000, "bytes_done": 379}
    world.agent.post(f"/agent/jobs/{job_id}/progress", counts | {"left_out": 0})
    page = doctor.get(JOBS).text
    assert "37 % done 4 of 9 images, 379 B of 1.00 kB" in said(page)
    assert '<rect class="used" width="37"' in page


def test_a_page_loads_itself_again_only_when_asked_and_while_something_runs(
    world: World, doctor: Visitor
) -> None:
    refresh = '<meta http-equiv="refresh" content="15">'
    press(doctor, world)
    assert refresh not in doctor.get(f"{JOBS}?watch=yes").text
    job_id = world.take()["job_id"]
    for path in (JOBS, f"{JOBS}/{job_id}"):
        assert refresh not in doctor.get(path).text
        assert refresh in doctor.get(f"{path}?watch=yes").text
    world.end_job(job_id)
    assert refresh not in doctor.get(f"{JOBS}/{job_id}?watch=yes").text


def test_a_missed_backup_says_what_to_do(world: World) -> None:
    world.poll()
    miss(world)
    page = said(signed_in(Role.DOCTOR, world.facility_id).get(JOBS).text)
    assert "See that the computer with the agent is on, connected" in page
    assert "nightly Missed" in page
    assert "No agent has asked for work since" in page


def test_only_the_newest_are_shown_and_all_can_be(world: World) -> None:
    for _ in range(NEWEST + 1):
        pass_to(at_run(world))
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    assert visitor.get(JOBS).text.count(f'href="{JOBS}/target-') == NEWEST
    older = f"/portal/targets/{world.target_id}/jobs"
    assert visitor.get(older).text.count(f'href="{JOBS}/target-') == NEWEST + 1


def test_older_backups_come_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.web.cursors.PAGE_ROWS", 2)
    for _ in range(3):
        pass_to(at_run(world))
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    older = f"/portal/targets/{world.target_id}/jobs"
    first = visitor.get(older).text
    following = first.partition(f'href="{older}?cursor=')[2].partition('"')[0]
    second = visitor.get(f"{older}?cursor={following}").text
    counts = [page.count(f'href="{JOBS}/target-') for page in (first, second)]
    assert counts == [2, 1]


@pytest.mark.parametrize(
    ("states", "said_so"),
    [
        ((State.GRACE, State.SUSPENDED), "it is suspended, or has not begun"),
        ((), "The contract has ended."),
    ],
)
def test_nothing_is_backed_up_that_the_contract_does_not_allow(
    world: World, doctor: Visitor, states: tuple[State, ...], said_so: str
) -> None:
    doctor.get(JOBS)
    move(world, *states)
    if not states:
        world.admin.post(f"/contracts/{world.contract_id}/end")
    answer = doctor.submit(f"/portal/targets/{world.target_id}/jobs")
    assert (answer.status, said_so in answer.text) == (409, True)
    assert jobs_of(world) == []
    assert "Back up now" not in answer.text


# --- one ---------------------------------------------------------------------------------------


def test_a_job_tells_what_it_left_out_and_why(world: World, doctor: Visitor) -> None:
    press(doctor, world)
    job_id = partial(world)
    page = said(doctor.get(f"{JOBS}/{job_id}").text)
    assert "They could not be read. Check the rights of the agent and the disk. (2)" in page
    assert "E-1/a E-1/b" in page
    assert "Incomplete" in page


def test_a_look_at_paths_is_audited_first(
    world: World, doctor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.kernel.errors import Unavailable

    def full(*_: object, **__: object) -> None:
        raise Unavailable("no audit")

    press(doctor, world)
    job_id = partial(world)
    doctor.get(f"{JOBS}/{job_id}")
    assert "see-job" in actions(world)
    monkeypatch.setattr(service, "audit", full)
    answer = doctor.get(f"{JOBS}/{job_id}")
    assert (answer.status, "E-1/a" in answer.text) == (503, False)


def test_a_batch_of_a_job_can_be_restored_alone(world: World, doctor: Visitor) -> None:
    press(doctor, world)
    job_id = partial(world)
    batch_id = world.doctor.get(f"/targets/{world.target_id}/jobs/{job_id}")["batches"][0][
        "batch_id"
    ]
    path = f"/portal/restores/new/{world.target_id}/how?scope=batch&amp;subject={batch_id}"
    assert f'href="{path}"' in doctor.get(f"{JOBS}/{job_id}").text
    assert doctor.get(path.replace("&amp;", "&")).status == 200


def test_a_job_that_failed_shows_what_the_agent_said(world: World, doctor: Visitor) -> None:
    press(doctor, world)
    job_id = world.take()["job_id"]
    world.end_job(job_id, "failed")
    page = said(doctor.get(f"{JOBS}/{job_id}").text)
    assert "Failed" in page
    assert "What the agent said folder-gone" in page
    assert "Taken by PC 1," in page


def test_anothers_job_does_not_exist(world: World, doctor: Visitor) -> None:
    other = build(world.client)
    job_id = other.doctor.post(f"/targets/{other.target_id}/jobs", status=201)["job_id"]
    doctor.get(JOBS)
    assert doctor.get(f"{JOBS}/{job_id}").status == 404
    assert doctor.get(f"/portal/targets/{other.target_id}/jobs").status == 404
    assert doctor.submit(f"/portal/targets/{other.target_id}/jobs").status == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_state_and_every_reason_has_words(language: str) -> None:
    words = environment(language).get_template("jobs/words.html").module
    for state in JobState:
        assert len(str(words.state(state)).partition(">")[2]) > 8, state
    told = [str(words.reason(code)) for code in CODES]
    assert len({*told}) == len(CODES)
    assert "something-new" in told[-1]
    assert not any("<code" in each for each in told[:-1])


def test_files_are_grouped_by_reason_and_named_up_to_a_number() -> None:
    many = [ExceptionEntry(path=f"p{number}", reason="unreadable") for number in range(PATHS + 3)]
    found = grouped([ExceptionEntry(path="q", reason="too-large"), *many])
    assert [(each.code, each.count, each.unnamed) for each in found] == [
        ("unreadable", PATHS + 3, 3),
        ("too-large", 1, 0),
    ]


# --- for the provider --------------------------------------------------------------------------


def test_the_provider_sees_what_was_missed_anywhere(world: World) -> None:
    miss(world)
    page = said(signed_in(Role.OPERATOR).get(MISSED).text)
    assert "Kawabe Clinic: Endoscopy due" in page
    assert "02:00, local time · never taken Missed" in page


def test_what_was_made_up_for_is_missed_no_longer(world: World) -> None:
    miss(world)
    world.end_job(world.take()["job_id"])
    assert "No backup is missed." in said(signed_in(Role.OPERATOR).get(MISSED).text)
