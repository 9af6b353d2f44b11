"""An agent on a bad line, before a storage in trouble: what is lost, and what is sent twice."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from tests.journeys.conftest import MEGABYTE, Agent, Facility, founded
from tests.journeys.test_agent_run import until
from tests.support import fault_proxy
from tests.support.disk import fill, small_disk
from tests.support.fault_proxy import Exchange, Fault, FaultProxy, Which, first_of_each, uploads

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

COMPLETE, FAILED, WITH_EXCEPTIONS = 0, 1, 3
IMAGES = 20
CHANGED = "changed-while-read"
ATTEMPTS = 10  # to reach anybody, in an outage
PARTS = 5  # of 16 MiB, in 70 MB


@pytest.fixture(scope="module")
def proxy(stack: LocalStack) -> Iterator[FaultProxy]:
    proxy = FaultProxy(stack.engine.port)
    with proxy.serving():
        yield proxy


@dataclass
class Line:
    """A facility's agent, and the line it has to the stack."""

    facility: Facility
    agent: Agent
    proxy: FaultProxy

    def restored(self, batch_id: str, into: Path) -> dict[str, bytes]:
        """Return what a restore of one batch brings."""
        scope = {"scope": "batch", "batch_id": batch_id, "agent_id": self.agent.agent_id}
        self.facility.grant(**scope)
        ran = self.agent.restore(into)
        assert ran.code == COMPLETE, ran.report
        return contents(into)

    def versions_of(self, folder: Path) -> list[str]:
        """Return the digest of every version that is stored of what *folder* holds."""
        known = digests(folder)
        keys = [each.rpartition("/")[2] for each in self.facility.stored_versions()]
        return [each for each in keys if each in known]


@pytest.fixture(scope="module")
def line(stack: LocalStack, proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Line:
    facility = founded(stack, tmp_path_factory.mktemp("agents"), 500 * MEGABYTE)
    return Line(facility, facility.enrolled(proxy.url_of(stack.api_url)), proxy)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images nobody has seen before."""
    made = tmp_path / "folder"
    made.mkdir()
    for number in range(IMAGES):
        (made / f"IMG{number:04}.JPG").write_bytes(secrets.token_bytes(20_000))
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def digests(folder: Path) -> set[str]:
    return {hashlib.sha256(body).hexdigest() for body in contents(folder).values()}


# --- on the way to storage ---------------------------------------------------------------------

ON_THE_WAY: dict[str, tuple[Fault, int]] = {  # and how many bodies come to storage twice
    "the line breaks half-way": (fault_proxy.reset_half_way, 0),
    "the answer is lost": (fault_proxy.lost_answer, 0),
    "half an answer comes": (fault_proxy.truncated_answer, 0),
    "storage is busy": (fault_proxy.refused(503, "SlowDown"), IMAGES),
    "the URL is too old": (fault_proxy.expired_url, IMAGES),
}


@pytest.mark.parametrize("what", ON_THE_WAY)
def test_on_the_way_to_storage_nothing_is_lost(
    line: Line, folder: Path, tmp_path: Path, what: str
) -> None:
    fault, twice = ON_THE_WAY[what]
    with line.proxy.injecting(fault, first_of_each(uploads)):
        ran = line.agent.backup(folder)
    assert (ran.code, line.proxy.injected) == (COMPLETE, IMAGES), ran.report
    assert line.proxy.second_bodies == twice
    assert line.restored(ran.report["batches"][0], tmp_path / "back") == contents(folder)


def test_a_part_whose_answer_is_lost_is_not_sent_again(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "video.mp4").write_bytes(secrets.token_bytes(MEGABYTE) * 70)
    with line.proxy.injecting(fault_proxy.lost_answer, first_of_each(uploads)):
        ran = line.agent.backup(folder)
    assert (ran.code, line.proxy.injected, line.proxy.second_bodies) == (COMPLETE, PARTS, 0)


def test_a_storage_that_always_refuses_is_said_and_the_run_ends(line: Line, folder: Path) -> None:
    with line.proxy.injecting(fault_proxy.refused(403, "AccessDenied"), uploads):
        ran = line.agent.backup(folder)
    assert (ran.code, ran.report["error"]["code"]) == (FAILED, "storage-refused")
    assert "AccessDenied" in ran.report["error"]["detail"]
    assert line.agent.backup(folder).code == COMPLETE


def test_a_store_that_keeps_half_of_a_body_is_found_out(
    stack: LocalStack, line: Line, folder: Path, tmp_path: Path
) -> None:
    """S3 checks a checksum that the URL is bound to; this store does not."""

    def keep(path: str, body: bytes) -> object:
        _, bucket, key = path.split("/", 2)
        s3 = stack.session.client("s3")
        return s3.put_object(Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")

    before = len(quarantined(line))
    with line.proxy.injecting(fault_proxy.half_is_kept(keep), first_of_each(uploads)):
        ran = line.agent.backup(folder)
    assert (ran.code, line.proxy.injected) == (COMPLETE, IMAGES), ran.report
    assert quarantined(line)[before:] == ["size-differs"] * IMAGES
    assert line.restored(ran.report["batches"][0], tmp_path / "back") == contents(folder)


def quarantined(line: Line) -> list[str]:
    """Return why objects of this target were set aside."""
    listed = line.facility.operator.get("/quarantine")["items"]
    return [each["reason"] for each in listed if line.facility.target_id in each["key"]]


# --- on the way to the service -----------------------------------------------------------------

CALLS = 4  # /agent, /batches, /chunks/0, /finish
TO_THE_SERVICE: dict[str, Fault] = {
    "the answer is lost": fault_proxy.lost_answer,
    "half an answer comes": fault_proxy.truncated_answer,
    "the line breaks half-way": fault_proxy.reset_half_way,
    "the service is busy": fault_proxy.refused(503, "busy"),
}


@pytest.mark.parametrize("what", TO_THE_SERVICE)
def test_on_the_way_to_the_service_nothing_is_lost(
    line: Line, folder: Path, tmp_path: Path, what: str
) -> None:
    """Every call of a backup meets the fault once, and is done once."""
    with line.proxy.injecting(TO_THE_SERVICE[what], first_of_each(to_the_service)):
        ran = line.agent.backup(folder)
    assert (ran.code, line.proxy.injected) == (COMPLETE, CALLS), ran.report
    assert line.proxy.second_bodies == 0
    assert line.restored(ran.report["batches"][0], tmp_path / "back") == contents(folder)


def to_the_service(request: fault_proxy.Request) -> bool:
    return not request.is_upload and not request.is_download


# --- on the way back ---------------------------------------------------------------------------

ON_THE_WAY_BACK: dict[str, Fault] = {
    "the line breaks": fault_proxy.lost_answer,
    "half a file comes": fault_proxy.truncated_answer,
    "storage is busy": fault_proxy.refused(503, "SlowDown"),
    "the URL is too old": fault_proxy.expired_url,
}


@pytest.fixture(scope="module")
def stored(line: Line, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """A batch, and what it holds."""
    folder = tmp_path_factory.mktemp("stored")
    for number in range(IMAGES):
        (folder / f"IMG{number:04}.JPG").write_bytes(secrets.token_bytes(20_000))
    return line.agent.backup(folder).report["batches"][0], contents(folder)


@pytest.mark.parametrize("what", ON_THE_WAY_BACK)
def test_on_the_way_back_nothing_is_lost(
    line: Line, stored: tuple[str, dict[str, bytes]], tmp_path: Path, what: str
) -> None:
    batch_id, files = stored
    which: Which = first_of_each(fault_proxy.downloads)
    with line.proxy.injecting(ON_THE_WAY_BACK[what], which):
        assert line.restored(batch_id, tmp_path / "back") == files
    assert line.proxy.injected == IMAGES


# --- nobody there ------------------------------------------------------------------------------


@pytest.fixture
def watching(stack: LocalStack, proxy: FaultProxy, tmp_path: Path) -> Iterator[Line]:
    """`hokan-agent run` at work, on a plan that sends at once."""
    timing = {"kind": "at_once"}
    facility = founded(stack, tmp_path / "agents", 50 * MEGABYTE, timing=timing)
    line = Line(facility, facility.enrolled(proxy.url_of(stack.api_url)), proxy)
    (tmp_path / "watched").mkdir()
    line.agent.run("watch", "add", str(tmp_path / "watched"))
    process = line.agent.start("run", "--rescan", "1", "--every", "1")
    yield line
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == COMPLETE, said


def test_what_is_saved_while_nobody_is_there_is_sent_when_somebody_is(
    watching: Line, folder: Path, tmp_path: Path
) -> None:
    first, *others = sorted(folder.iterdir())
    shutil.copy(first, tmp_path / "watched")
    until(lambda: len(watching.facility.stored_versions()) == 1)
    with watching.proxy.injecting(fault_proxy.out_of_reach, fault_proxy.anything):
        for each in others:
            shutil.copy(each, tmp_path / "watched")
        until(lambda: watching.proxy.injected >= ATTEMPTS)
    until(lambda: len(watching.facility.stored_versions()) == IMAGES)


# --- several agents ----------------------------------------------------------------------------


def test_two_agents_at_once_store_everything_once(line: Line, folder: Path) -> None:
    other = line.facility.enrolled()
    command = ("backup", str(folder), "--json", "--quiet")
    with line.agent.start(*command) as one, other.start(*command) as two:
        one.communicate(timeout=120)
        two.communicate(timeout=120)
    assert (one.returncode, two.returncode) == (COMPLETE, COMPLETE)
    assert sorted(line.versions_of(folder)) == sorted(digests(folder))


def test_a_second_run_on_the_same_state_is_told_so(line: Line, folder: Path) -> None:
    slow = fault_proxy.slow(0.5)
    with (
        line.proxy.injecting(slow, uploads),
        line.agent.start("backup", str(folder), "--json") as first,
    ):
        line.proxy.await_injected()
        second = line.agent.backup(folder)
        first.communicate(timeout=120)
    assert (second.code, second.report["error"]["code"]) == (FAILED, "busy")
    assert first.returncode == COMPLETE


# --- on its own machine ------------------------------------------------------------------------


def test_on_a_full_disk_it_says_so_and_goes_on_with_room(
    line: Line, folder: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        shutil.copytree(line.agent.home, disk / "home")
        agent = replace(line.agent, home=disk / "home")
        assert agent.backup(folder).code == COMPLETE
        another_image(folder)
        filler = fill(disk)
        full = agent.backup(folder)
        assert (full.code, full.report["error"]["code"]) == (FAILED, "state-unusable")
        filler.unlink()
        again = agent.backup(folder).report
    assert (again["files_unchanged"], again["files_sent"]) == (IMAGES, 1)


def test_what_may_not_be_read_is_said_with_its_cure_and_the_rest_is_stored(
    line: Line, folder: Path
) -> None:
    (folder / "IMG0003.JPG").chmod(0)
    ran = replace(line.agent, is_root=False).backup(folder)
    (left_out,) = ran.report["exceptions"]
    assert (ran.code, left_out["path"], left_out["code"]) == (
        WITH_EXCEPTIONS,
        "IMG0003.JPG",
        "unreadable",
    )
    assert "let the agent's user read it" in left_out["cure"]
    assert ran.report["files_sent"] == IMAGES - 1


AFTER_IT_WAS_DECLARED: dict[str, tuple[Callable[[Path], object], str]] = {
    "another content of the same size": (lambda it: it.write_bytes(bytes(20_000)), CHANGED),
    "it grows": (lambda it: it.write_bytes(bytes(20_001)), CHANGED),
    "it goes": (lambda it: it.unlink(), "gone"),
}


@pytest.mark.parametrize("what", AFTER_IT_WAS_DECLARED)
def test_a_file_that_changes_after_it_was_declared_is_listed_and_the_rest_is_stored(
    line: Line, folder: Path, what: str
) -> None:
    change, code = AFTER_IT_WAS_DECLARED[what]

    def meanwhile(exchange: Exchange) -> None:
        answer = exchange.forwarded()
        change(folder / "IMG0003.JPG")
        exchange.answer(answer)

    with line.proxy.injecting(meanwhile, fault_proxy.calls("/chunks/0")):
        ran = line.agent.backup(folder)
    left_out = [(each["path"], each["code"]) for each in ran.report["exceptions"]]
    assert (ran.code, left_out) == (WITH_EXCEPTIONS, [("IMG0003.JPG", code)])
    again = line.agent.backup(folder)
    assert (again.code, again.report["files_unchanged"]) == (COMPLETE, IMAGES - 1)


def another_image(folder: Path) -> None:
    (folder / "IMG9999.JPG").write_bytes(secrets.token_bytes(20_000))
