"""
What taking images in asks of AWS: whole batches through the real handlers, on moto.

The agent's part is played as agent/hokan_agent does it.  Every figure is a count; no clock is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest import mock

import boto3
from PIL import Image

from bench.counting import Tally, counted
from bench.figures import Figure
from bench.world import on_moto
from chalicelib.kernel import clock
from chalicelib.settings import settings
from chalicelib.uploads.model import BATCH_ENTRIES, CHUNK_ENTRIES
from tests.support.world import World, an_entry

FEW = 100
EXAMINATION_IMAGES = 20  # a screening gastroscopy; so many share an examination's rows
MESSAGES = 10  # of S3 a call of ingest: app.py's batch_size
EARLY_ASKS = 4  # the agent asks at 0, 0.2, 0.7, 1.7 s; S3's last events take about two seconds


@dataclass
class Run(Tally):
    """
    A batch taken in.

    Attributes:
        answer_bytes: Bodies of the interface's answers.
        log_bytes: What the functions printed, metrics included.
    """

    images: int = 0
    api_calls: int = 0
    ingests: int = 0
    answer_bytes: int = 0
    log_bytes: int = 0


def figures() -> Iterator[Figure]:
    """Yield what an image of a night asks for, step by step, and one of a small batch."""
    night, few = runs()
    finishing = sum(count for (step, _), count in night.calls.items() if step == "finish")
    yield Figure("S3 PUT an image", night.called("PutObject") / night.images, 1)
    yield Figure("API calls an image", night.api_calls / night.images, 0.02, digits=4)
    yield from _units("write units", night, 4)
    yield from _units("read units", night)
    heads = night.called("GetObject", "HeadObject")
    yield Figure("S3 GET and HEAD an image", heads / night.images)
    yield Figure(f"AWS calls to finish {night.images:,} images", finishing, digits=0)
    few_units = sum(few.write_units.values())
    yield Figure(f"write units an image, batch of {few.images}", few_units / few.images)
    yield Figure(f"API calls an image, batch of {few.images}", few.api_calls / few.images)


def _units(name: str, run: Run, target: float | None = None) -> Iterator[Figure]:
    units = run.write_units if name == "write units" else run.read_units
    yield Figure(f"{name} an image", sum(units.values()) / run.images, target)
    for step, amount in units.items():
        if amount >= run.images / 100:
            yield Figure(f"  {step}", amount / run.images)


@cache
def runs() -> tuple[Run, Run]:
    """Take in a night of images, then a few."""
    image = _jpeg()
    with on_moto() as (world, printed):
        night = _taken_in(world, printed, range(BATCH_ENTRIES), image)
        few = _taken_in(world, printed, range(BATCH_ENTRIES, BATCH_ENTRIES + FEW), image)
    return night, few


def _taken_in(
    world: World, printed: io.StringIO, numbers: range, image: Callable[[int], bytes]
) -> Run:
    """Open, declare, send, settle half, sweep, ask too early, settle the rest, finish."""
    run, printed_bytes = Run(images=len(numbers)), printed.tell()
    entries = [_entry(number, image(number)) for number in numbers]
    keys = [f"t/{world.target_id}/{each['sha256']}" for each in entries]
    half = len(keys) // 2 // MESSAGES * MESSAGES
    with counted(run), _answers_counted(world, run):
        run.step, opened_at = "open", clock.text(clock.now())
        world.agent.get("/agent")
        batch_id = world.open_batch()
        run.step = "declare"
        for number, chunk in enumerate(_by(CHUNK_ENTRIES, entries)):
            world.chunk(batch_id, number, _chunk(chunk))
        run.step = "send"
        s3 = boto3.client("s3")
        for number, key in zip(numbers, keys, strict=True):
            _put(s3, key, image(number))
        _settle(world, run, keys[:half])
        run.step = "sweep"
        world.sweep(opened_at)  # on a slow machine ten minutes may have passed
        run.step = "ask early"
        for _ in range(EARLY_ASKS):
            _expect("settling", world.finish(batch_id))
        _settle(world, run, keys[half:])
        run.step = "finish"
        _expect("complete", world.finish(batch_id))
    run.log_bytes = printed.tell() - printed_bytes
    return run


def _put(s3: Any, key: str, body: bytes) -> None:
    """Store bytes as a presigned PUT would."""
    bucket = settings().objects_bucket
    s3.put_object(Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")


def _settle(world: World, run: Run, keys: list[str]) -> None:
    run.step = "settle"
    for messages in _by(MESSAGES, keys):
        run.ingests += 1
        if world.deliver(messages)["batchItemFailures"]:
            raise RuntimeError("some events were not handled")


def _expect(state: str, answer: dict[str, Any]) -> None:
    if answer["state"] != state:
        raise RuntimeError(f"the batch is {answer['state']}, not {state}")


@contextmanager
def _answers_counted(world: World, run: Run) -> Iterator[None]:
    ask = world.client.http.request

    def asking(*request: Any, **more: Any) -> Any:
        answer = ask(*request, **more)
        run.api_calls += 1
        run.answer_bytes += len(answer.body)
        return answer

    with mock.patch.object(world.client.http, "request", asking):
        yield


# --- what is taken in --------------------------------------------------------------------------


def _jpeg() -> Callable[[int], bytes]:
    """Return a maker of JPEGs, each with its number in it, longer than the first range read."""
    noise = io.BytesIO()
    Image.effect_noise((512, 384), 64).save(noise, "JPEG", quality=90)
    start, rest = noise.getvalue()[:2], noise.getvalue()[2:]
    return lambda number: start + b"\xff\xfe\0\x0a%08d" % number + rest  # a comment


def _entry(number: int, body: bytes) -> dict[str, Any]:
    examination = f"E-{number // EXAMINATION_IMAGES:05}"
    path = f"2026-04-01/{examination}/IMG{number:05}.JPG"
    return an_entry(path, body, examination) | {"modified_at": "2026-04-01T09:30:00Z"}


def _chunk(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a chunk with the examinations it names, each of a patient of its own."""
    person = {
        "name": "YAMADA^HANAKO=山田^花子=やまだ^はなこ",
        "birth_date": "1950-01-01",
        "sex": "F",
    }
    said = {"examined_at": "2026-04-01T09:30:00", "kind": "EGD", "description": "Screening"}
    named = dict.fromkeys(each["examination"] for each in entries)
    examinations = [{"id": each, "patient": {"id": f"P{each}", **person}, **said} for each in named]
    return {"examinations": examinations, "entries": entries}


def _by(size: int, things: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
