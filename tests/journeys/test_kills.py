"""
SIGKILL at random moments, again and again: nothing is lost, and only what was on its way is resent.

Moments are counted in requests, so that they fall into the window of a backup however fast the
machine is.
"""

from __future__ import annotations

import random
import secrets
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from tests.journeys.conftest import MEGABYTE, PATIENCE_SECONDS, Agent, Facility, founded
from tests.support.fault_proxy import FaultProxy

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

COMPLETE = 0
WORKERS = 4


@dataclass(frozen=True)
class Tree:
    """
    What is to be backed up.

    Attributes:
        last_request: Kills come within so many requests of a run,
        last_moment: and within so many seconds after.
    """

    files: int
    size: int
    last_request: int
    last_moment: float

    def grow(self, folder: Path) -> None:
        """Add as many files of that size."""
        folder.mkdir(exist_ok=True)
        for _ in range(self.files):
            (folder / f"{secrets.token_hex(8)}.JPG").write_bytes(secrets.token_bytes(self.size))


FEW = Tree(files=40, size=20_000, last_request=12, last_moment=0.05)
SMALL = Tree(files=200, size=20_000, last_request=14, last_moment=0.05)
BIG = Tree(files=3, size=70 * MEGABYTE, last_request=11, last_moment=0.3)


@dataclass
class Killed:
    """
    An agent that is killed, and started again.

    Attributes:
        on_the_way: How many bodies were on their way when it was killed, over all *kills*.
    """

    facility: Facility
    agent: Agent
    proxy: FaultProxy
    kills: int = 0
    on_the_way: int = 0

    def back_up(self, folder: Path, after_requests: int, moment: float) -> bool:
        """Begin a backup, kill it *moment* seconds after so many requests; tell if it was over."""
        end = self.proxy.requests + after_requests
        process = self.agent.start("backup", str(folder), "--json", "--quiet")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.proxy.requests < end and process.poll() is None:
            assert time.monotonic() < deadline, "it stands still"
            time.sleep(0.002)
        time.sleep(moment)
        before = time.monotonic()
        process.kill()
        told = process.communicate()
        if process.returncode == COMPLETE:
            return True
        assert process.returncode == -signal.SIGKILL, f"it failed by itself: {told}"
        self.kills += 1
        self.on_the_way += self.proxy.under_way(before, time.monotonic())
        return False


@pytest.fixture
def killed(stack: LocalStack, tmp_path: Path) -> Iterator[Killed]:
    proxy = FaultProxy(stack.engine.port)
    with proxy.serving():
        facility = founded(stack, tmp_path / "agents", 500 * MEGABYTE)
        yield Killed(facility, facility.enrolled(proxy.url_of(stack.api_url)), proxy)


def survives(killed: Killed, tree: Tree, kills: int, tmp_path: Path) -> None:
    """Kill and start again; a backup that came to its end meanwhile gets more to send."""
    folder, back = tmp_path / "folder", tmp_path / "back"
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    tree.grow(folder)
    while killed.kills < kills:
        request, moment = chance.randint(1, tree.last_request), chance.random() * tree.last_moment
        if killed.back_up(folder, request, moment):
            tree.grow(folder)
    ran = killed.agent.backup(folder)
    sent, resent = len(killed.proxy.bodies), killed.proxy.second_bodies
    print(  # noqa: T201 - figures, for whoever wants them (-s)
        f"\nseed {seed}: {kills} kills, {killed.on_the_way} bodies on their way then, "
        f"{resent} of {sent} sent again; storage answered {dict(killed.proxy.statuses)}"
    )
    assert ran.code == COMPLETE, ran.report
    versions, files = killed.facility.stored_versions(), len(list(folder.iterdir()))
    assert (len(versions), len(set(versions))) == (files, files)
    assert resent <= killed.on_the_way <= WORKERS * kills
    killed.facility.grant(agent_id=killed.agent.agent_id)
    assert killed.agent.restore(back).code == COMPLETE
    assert differing(folder, back) == []


def differing(folder: Path, back: Path) -> list[str]:
    names = {each.name for each in (*folder.iterdir(), *back.iterdir())}
    return [each for each in names if (folder / each).read_bytes() != (back / each).read_bytes()]


def test_a_few_kills_lose_nothing(killed: Killed, tmp_path: Path) -> None:
    survives(killed, FEW, 5, tmp_path)


def test_without_its_state_a_large_object_goes_on_where_it_was(
    killed: Killed, tmp_path: Path
) -> None:
    """What has arrived is asked of storage: at most the parts on their way are sent again."""
    folder = tmp_path / "folder"
    replace(BIG, files=1).grow(folder)
    killed.back_up(folder, after_requests=10, moment=0)
    for each in killed.agent.home.glob("state.sqlite*"):
        each.unlink()
    assert killed.agent.backup(folder).code == COMPLETE
    assert (killed.kills, len(killed.proxy.bodies)) == (1, 5)
    assert killed.proxy.second_bodies <= killed.on_the_way <= WORKERS


@pytest.mark.deep
@pytest.mark.parametrize(("tree", "kills"), [(SMALL, 30), (BIG, 20)], ids=["small", "big"])
def test_fifty_kills_lose_nothing(killed: Killed, tree: Tree, kills: int, tmp_path: Path) -> None:
    survives(killed, tree, kills, tmp_path)
