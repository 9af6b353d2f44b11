"""Where benchmarks run: the service's settings, and a facility under contract on moto."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any
from unittest import mock

import boto3
from chalice.test import Client
from moto import mock_aws
from moto.dynamodb.models.table import Table

from chalicelib import buckets, due, queues, tables
from chalicelib.contracts.local import forget_zones
from chalicelib.settings import settings
from chalicelib.telemetry import logger
from infra.build import NOWHERE
from infra.provision import provision
from infra.template import REGION, function_environment, resolver_of
from tests.support.quick_rows import quicken_rows
from tests.support.world import World, build

CAPACITY_BYTES = 10**10


def environment() -> dict[str, str]:
    """Return a function's environment; the credentials are nobody's."""
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "benchmark")
    return function_environment(resolver_of("bench", NOWHERE)) | keys


@contextmanager
def configured(variables: Mapping[str, str]) -> Iterator[None]:
    """Let the service find *variables* in its environment meanwhile."""
    kept = (
        settings.cache_clear,
        buckets.forget_connections,
        tables.forget_connections,
        queues.forget_connections,
        due.forget_connections,
        forget_zones,
    )
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION, **variables}):
        for forget in kept:
            forget()
        yield
    for forget in kept:
        forget()


@contextmanager
def on_moto() -> Iterator[tuple[World, io.StringIO]]:
    """Yield a facility under contract, and all that the service's functions print."""
    printed = io.StringIO()
    # moto sorts a whole table for each query, and copies it before each transaction, to undo it
    # when it fails.  None fails here, and a year of inquiries would take most of a day.
    quicken_rows()
    uncopied = mock.patch.object(Table, "__deepcopy__", lambda table, _: table, create=True)
    with mock_aws(), uncopied, configured(provision(boto3.Session(region_name=REGION), "bench")):
        from app import app

        with Client(app) as client, redirect_stdout(printed), _logging_to(printed):
            yield build(client, capacity_bytes=CAPACITY_BYTES), printed


@contextmanager
def _logging_to(lines: io.StringIO) -> Iterator[None]:
    handler: Any = logger.registered_handler
    before = handler.setStream(lines)
    yield
    handler.setStream(before)
