"""Requests and bytes of each tool, counted by a proxy, in a round that nobody times."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.agent.counting import Counted, counted
from bench.agent.ours import Ours, standin
from bench.agent.restic import Restic
from bench.agent.rounds import FIRST, UNCHANGED
from bench.agent.servers import rclone


def counts(folder: Path) -> Iterator[tuple[str, str, Counted]]:
    """Yield (step, tool, what was counted) on rclone's S3."""
    with tempfile.TemporaryDirectory() as scratch:
        with rclone() as storage, counted(storage) as (proxied, count):
            restic = Restic(proxied, Path(scratch, "restic"))
            yield from _steps("restic", restic, folder, count)
        with rclone() as storage, counted(storage) as (proxied, count), standin(proxied) as service:
            yield from _steps("ours", Ours(service, Path(scratch, "ours")), folder, count)


def _steps(
    name: str, tool: Restic | Ours, folder: Path, count: Counted
) -> Iterator[tuple[str, str, Counted]]:
    count.taken()  # making the bucket and the repository is not the backup's
    for step in (FIRST, UNCHANGED):
        tool.backup(folder)
        yield step, name, count.taken()
