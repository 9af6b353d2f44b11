"""
What viewers ask by DICOMweb, and storing what they find, beside Debian's Orthanc and its plugin.

The two cannot be timed alike: Orthanc answers from its own disk in one process, ours is a function
that asks DynamoDB and S3.  So CPU is set beside CPU, that of AWS (here moto's) left out, and ours
gets the time its AWS calls take, one after the other, at a stated time a call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import boto3
import urllib3
from botocore.client import BaseClient
from moto.core.botocore_stubber import BotocoreStubber

from bench.dicom_files import EXPLICIT, endoscopic
from bench.figures import Figure
from bench.prices import CALL_MS, OTHER_CALL_MS
from bench.servers import cpu_seconds, orthanc, running
from bench.world import on_moto
from chalicelib.dicomweb import documents, store
from chalicelib.dicomweb.dataset import dataset
from chalicelib.dicomweb.model import Instance, summarised
from chalicelib.dicomweb.received import received
from chalicelib.settings import settings
from tests.dicomweb.scene import ask, index_all
from tests.dicomweb.sending import MEDIA, in_parts
from tests.pictures.making import with_display_tool
from tests.support.world import World, an_entry

STUDIES, NIGHT_STUDIES, STUDY_INSTANCES = 1_000, 25, 20
PIXEL_BYTES = 20_000
DAYS = 250  # that they are spread over
ROUNDS = 15
CHUNK, EVENTS = 97, 10
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
SERIES = "/1.2.4.7/series/1.2.5.7/metadata"
STORED = "an instance stored"
ASKED = {  # how many each finds
    "the first 100 studies": ("?limit=100", 100),
    "studies of a patient": ("?PatientID=P-500", 1),
    "studies of a week": ("?StudyDate=20260101-20260107", 7 * STUDIES // DAYS),
    f"metadata of a series of {STUDY_INSTANCES}": (SERIES, STUDY_INSTANCES),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request took: the server's CPU, and the time until its answer."""

    cpu_ms: float
    wall_ms: float

    @property
    def a_second(self) -> float:
        """How many such requests a second of a CPU is enough for."""
        return 1_000 / max(self.cpu_ms, 0.01)

    def divided(self, by: int) -> Taken:
        return Taken(self.cpu_ms / by, self.wall_ms / by)


def figures() -> Iterator[Figure]:
    """Yield CPU and time of storing and asking, ours and, where there is one, Orthanc's."""
    night, others = _files()
    ours = _ours(night, others)
    theirs = _orthancs(night, others) if _is_here() else {}
    for what, taken in ours.items():
        yield Figure(f"{what}: CPU", taken.cpu_ms, unit="ms", digits=1)
        yield Figure("  with its AWS calls, one by one", taken.wall_ms, unit="ms", digits=1)
        if what == STORED:
            yield Figure("  instances a second of a CPU", taken.a_second)
        if what in theirs:
            its = theirs[what]
            yield Figure("  Orthanc: CPU", its.cpu_ms, unit="ms", digits=1)
            yield Figure("  Orthanc: answered after", its.wall_ms, unit="ms", digits=1)
            if what == STORED:
                yield Figure("  Orthanc: instances a second of a CPU", its.a_second)
            yield Figure("  CPU, ours / its", taken.cpu_ms / max(its.cpu_ms, 0.01))
            yield Figure("  time, ours / its", taken.wall_ms / its.wall_ms)


def _is_here() -> bool:
    if PLUGIN.exists():
        return True
    print(
        "bench: no Orthanc here that speaks DICOMweb (Debian's orthanc-dicomweb)", file=sys.stderr
    )
    return False


# --- what is stored ----------------------------------------------------------------------------


def _files() -> tuple[list[bytes], list[bytes]]:
    """Return the images of a night's studies, and one of each other study."""
    pixels = os.urandom(PIXEL_BYTES)
    many = NIGHT_STUDIES * STUDY_INSTANCES
    night = [_image(number, number // STUDY_INSTANCES, pixels) for number in range(many)]
    others = range(NIGHT_STUDIES, STUDIES)
    return night, [_image(many + study, study, pixels) for study in others]


def _image(number: int, study: int, pixels: bytes) -> bytes:
    day = f"2026{study % DAYS // 28 + 1:02}{study % DAYS % 28 + 1:02}"
    more = [
        (0x00080020, b"DA", day.encode()),
        (0x00080060, b"CS", b"ES"),
        (0x00100010, b"PN", b"YAMADA^HANAKO"),
        (0x00200013, b"IS", str(number).encode()),
        (0x7FE00010, b"OB", pixels),
    ]
    return endoscopic(number, study, more)


# --- ours --------------------------------------------------------------------------------------


def _ours(night: list[bytes], others: list[bytes]) -> dict[str, Taken]:
    with on_moto() as (world, _):
        with_display_tool(world)
        stored = _of_ours(partial(_taken_in, world, night))
        taken = {STORED: stored.divided(len(night))}
        for each in others:
            _made_ready(world, each)
        for what, (query, amount) in ASKED.items():
            rounds = [_of_ours(partial(_asked, world, query, amount)) for _ in range(ROUNDS)]
            taken[what] = _median(rounds)
    return taken


def _made_ready(world: World, body: bytes) -> None:
    """Let searches find the study of a file as if it had been stored; moto would take minutes."""
    file = received(body)
    header = dataset(body, file.facts)
    one = Instance(sha256=file.sha256, size_bytes=len(body), syntax=EXPLICIT, header=header)
    study = store.add_part(world.target_id, str(file.facts.study_uid), "part")
    store.describe(study, summarised([one]))


def _taken_in(world: World, files: list[bytes]) -> None:
    """Declare, put, settle, finish, and make headers ready: the whole way of an agent's files."""
    batch_id, s3 = world.open_batch(), boto3.client("s3")
    entries = [an_entry(f"{number}.dcm", body) for number, body in enumerate(files)]
    for number, start in enumerate(range(0, len(entries), CHUNK)):
        world.chunk(batch_id, number, {"examinations": [], "entries": entries[start:][:CHUNK]})
    keys = [f"t/{world.target_id}/{each['sha256']}" for each in entries]
    for key, body in zip(keys, files, strict=True):
        bucket = settings().objects_bucket
        s3.put_object(Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")
    for start in range(0, len(keys), EVENTS):
        world.deliver(keys[start:][:EVENTS])
    if world.finish(batch_id)["state"] != "complete":
        raise RuntimeError("the batch is not complete")
    index_all(world)


def _asked(world: World, path: str, amount: int) -> None:
    documents.read.cache_clear()  # as in a function that has just started
    below, _, query = path.partition("?")
    parameters = dict(each.split("=") for each in query.split("&") if each)
    found = json.loads(ask(world.doctor, world, below, **parameters).body)
    _check(path, len(found), amount)


def _of_ours(act: Callable[[], None]) -> Taken:
    """Return the CPU of *act* without moto's, and the time it would take with AWS's."""
    calls = Counter[str]()
    with _noted(calls) as motos:
        began = time.process_time()
        act()
        cpu_ms = (time.process_time() - began - sum(motos)) * 1_000
    calls_ms = sum(CALL_MS.get(name, OTHER_CALL_MS) * times for name, times in calls.items())
    return Taken(cpu_ms, cpu_ms + calls_ms)


@contextmanager
def _noted(calls: Counter[str]) -> Iterator[list[float]]:
    """Count AWS calls by name; yield a list that gets the CPU of each answer of moto's."""
    call, answer, motos = BaseClient._make_api_call, BotocoreStubber.__call__, list[float]()  # noqa: SLF001

    def counting(client: Any, operation: str, asked: Any) -> Any:
        calls[operation] += 1
        return call(client, operation, asked)

    def timed(stubber: Any, *asked: Any, **more: Any) -> Any:
        began = time.process_time()
        try:
            return answer(stubber, *asked, **more)
        finally:
            motos.append(time.process_time() - began)

    with (
        mock.patch.object(BaseClient, "_make_api_call", counting),
        mock.patch.object(BotocoreStubber, "__call__", timed),
    ):
        yield motos


# --- Orthanc -----------------------------------------------------------------------------------


def _orthancs(night: list[bytes], others: list[bytes]) -> dict[str, Taken]:
    with tempfile.TemporaryDirectory() as folder, running(_started, Path(folder)) as (server, port):
        service = urllib3.HTTPConnectionPool("127.0.0.1", port)
        stored = _of_orthanc(server, (partial(_sent, service, each) for each in night))
        taken = {STORED: stored.divided(len(night))}
        for each in others:
            _sent(service, each)
        for what, (path, amount) in ASKED.items():
            asking = repeat(partial(_found, service, path, amount), ROUNDS)
            taken[what] = _of_orthanc(server, asking).divided(ROUNDS)
    return taken


def _started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start Orthanc as it comes, for this machine alone, with what speaks DICOMweb."""
    settings = {
        "DicomServerEnabled": False,
        "HttpPort": port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        "Plugins": [str(PLUGIN)],
    }
    return orthanc(folder, settings)


def _sent(service: urllib3.HTTPConnectionPool, file: bytes) -> None:
    answer = service.request(
        "POST", "/dicom-web/studies", body=in_parts(file), headers={"Content-Type": MEDIA}
    )
    if answer.status != 200:
        raise RuntimeError(f"Orthanc answered {answer.status}")


def _found(service: urllib3.HTTPConnectionPool, path: str, amount: int) -> None:
    headers = {"Accept": "application/dicom+json"}
    answer = service.request("GET", f"/dicom-web/studies{path}", headers=headers)
    _check(path, len(answer.json()), amount)


def _of_orthanc(server: subprocess.Popen[bytes], acts: Iterable[Callable[[], None]]) -> Taken:
    """Return what all *acts* took; a process's CPU is told in hundredths of a second."""
    cpu, began = cpu_seconds(server.pid), time.monotonic()
    for act in acts:
        act()
    wall = time.monotonic() - began
    return Taken((cpu_seconds(server.pid) - cpu) * 1_000, wall * 1_000)


# --- pieces ------------------------------------------------------------------------------------


def _check(path: str, found: int, amount: int) -> None:
    if found != amount:
        raise RuntimeError(f"{path} finds {found}, not {amount}")


def _median(rounds: list[Taken]) -> Taken:
    return Taken(median(each.cpu_ms for each in rounds), median(each.wall_ms for each in rounds))
