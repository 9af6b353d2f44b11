"""`hokan-agent run` at a facility: it does what is due, by itself, whatever happens between."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import MEGABYTE, Facility, Founding
from tests.support.canary import CANARY

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

COMPLETE, FAILED = 0, 1
PATIENCE_SECONDS = 60


def until(happened: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait for *happened* to be true; return what it is."""
    end = time.monotonic() + seconds
    while not (told := happened()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
    return told


@dataclass
class Runner:
    """The agent's service, started and ended as systemd does."""

    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, facility: Facility, *options: str) -> subprocess.Popen[str]:
        process = facility.agent.start("run", "--every", "1", *options)
        self.started.append(process)
        until(lambda: busy(facility))
        return process


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    for each in runner.started:
        each.kill()
        each.communicate()


def busy(facility: Facility) -> bool:
    lock = facility.agent.home / "lock"
    return lock.exists() and lock.read_text() == "run"


def ended(process: subprocess.Popen[str]) -> str:
    """End the service as systemd does; return what it said."""
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    return said


def watch(facility: Facility, folder: Path, *options: str) -> None:
    folder.mkdir(exist_ok=True)
    ran = facility.agent.run("watch", "add", str(folder), *options)
    assert ran.code == COMPLETE, ran.said


def press(facility: Facility) -> str:
    """Press "back up now"; return the job."""
    return str(facility.admin.post(f"{facility.target}/jobs")["job_id"])


def job(facility: Facility, job_id: str) -> Any:
    return facility.admin.get(f"{facility.target}/jobs/{job_id}")


def once(facility: Facility, job_id: str) -> Any:
    """Let the agent do all that is due; return the job."""
    facility.agent.run("run", "--once")
    return job(facility, job_id)


def an_examination(folder: Path, name: str, patient: dict[str, str], images: int = 2) -> None:
    made = folder / name
    made.mkdir(parents=True)
    for number in range(images):
        (made / f"IMG{number:04}.JPG").write_bytes(b"\xff\xd8" + secrets.token_bytes(100))
    (made / "exam.json").write_text(json.dumps({"id": name, "patient": patient}))


def batches(facility: Facility) -> list[Any]:
    return list(facility.admin.get(f"{facility.target}/batches")["items"])


def many_images(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"IMG{number:04}.JPG").write_bytes(secrets.token_bytes(50_000))


# --- jobs --------------------------------------------------------------------------------------


def test_back_up_now_is_done_and_counted(
    facility: Facility, runner: Runner, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    an_examination(folder, "E-1", CANARY)
    watch(facility, folder)
    runner.start(facility)
    job_id = press(facility)
    until(lambda: job(facility, job_id)["state"] == "complete")
    size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    assert job(facility, job_id)["progress"] == {
        "files_total": 3,
        "files_done": 3,
        "bytes_total": size,
        "bytes_done": size,
        "left_out": 0,
    }


def test_a_job_with_nothing_to_send_tells_what_it_left_out(
    facility: Facility, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    an_examination(folder, "E-1", CANARY)
    (folder / "link").symlink_to("/nowhere")
    watch(facility, folder)
    for _ in range(2):
        done = once(facility, press(facility))
        assert (done["state"], done["progress"]["left_out"]) == ("partial", 1)
        assert [each["exceptions"] for each in done["batches"]] == [1]


@pytest.mark.parametrize("form", ["text", "json"])
def test_its_log_names_no_patient_and_no_file(
    facility: Facility, runner: Runner, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "folder"
    an_examination(folder, CANARY["id"], CANARY)
    (folder / CANARY["id"] / "link").symlink_to("/nowhere")
    watch(facility, folder)
    process = runner.start(facility, "--log", form)
    job_id = press(facility)
    until(lambda: job(facility, job_id)["state"] == "partial")
    said = ended(process)
    assert "not-a-regular-file" in said
    assert not [word for word in (*CANARY.values(), "IMG0000") if word in said]


def test_patients_come_in_batches_of_their_own(found: Founding, tmp_path: Path) -> None:
    facility, folder = found(batch_scope="patient"), tmp_path / "folder"
    an_examination(folder, "E-1", CANARY)
    an_examination(folder, "E-2", {"id": "another"})
    watch(facility, folder)
    done = once(facility, press(facility))
    assert [each["state"] for each in done["batches"]] == ["complete", "complete"]
    assert [each["stored"] for each in batches(facility)] == [3, 3]


def test_examinations_come_in_batches_of_their_own(found: Founding, tmp_path: Path) -> None:
    facility, folder = found(batch_scope="examination"), tmp_path / "folder"
    for name in ("E-1", "E-2", "E-3"):
        an_examination(folder, name, CANARY)
    (folder / "nobody described this.txt").write_text("x")
    watch(facility, folder)
    done = once(facility, press(facility))
    assert (done["state"], len(done["batches"])) == ("complete", 4)


def test_a_job_killed_on_the_way_is_completed_and_nothing_is_sent_twice(
    found: Founding, runner: Runner, tmp_path: Path
) -> None:
    facility, folder = found(100 * MEGABYTE), tmp_path / "folder"
    many_images(folder, 200)
    watch(facility, folder)
    process = runner.start(facility)
    job_id = press(facility)
    until(lambda: len(facility.stored_versions()) >= 20)
    process.kill()
    process.communicate()
    done = once(facility, job_id)
    assert (done["state"], done["progress"]["files_done"]) == ("complete", 200)
    versions = facility.stored_versions()
    assert (len(versions), len(set(versions))) == (200, 200)
    assert [each["state"] for each in batches(facility)] == ["complete"]


def test_it_ends_within_seconds_and_goes_on_next_time(
    found: Founding, runner: Runner, tmp_path: Path
) -> None:
    facility, folder = found(100 * MEGABYTE), tmp_path / "folder"
    many_images(folder, 300)
    watch(facility, folder)
    process = runner.start(facility)
    job_id = press(facility)
    until(lambda: len(facility.stored_versions()) >= 20)
    began = time.monotonic()
    ended(process)
    assert (process.returncode, time.monotonic() - began < 5) == (COMPLETE, True)
    assert job(facility, job_id)["state"] == "running"
    assert once(facility, job_id)["state"] == "complete"


def test_a_patient_taken_in_again_is_offered_with_the_next_job(
    found: Founding, tmp_path: Path
) -> None:
    facility = found(patients={"mode": "all_but", "patient_ids": [CANARY["id"]]})
    folder = tmp_path / "folder"
    an_examination(folder, "E-1", CANARY)
    watch(facility, folder)
    refused = once(facility, press(facility))
    assert (refused["state"], refused["progress"]["left_out"]) == ("partial", 3)
    change = {"patients": {"mode": "all", "patient_ids": []}}
    facility.admin.post(f"/contracts/{facility.contract_id}/amendments", change)
    assert once(facility, press(facility))["state"] == "complete"
    assert len(facility.stored_versions()) == 3


def test_a_folder_that_is_gone_fails_the_job_and_the_others_are_stored(
    facility: Facility, tmp_path: Path
) -> None:
    gone, there = tmp_path / "gone", tmp_path / "there"
    watch(facility, gone, "--as", "room 1")
    watch(facility, there, "--as", "room 2")
    gone.rmdir()
    an_examination(there, "E-1", CANARY)
    done = once(facility, press(facility))
    assert (done["state"], done["error"]["code"]) == ("failed", "folder-unreadable")
    assert len(facility.stored_versions()) == 3


def test_folders_of_one_target_come_back_apart(facility: Facility, tmp_path: Path) -> None:
    for name in ("room 1", "room 2"):
        folder = tmp_path / name
        watch(facility, folder, "--as", name)
        (folder / "a.txt").write_text(name)
    assert once(facility, press(facility))["state"] == "complete"
    facility.grant()
    facility.agent.run("run", "--once", "--restore-into", str(tmp_path / "back"))
    (back,) = (tmp_path / "back").iterdir()
    assert [(back / name / "a.txt").read_text() for name in ("room 1", "room 2")] == [
        "room 1",
        "room 2",
    ]


def test_a_job_for_a_target_without_a_folder_is_left_to_other_agents(facility: Facility) -> None:
    assert once(facility, press(facility))["state"] == "waiting"


# --- plans that send by themselves -------------------------------------------------------------


def test_a_saved_file_is_sent_at_once(found: Founding, runner: Runner, tmp_path: Path) -> None:
    facility, folder = found(timing={"kind": "at_once"}), tmp_path / "folder"
    watch(facility, folder)
    runner.start(facility)
    (folder / "a.jpg").write_bytes(b"\xff\xd8 one")
    until(lambda: len(facility.stored_versions()) == 1)
    assert until(lambda: batches(facility)[0]["state"] != "open")
    (folder / "b.jpg").write_bytes(b"\xff\xd8 two")
    until(lambda: len(facility.stored_versions()) == 2)


def test_what_was_saved_while_it_was_away_is_found(found: Founding, tmp_path: Path) -> None:
    facility, folder = found(timing={"kind": "at_once"}), tmp_path / "folder"
    watch(facility, folder)
    (folder / "a.jpg").write_bytes(b"\xff\xd8 one")
    assert facility.agent.run("run", "--once").code == COMPLETE
    assert len(facility.stored_versions()) == 1


def test_a_refused_file_is_not_offered_again_each_minute(
    found: Founding, runner: Runner, tmp_path: Path
) -> None:
    facility = found(
        timing={"kind": "at_once"}, patients={"mode": "all_but", "patient_ids": [CANARY["id"]]}
    )
    folder = tmp_path / "folder"
    an_examination(folder, "E-1", CANARY)
    watch(facility, folder)
    runner.start(facility, "--rescan", "0.5")
    until(lambda: batches(facility))
    an_examination(tmp_path, "E-2", {"id": "another"})
    (tmp_path / "E-2").rename(folder / "E-2")
    until(lambda: len(facility.stored_versions()) == 3)
    time.sleep(3)
    assert len(batches(facility)) == 2


def test_an_examination_is_sent_when_its_marker_says_so(
    found: Founding, runner: Runner, tmp_path: Path
) -> None:
    facility, folder = found(timing={"kind": "per_exam"}), tmp_path / "folder"
    watch(facility, folder)
    runner.start(facility, "--quiet-time", "600")
    made = folder / "E-1"
    made.mkdir()
    (made / "IMG0001.JPG").write_bytes(b"\xff\xd8 one")
    time.sleep(5)
    assert facility.stored_versions() == []
    (made / ".complete").touch()
    until(lambda: len(facility.stored_versions()) == 2)


# --- beside it ---------------------------------------------------------------------------------


def test_a_granted_restore_is_done_by_itself(
    facility: Facility, runner: Runner, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    an_examination(folder, "E-1", CANARY)
    facility.agent.backup(folder)
    runner.start(facility, "--restore-into", str(tmp_path / "back"))
    facility.grant()
    until(lambda: facility.admin.get("/restores")["items"][0]["state"] == "done")
    (restore,) = facility.admin.get("/restores")["items"]
    back = tmp_path / "back" / restore["restore_id"]
    assert {each.name for each in (back / "E-1").iterdir()} == {
        each.name for each in (folder / "E-1").iterdir()
    }


def test_a_backup_by_hand_is_told_that_the_service_runs(
    facility: Facility, runner: Runner, tmp_path: Path
) -> None:
    runner.start(facility)
    ran = facility.agent.backup(tmp_path)
    assert (ran.code, ran.report["error"]["code"]) == (FAILED, "busy")
    assert "hokan-agent run is under way" in ran.report["error"]["detail"]


def test_a_revoked_agent_ends(facility: Facility, runner: Runner) -> None:
    process = runner.start(facility)
    facility.admin.delete(f"/agents/{facility.agent.agent_id}")
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, "revoked" in said) == (FAILED, True)
