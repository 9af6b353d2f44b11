"""
Our agent beside restic, on the same S3 in the same run: ``make bench-agent``.

Each step is done by both, one right after the other; who begins changes every round.  Wall is the
process's from start to end, CPU and memory are the process's own, not the server's.  restic and our
agent run as they come (restic: 5 connections; ours: 4 workers).  The bytes are in the page cache.

rclone     rclone's S3, in memory; a stand-in of the service signs URLs for it
ministack  MiniStack's S3, on disk, in Python; the same stand-in
service    the packaged service on MiniStack, whole: our wall is the service's, so only when asked
           for, and only small (SCALE=0.1: four minutes a round)

A benchmark reports, it does not judge: the status is 0 whatever came out.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from bench.agent import table, trees
from bench.agent.floor import floors
from bench.agent.known import known_files
from bench.agent.places import PLACES
from bench.agent.requests import counts
from bench.agent.restic import version
from bench.agent.rounds import played
from bench.figures import Figure

MISSING = "restic is missing: apt install restic (Debian's is what the figures are stated for)"
KNOWN_PEAK_MB = 250


def main() -> int:
    """Run the rounds and print the tables; return the exit status."""
    options = _parser().parse_args()
    restic = version()
    if restic is None:
        print(MISSING, file=sys.stderr)
        return 2
    print(f"{restic}; Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    print(f"scale {options.scale:g}, {options.rounds} rounds; {_load()}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        small = trees.small(Path(scratch, "small"), options.scale)
        big = trees.big(Path(scratch, "big"), options.scale)
        _physical(small)
        for name in options.servers:
            _compared(name, small, big, options.rounds)
        _requests(small)
        took = known_files(Path(scratch), options.scale)
    print(f"\n500,000 known files (times {options.scale:g}), nothing to do, whole process")
    print(f"  wall {took.wall:.2f} s, CPU {took.cpu:.2f} s")
    print(f"  {Figure('peak memory', took.peak, KNOWN_PEAK_MB, 'MB', digits=0)}")
    print(f"\n{_load()}")
    return 0


def _physical(small: Path) -> None:
    size = trees.size_of(small)
    print(
        f"\nphysical limits, one thread but for the last, {size / 10**6:.0f} MB of small files",
        flush=True,
    )
    for what, wall, cpu in floors(small):
        print(f"  {what:42}{wall:7.2f} s wall{cpu:7.2f} s CPU")


def _compared(name: str, small: Path, big: Path, rounds: int) -> None:
    print(f"\n{name}", flush=True)
    all_rounds = []
    for number in range(rounds):
        all_rounds.append(played(PLACES[name], small, big, number))
        print(f"  round {number + 1} of {rounds}; {_load()}", file=sys.stderr, flush=True)
    for line in [*table.medians(all_rounds), "", *table.ratios(all_rounds)]:
        print(f"  {line}")


def _requests(small: Path) -> None:
    print("\nrequests to S3 and bytes, on rclone behind a counting proxy, not timed", flush=True)
    for line in table.requests(list(counts(small)), trees.size_of(small)):
        print(f"  {line}")


def _load() -> str:
    return "load of the machine {:.1f}, {:.1f}, {:.1f} (1, 5, 15 minutes)".format(*os.getloadavg())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.agent",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "servers", nargs="*", default=["rclone", "ministack"], help=", ".join(PLACES)
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="0.1: a tenth of the files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
