"""
Many at once, on storage and tables that lose no update.  (moto loses some under threads, so
nothing about concurrency is proven there.)

Some races are run through two doors.  Over HTTP they are 8 wide, as wide as one agent: the local
gateway gives every request under way a process of its own, for 1.5 s of processor and 120 MB each;
beginning 16 took a busy machine a minute, and 64 would take 8 GB.  In this process, the service on
the stack's own tables and bucket, they are as wide as they should be, and come closer together.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
import urllib3

from chalicelib.access.model import Caller, Role
from chalicelib.archive.manifest import ExceptionEntry, batch_id_of
from chalicelib.kernel.errors import Unavailable
from chalicelib.uploads import service as uploads
from chalicelib.uploads.model import ChunkIn
from hokan_agent.machine.home import Home
from hokan_agent.upload.batch import CONFIRM_PAUSES
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import TRIES, Web, pause
from infra.local.stack import LocalStack
from infra.operate import invoker
from tests.journeys.conftest import Agent, Facility, Founding
from tests.support.canary import CANARY
from tests.support.world import a_chunk

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

SIZE = 1_000
BUSY, COMPLETE = "busy", "complete"
ALL_IS_OVER = timedelta(hours=49)  # claims end after 24 hours, batches after 48

Answer = dict[str, Any]
T = TypeVar("T")


# --- two doors ---------------------------------------------------------------------------------


class OverHttp:
    """Through the gateway, as the agent: a connection a thread, and again where it is told to."""

    def __init__(self, facility: Facility) -> None:
        self._web = Web()
        self._service = Service.of(Home(facility.agent.home), self._web)
        self._batches = f"{facility.target}/batches"

    def open_batch(self) -> str:
        return str(self._service.post(self._batches)["batch_id"])

    def declare(self, batch_id: str, chunk: Answer) -> list[Answer]:
        return list(self._service.put(f"{self._batches}/{batch_id}/chunks/0", chunk)["answers"])

    def finish(self, batch_id: str, *missing: str) -> Answer:
        given_up = [{"path": path, "reason": "unreadable"} for path in missing]
        path = f"{self._batches}/{batch_id}/finish"
        return self._service.post(path, {"exceptions": given_up})

    def close(self) -> None:
        self._web.close()


class InProcess:
    """What the gateway's functions call, called here; needs :func:`here`."""

    def __init__(self, facility: Facility) -> None:
        caller = Caller(Role.AGENT, facility.agent.agent_id, facility.facility_id)
        self._of = (caller, facility.target_id)

    def open_batch(self) -> str:
        return patiently(partial(uploads.open_batch, *self._of)).batch_id

    def declare(self, batch_id: str, chunk: Answer) -> list[Answer]:
        sent = msgspec.convert(chunk, ChunkIn)
        told = patiently(partial(uploads.put_chunk, *self._of, batch_id, 0, sent))
        return list(msgspec.to_builtins(told))

    def finish(self, batch_id: str, *missing: str) -> Answer:
        given_up = [ExceptionEntry(path=path, reason="unreadable") for path in missing]
        told = patiently(partial(uploads.finish, *self._of, batch_id, given_up))
        return dict(msgspec.to_builtins(told))

    def close(self) -> None:
        pass


def patiently(call: Callable[[], T]) -> T:
    """Call again while the service says 503, as the agent does."""
    for attempt in range(TRIES - 1):
        try:
            return call()
        except Unavailable:
            pause(attempt)
    return call()


Door = OverHttp | InProcess
Kind = type[OverHttp] | type[InProcess]


def through_both_doors(wide: int) -> pytest.MarkDecorator:
    """Run a race 8 wide over HTTP, and *wide* in this process."""
    doors = [(OverHttp, 8), (InProcess, wide)]
    return pytest.mark.parametrize(
        ("kind", "wide"), doors, ids=["8 over HTTP", f"{wide} in this process"]
    )


# --- pieces ------------------------------------------------------------------------------------


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Begin all of *acts* at one moment; return what each returned."""
    start = threading.Barrier(len(acts))

    def begin(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begin, acts))


def images(count: int, first: int = 0) -> dict[str, bytes]:
    """Return *count* different files of SIZE bytes, by path."""
    numbers = range(first, first + count)
    return {f"E-1/IMG{number:04}.JPG": f"{number:04}".encode() * (SIZE // 4) for number in numbers}


def send(answer: Answer, body: bytes) -> None:
    sent = urllib3.request("PUT", answer["url"], headers=answer["headers"], body=body)
    assert sent.status == 200


def sweep(stack: LocalStack) -> Answer:
    """Run the sweep as its schedule does, two days ahead of now."""
    event = {
        "version": "0",
        "id": "a-sweep",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "region": "ap-northeast-1",
        "time": (datetime.now(UTC) + ALL_IS_OVER).isoformat(),
        "resources": [],
        "detail": {},
    }
    return dict(invoker(stack.session, stack.outputs["SweepFunction"])(event))


def usage_of(facility: Facility) -> Answer:
    """Return what the operator's `check-usage` says."""
    invoke = invoker(facility.stack.session, facility.stack.outputs["OperateFunction"])
    of = {"facility_id": facility.facility_id, "target_id": facility.target_id}
    return dict(invoke({"command": "check-usage", **of}))


def manifests_of(facility: Facility) -> list[str]:
    """Return the batch of every version of every manifest of the target."""
    pages = facility.stack.session.client("s3").get_paginator("list_object_versions")
    place = {
        "Bucket": facility.stack.outputs["ObjectsBucketName"],
        "Prefix": f"m/{facility.target_id}/",
    }
    return [
        batch_id_of(each["Key"])
        for page in pages.paginate(**place)
        for each in page.get("Versions", [])
    ]


def files_counted(facility: Facility) -> int:
    """Return how many files the catalogue's examinations have together."""
    listed = facility.admin.all_of(f"{facility.target}/examinations")
    return sum(each["objects"] for each in listed)


def check_usage(facility: Facility, *, held_bytes: int) -> None:
    """Claimed and stored are *held_bytes*, and capacity agrees to the byte."""
    usage = usage_of(facility)
    assert (usage["claimed_and_stored_bytes"], usage["difference_bytes"]) == (held_bytes, 0)


# --- a rush ------------------------------------------------------------------------------------


def rush(door: Door, files: dict[str, bytes]) -> dict[str, Answer]:
    """Let an uploader for each file, in a batch of its own, claim at once; return the answers."""
    warm_up(door, len(files))
    batches = at_once([door.open_batch] * len(files))
    chunks = [a_chunk({path: body}) for path, body in files.items()]
    claims = [partial(door.declare, *each) for each in zip(batches, chunks, strict=True)]
    return dict(zip(files, (answers[0] for answers in at_once(claims)), strict=True))


def warm_up(door: Door, wide: int) -> None:
    """Claim nothing and be refused, so that those who follow do not wait for connections."""
    door.declare(door.open_batch(), a_chunk({"empty": b"", "too large": bytes(wide * SIZE)}))


def verdict(answer: Answer) -> str:
    return str(answer.get("code", answer["state"]))


@pytest.mark.usefixtures("here")
@through_both_doors(64)
def test_a_rush_gets_what_there_is_room_for_and_what_never_comes_is_given_back(
    stack: LocalStack, found: Founding, kind: Kind, wide: int
) -> None:
    room, files = wide // 3, images(wide)
    facility = found(room * SIZE + SIZE // 2)
    with closing(kind(facility)) as door:
        answers = rush(door, files)
    verdicts = {path: verdict(answer) for path, answer in answers.items()}
    assert Counter(verdicts.values()) == {"upload": room, "quota-exceeded": wide - room}
    assert usage_of(facility)["available_bytes"] == SIZE // 2

    sent = [path for path, told in verdicts.items() if told == "upload"][::2]
    for path in sent:
        send(answers[path], files[path])
    sweep(stack)
    check_usage(facility, held_bytes=len(sent) * SIZE)


# --- two runs ----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """40 files of one examination: its sidecar, 39 images, two of them twins."""
    made = tmp_path / "folder"
    (made / "E-1").mkdir(parents=True)
    for path, body in images(38).items():
        (made / path).write_bytes(body)
    (made / "E-1" / "twin.JPG").write_bytes((made / "E-1" / "IMG0000.JPG").read_bytes())
    (made / "E-1" / "exam.json").write_text(json.dumps({"id": "E-1", "patient": CANARY}))
    return made


def backed_up_at_once(agents: Sequence[Agent], folder: Path) -> list[str]:
    """Start a backup of *folder* by each of *agents*; return how each ended."""
    started = [agent.start("backup", str(folder), "--json", "--quiet") for agent in agents]
    return [how_it_ended(process) for process in started]


def how_it_ended(process: subprocess.Popen[str]) -> str:
    with process:
        out, said = process.communicate()
    assert said == "", "neither a traceback nor anything else"
    report = json.loads(out)
    return str(report["error"]["code"] if report["error"] else report["outcome"])


def test_an_agent_started_twice_works_once(facility: Facility, folder: Path) -> None:
    ended = backed_up_at_once([facility.agent, facility.agent], folder)
    assert COMPLETE in ended
    assert set(ended) <= {COMPLETE, BUSY}
    check_stored_once(facility)
    assert files_counted(facility) == 40
    check_nothing_is_left_to_do(facility.agent, folder)


def test_two_agents_on_one_folder_store_everything_once(facility: Facility, folder: Path) -> None:
    """The catalogue counts the files of every backup, so it has them twice."""
    agents = [facility.agent, facility.enrolled()]
    assert backed_up_at_once(agents, folder) == [COMPLETE, COMPLETE]
    check_stored_once(facility)
    assert files_counted(facility) == 80
    check_nothing_is_left_to_do(facility.agent, folder)


def check_stored_once(facility: Facility) -> None:
    versions = facility.stored_versions()
    assert (len(versions), len(set(versions))) == (39, 39)
    assert usage_of(facility)["difference_bytes"] == 0


def check_nothing_is_left_to_do(agent: Agent, folder: Path) -> None:
    report = agent.backup(folder).report
    assert (report["outcome"], report["files_unchanged"], report["api_calls"]) == (COMPLETE, 40, 1)


# --- ends of batches ---------------------------------------------------------------------------


def uploaded(door: Door, files: dict[str, bytes], *missing: str) -> str:
    """Open a batch, declare *files* and send all but the *missing*; return the batch."""
    batch_id = door.open_batch()
    for path, answer in zip(files, door.declare(batch_id, a_chunk(files)), strict=True):
        if path not in missing:
            send(answer, files[path])
    return batch_id


def finished(door: Door, batch_id: str, *missing: str) -> Answer:
    """Ask, as the agent does, until S3's events have come through."""
    for seconds in CONFIRM_PAUSES:
        told = door.finish(batch_id, *missing)
        if told["state"] != "settling":
            break
        time.sleep(seconds)
    return told


@pytest.mark.usefixtures("here")
@through_both_doors(16)
def test_however_many_finish_a_batch_it_ends_once(
    facility: Facility, kind: Kind, wide: int
) -> None:
    with closing(kind(facility)) as door:
        batch_id = uploaded(door, images(5))
        told = at_once([partial(finished, door, batch_id)] * wide)
    assert told == [{"state": "complete", "stored": 5, "outstanding": 0, "exceptions": 0}] * wide
    assert manifests_of(facility) == [batch_id]
    assert files_counted(facility) == 5


def test_a_sweep_under_way_while_agents_finish_their_batches_harms_none(
    stack: LocalStack, facility: Facility
) -> None:
    """It comes two days later: as far as it knows, nobody came back for them."""
    sweep(stack)  # what other tests left would keep it busy
    missing: dict[str, list[str]] = {}
    with closing(OverHttp(facility)) as door, ThreadPoolExecutor(1) as threads:
        for number in range(8):
            files = images(2, first=2 * number)
            left_out = list(files)[: number % 2]
            missing[uploaded(door, files, *left_out)] = left_out
        sweeping = threads.submit(sweep, stack)
        while set(states_of(facility)) == {"open"} and not sweeping.done():
            time.sleep(0.02)
        told = at_once([partial(finished, door, each, *missing[each]) for each in missing])
        sweeping.result()
    expected = ["partial" if missing[each] else "complete" for each in missing]
    assert [each["state"] for each in told] == expected
    assert states_of(facility) == expected
    assert sorted(manifests_of(facility)) == sorted(missing)
    assert files_counted(facility) == 12
    check_usage(facility, held_bytes=12 * SIZE)


def states_of(facility: Facility) -> list[str]:
    """Return the state of every batch, oldest first."""
    listed = facility.admin.all_of(f"{facility.target}/batches")
    return [each["state"] for each in reversed(listed)]
