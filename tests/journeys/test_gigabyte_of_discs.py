"""
A gigabyte becomes two CDs: by the packaged function, within bounded memory, in many short lives.

Its memory is that of its own processes, as Linux counts their peaks; one of them is killed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from chalicelib.discs import store, worker
from chalicelib.discs.model import Order, State
from infra.deploy import stack_name
from infra.local import nights
from infra.local.browsing import Browser
from infra.local.stack import STAGE, LocalStack
from infra.operate import OperateError
from tests.journeys.conftest import MEGABYTE, Facility, Founding
from tests.journeys.disc_scene import (
    ORDERS,
    download,
    each_harm_is_found,
    extracted,
    verified,
)
from tests.journeys.test_agent_run import until
from tests.media.scene import gigabyte

pytestmark = [pytest.mark.deep, pytest.mark.journey, pytest.mark.xdist_group("stack")]

MOST_BYTES = 512 << 20
SHORT, USUAL = 20, 840  # seconds of work in one message, the reserve not counted
RUNS = 3  # before one is killed
PATIENCE_SECONDS = 1_200
DISCS = "/portal/discs"


@dataclass
class Builder:
    """
    The deployed function that builds discs, seen from outside.

    Attributes:
        peaks: How much memory each of its processes had at most, by process id.
    """

    stack: LocalStack
    peaks: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = self.stack.session.client("cloudformation").describe_stack_resource(
            StackName=stack_name(STAGE), LogicalResourceId="Media"
        )
        self.name = str(found["StackResourceDetail"]["PhysicalResourceId"])

    def lives(self, seconds: int) -> None:
        """Let it work so long on a message; the reserve it keeps comes on top."""
        self.stack.session.client("lambda").update_function_configuration(
            FunctionName=self.name, Timeout=worker.RESERVE_MS // 1000 + seconds
        )

    def processes(self) -> list[int]:
        """Return those of its processes that live; other stacks have functions of that name."""
        own = {
            f"AWS_LAMBDA_FUNCTION_NAME={self.name}".encode(),
            f"AWS_ENDPOINT_URL={self.stack.engine.endpoint}".encode(),
        }
        found = []
        for each in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if own <= set(each.read_bytes().split(b"\0")):
                    found.append(int(each.parent.name))
        return found

    def look(self) -> None:
        for pid in self.processes():
            with suppress(OSError, AttributeError):
                status = Path(f"/proc/{pid}/status").read_text()
                self.peaks[pid] = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10  # type: ignore[index]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at it all the while."""
        over = Event()

        def looking() -> None:
            while not over.wait(0.2):
                self.look()

        thread = Thread(target=looking)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def kill(self) -> None:
        for each in self.processes():
            os.kill(each, signal.SIGKILL)


@dataclass
class Watched:
    """
    An order, and what was seen of it.

    Attributes:
        builders: The runs, one a message.
        uploads: Those of each disc's image, by its number.
    """

    facility_id: str
    order_id: str
    builders: set[str] = field(default_factory=set)
    uploads: dict[int, set[str]] = field(default_factory=dict)

    def now(self) -> Order:
        order = store.order(self.facility_id, self.order_id)
        self.builders |= {order.builder} - {""}
        self.uploads.setdefault(len(order.built) + 1, set()).update({order.upload_id} - {""})
        assert order.state in {State.BUILDING, State.BUILT}, order.failure
        return order


@pytest.fixture
def builder(stack: LocalStack) -> Iterator[Builder]:
    found = Builder(stack)
    found.lives(SHORT)
    yield found
    found.lives(USUAL)
    stack.move_clock(0)


def ordered(admin: Browser, facility: Facility) -> Watched:
    """Order everything onto CDs in the pages."""
    admin.get(f"{DISCS}/new/{facility.target_id}/how?scope=target")
    page = admin.send(DISCS, medium="cd", encrypted="no")
    found = re.search(rf"{ORDERS}/(discs-\w+)", page)
    assert found, page
    return Watched(facility.facility_id, found[1])


def two_hours_later(stack: LocalStack, builder: Builder) -> None:
    """Let what died be missed: its lease is over, and a minute looks after the order."""
    nights.move_to(stack, datetime.now(UTC) + timedelta(hours=2))
    builder.lives(USUAL)
    with suppress(OperateError):  # on a busy machine: the stack's own minutes come, too
        nights.tick(stack)


@pytest.mark.usefixtures("here")
def test_a_gigabyte_is_built_in_bounded_memory_however_often_the_function_ends(
    stack: LocalStack, found: Founding, builder: Builder, tmp_path: Path
) -> None:
    facility = found(1_200 * MEGABYTE)
    files = gigabyte(tmp_path / "folder")
    assert facility.agent.backup(tmp_path / "folder", "--target", facility.target_id).code == 0
    shutil.rmtree(tmp_path / "folder")
    began = time.monotonic()
    order = ordered(Browser(stack, facility.admin), facility)
    with builder.watched():
        until(lambda: order.now().builder and len(order.builders) >= RUNS, PATIENCE_SECONDS)
        builder.kill()
        two_hours_later(stack, builder)
        until(lambda: order.now().state is State.BUILT, PATIENCE_SECONDS)
    took, peak = time.monotonic() - began, max(builder.peaks.values())
    print(f"\n{took:.0f} s, {len(order.builders)} runs, at most {peak / 2**20:.0f} MiB")  # noqa: T201 - what docs/performance.md tells
    assert peak <= MOST_BYTES
    assert len(order.builders) > RUNS
    assert [len(order.uploads[each]) for each in (1, 2)] == [1, 1]
    assert [each.number for each in order.now().built] == [1, 2]
    admin, here, known = Browser(stack, facility.admin), f"{ORDERS}/{order.order_id}", 0
    for number in (1, 2):
        iso = download(admin, here, number, tmp_path)
        disc = extracted(iso, tmp_path / f"disc {number}")
        iso.unlink()
        assert verified(disc)[0] == 0, verified(disc)[1]
        known += len(list((disc / "DICOM").rglob("I*")))
    assert known == files
    each_harm_is_found(tmp_path / "disc 2", "DICOM")
    shutil.rmtree(tmp_path)  # pytest would keep it for three runs more
