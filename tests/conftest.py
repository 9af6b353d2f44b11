"""Every test's world: AWS played by moto, tables and buckets made from the template."""

from __future__ import annotations

import gc
import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from chalice.test import Client
from hypothesis import HealthCheck, Phase, settings
from moto import mock_aws

from tests.support.quick_aws import quicken

quicken()

# Machines are slow now and then: a property fails for what is wrong, never for the time it took.
# The same code meets the same examples, so that a change fails for what it changed; what nobody has
# thought of yet is looked for by `make explore` and `make faults`, ten times as long.
settings.register_profile(
    "hokan",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    settings.get_profile("hokan"),
    derandomize=False,
    max_examples=500,
    print_blob=True,
)
# Which example is the smallest that kills a mutant is nothing to look for.
settings.register_profile(
    "mutants",
    settings.get_profile("hokan"),
    max_examples=100,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("hokan")

# botocore looks these up when a client is made; nothing here is an account.
os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")


AT_A_TIME = 64
FOUND: Counter[Path] = Counter()  # tests of each file


def pytest_collection_finish() -> None:
    """Have the garbage collector look no more at what was imported: 3 % of the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> list[pytest.Item] | None:
    """Make none of a test's thousand forms where what is deep is left out."""
    marks = getattr(obj, "pytestmark", ())
    is_deep = isinstance(marks, list) and any(each.name == "deep" for each in marks)
    return [] if is_deep and "not deep" in collector.config.option.markexpr else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """
    Have the tests of a file stay with one worker, some at a time: what they share is made once.

    Those that take minutes go each to whoever has time.
    """
    marks = {each.name for each in item.iter_markers()}
    if not marks & {"xdist_group", "deep", "journey"}:
        FOUND[item.path] += 1
        turn = FOUND[item.path] // AT_A_TIME
        item.add_marker(pytest.mark.xdist_group(f"{item.path} {turn}"))


@pytest.hookimpl(trylast=True)  # after pytest-xdist has put the group's name behind
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """See that groups are groups: without them each worker starts all that one should start."""
    if getattr(config.option, "loadgroup", False):
        grouped = (each for each in items if each.get_closest_marker("xdist_group"))
        if any("@" not in each.nodeid for each in grouped):
            raise pytest.UsageError("this pytest-xdist cannot group the tests of this pytest")


@pytest.fixture(autouse=True)
def no_world() -> None:
    """Without tables there is the price book that every deployment begins with, and no other."""
    from chalicelib.billing import books

    books.keep(books.nowhere)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Hokan's tables, buckets and queues on moto; the settings point at them."""
    from chalicelib import macs, queues
    from chalicelib.access import tokens
    from chalicelib.billing import book_store, books
    from chalicelib.charging.service import finalise_at
    from chalicelib.contracts.local import forget_zones
    from chalicelib.kernel import clock
    from chalicelib.settings import settings as service_settings
    from infra.provision import provision
    from tests.support.canary import found_in, public_places
    from tests.support.snapshot import once

    with mock_aws():
        environment = once("aws", lambda: provision(boto3.Session(), stage="test"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for forget in (
            service_settings.cache_clear,
            queues.forget_connections,
            macs.forget_connections,
            forget_zones,
            finalise_at.cache_clear,
        ):
            forget()
        tokens.forget_keys()
        books.keep(book_store.published)
        clock.move(0)
        yield environment
        clock.move(0)
        leaks = [place for place in public_places() if found_in(place)]
    assert leaks == [], "the canary patient stands in a key or a queue"
    service_settings.cache_clear()


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """Everything the application logs meanwhile; in no test may it name the canary patient."""
    from chalicelib.telemetry import logger
    from tests.support.canary import found_in

    handler: Any = logger.registered_handler
    lines = io.StringIO()
    before = handler.setStream(lines)
    yield lines
    handler.setStream(before)
    leaks = [line for line in lines.getvalue().splitlines() if found_in(line)]
    assert leaks == [], "the canary patient stands in the log"


@pytest.fixture
def cognito(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001
    """A user pool's published keys, where the settings say."""
    from chalicelib.settings import settings as service_settings
    from tests.support.cognito import publishing

    with publishing() as url:
        monkeypatch.setenv("HOKAN_STAFF_JWKS_URL", url)
        service_settings.cache_clear()
        yield


@pytest.fixture
def client(aws: dict[str, str]) -> Iterator[Client]:  # noqa: ARG001 - it makes the world
    """The application, called as API Gateway and Lambda call it."""
    from app import app

    with Client(app) as client:
        yield client


@pytest.fixture
def world(client: Client):  # type: ignore[no-untyped-def]  # noqa: ANN201 - World imports the app
    """A facility under contract, with its people and its agent."""
    from tests.support.snapshot import once
    from tests.support.world import build

    return once("world", lambda: build(client)).seen_by(client)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The packaged stack on MiniStack, once for journeys and browsers."""
    from infra.local.stack import LocalStack

    running = LocalStack(port=0, home=tmp_path_factory.mktemp("stack"))
    running.start()
    yield running
    running.stop()
