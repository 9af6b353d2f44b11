"""What ends a run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.errors import Barred, JobOver, Unreachable
from hokan_agent.machine.home import Identity
from hokan_agent.machine.state import State
from hokan_agent.report import BackupReport
from hokan_agent.sources.scan import scan
from hokan_agent.upload.run import FAILURES_IN_A_ROW, Run
from hokan_agent.upload.tally import Tally
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    web, state = Web(), State(tmp_path / "state.sqlite")
    identity = Identity("https://hokan.example/api", "agent-1", "facility-1")
    with ThreadPoolExecutor(1) as workers:
        yield Run(
            web=web,
            service=Service(web, identity, Ed25519PrivateKey.generate()),
            state=state,
            report=BackupReport(),
            seen=scan(tmp_path),
            target_id="t-1",
            job_id=None,
            over=Event(),
            reads_headers=False,
            refused={},
            told=set(),
            bars=Tally(),
            workers=workers,
        )
    state.close()


def test_a_run_goes_on_by_itself(run: Run) -> None:
    run.go_on()


def test_a_job_that_is_wanted_no_more_ends_its_run(run: Run) -> None:
    run.over.set()
    with pytest.raises(JobOver):
        run.go_on()


def test_many_failures_in_a_row_end_a_run(run: Run) -> None:
    for _ in range(FAILURES_IN_A_ROW):
        run.note_failure(Unreachable("no answer"))
    with pytest.raises(Unreachable):
        run.go_on()


def test_a_way_that_is_barred_ends_a_run_at_once(run: Run) -> None:
    """A wrong password sent for each file locks its user out."""
    run.note_failure(Barred("the proxy refuses this password"))
    with pytest.raises(Barred):
        run.go_on()


def test_failures_between_successes_end_no_run(run: Run) -> None:
    for _ in range(FAILURES_IN_A_ROW):
        run.note_failure(Unreachable("no answer"))
        run.note_success()
    run.go_on()
