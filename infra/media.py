"""
`python -m infra.media FOLDER --medium cd|dvd|bd --out DIR`: a folder's files as images of discs.

With --encrypt the discs are encrypted; the passphrase is printed, once, and kept nowhere.

`python -m infra.media --order ID` builds an order of the service's instead, by the very code of the
queue's worker, where nothing is cut off (docs/operations.md, AWS Batch).
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from chalicelib.discs import store, worker
from chalicelib.discs.model import State
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.media import building, planning, sealing
from chalicelib.media.building import DoesNotFit
from chalicelib.media.model import Damaged, Entry, Examination, File
from chalicelib.media.planning import Disc, FileTooLarge, Medium
from chalicelib.media.tree import Issue, Open, Taken
from infra import media_files


class Hashed:
    """A file that is written, and what its digest is."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._digest = stream, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._stream.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the discs of a folder."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.order:
        return _build_order(asked.order)
    if asked.folder is None or asked.out is None:
        parser.error("a folder and --out, or --order, are needed")
    try:
        return _make(asked)
    except (DoesNotFit, FileTooLarge, Taken) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except Damaged as error:
        print(f"{error} changed while it was read", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.media", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="with the files")
    parser.add_argument("--order", default="", help="the id of an order of the service's")
    parser.add_argument("--medium", choices=[*map(str, Medium)], default=str(Medium.DVD))
    parser.add_argument("--out", type=Path, help="where the images go")
    parser.add_argument("--album", type=Path, help="a folder with an album; onto the first disc")
    parser.add_argument("--name", default="Hokan", help="what the discs are called")
    parser.add_argument("--at", type=clock.parse, help="their time; now, if not given")
    parser.add_argument("--encrypt", action="store_true")
    return parser


def _build_order(order_id: str) -> int:
    """Build what is left of an order of the service's; the environment says of which stage."""
    try:
        order = worker.build(store.facility_of(order_id), order_id)
    except NotFound as error:
        print(error, file=sys.stderr)
        return 2
    for each in order.built:
        print(f"{each.sha256}  {each.key}  {each.size:,} bytes, {each.files:,} files")
    print(f"{order.order_id}: {order.state} {order.failure}".rstrip())
    return 0 if order.state is State.BUILT else 1


def _make(asked: argparse.Namespace) -> int:
    if not asked.folder.is_dir():
        print(f"{asked.folder} is no folder", file=sys.stderr)
        return 2
    folder = media_files.Folder(asked.folder)
    album = media_files.album(asked.album) if asked.album else []
    plan = planning.plan(_with_room(folder.examinations(), album), Medium(asked.medium))
    if not plan.discs:
        print(f"there are no files in {asked.folder}", file=sys.stderr)
        return 2
    at = (asked.at or datetime.now(UTC)).replace(microsecond=0)
    phrase = sealing.passphrase() if asked.encrypt else ""
    asked.out.mkdir(parents=True, exist_ok=True)
    for disc in plan.discs:
        beside = album if disc.number == 1 else []
        path = asked.out / f"disc-{disc.number:04}.iso"
        print(_made(path, Issue(asked.name, plan, at, phrase), disc, folder.open, beside))
    if phrase:
        print(f"passphrase: {phrase}")
    return 0


def _with_room(examinations: list[Examination], album: list[Entry]) -> list[Examination]:
    """Return *examinations*, the first of which has the album beside it."""
    if not examinations:
        return []
    needed = sum(planning.taken(File(each.place, each.size, each.sha256)) for each in album)
    return [replace(examinations[0], beside=needed), *examinations[1:]]


def _made(path: Path, issue: Issue, disc: Disc, open_file: Open, album: list[Entry]) -> str:
    """Write the image of a disc, which has its name once it is whole; return a line about it."""
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        into = Hashed(stream)
        size = building.build(issue, disc, open_file, into, lambda _: album)
    part.replace(path)
    return f"{into.sha256}  {path}  {size:,} bytes, {disc.files:,} files"


if __name__ == "__main__":
    sys.exit(main())
