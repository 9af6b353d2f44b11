"""Which folders are backed up into which targets: what `hokan-agent run` looks after."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from hokan_agent.errors import AgentError
from hokan_agent.machine.home import Home
from hokan_agent.sources.paths import to_wire

MAX_NAME_BYTES = 100


class Watched(NamedTuple):
    """
    A folder that is backed up.

    Attributes:
        name: The top folder its files are kept under in the target; "" where it is the only one.
        patterns: What its layout says of its files (sources/patterns.py).
    """

    folder: Path
    target_id: str
    name: str = ""
    patterns: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """What the paths of its files begin with, as the service has them."""
        return to_wire(os.fsencode(self.name)) + "/" if self.name else ""


def listed(home: Home) -> list[Watched]:
    """Return the watched folders; raises AgentError when what was kept cannot be read."""
    try:
        kept = json.loads(home.folders_file.read_text(encoding="utf-8"))
        return [_watched(each) for each in kept]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError):
        raise AgentError(
            f"{home.folders_file} is damaged; remove it and add the folders again"
        ) from None


def known(home: Home, folder: Path, target_id: str) -> Watched:
    """Return how *folder* is watched for a target; one that is not watched has no place there."""
    here = Watched(folder.resolve(), target_id)
    return next(
        (
            each
            for each in listed(home)
            if (each.folder, each.target_id) == (here.folder, here.target_id)
        ),
        here,
    )


def add(home: Home, fresh: Watched) -> None:
    """Watch another folder; raises AgentError when it would get in the way of one that is."""
    before = listed(home)
    _check_name(fresh.name)
    for each in before:
        _check_apart(fresh, each)
    _keep(home, [*before, fresh])


def remove(home: Home, folder: Path) -> None:
    """Watch a folder no more; what is stored of it stays stored.  Raises AgentError."""
    before = listed(home)
    left = [each for each in before if each.folder != folder]
    if len(left) == len(before):
        raise AgentError(f"{folder} is not watched; hokan-agent watch list shows what is")
    _keep(home, left)


def _check_name(name: str) -> None:
    if name in {".", ".."} or "/" in name or len(os.fsencode(name)) > MAX_NAME_BYTES:
        raise AgentError(
            f"{name} cannot be a folder's place: one name, without /, of at most "
            f"{MAX_NAME_BYTES} bytes"
        )


def _check_apart(fresh: Watched, other: Watched) -> None:
    """Two folders never hold the same file, and never the same path of a target."""
    if fresh.folder == other.folder:
        raise AgentError(f"{fresh.folder} is watched already; remove it first to change it")
    if fresh.folder.is_relative_to(other.folder) or other.folder.is_relative_to(fresh.folder):
        raise AgentError(f"{fresh.folder} and {other.folder}, which is watched, overlap")
    if fresh.target_id != other.target_id:
        return
    if not (fresh.name and other.name):
        raise AgentError(
            f"{other.folder} is backed up into this target too: give each of them a place of its "
            "own with --as NAME (remove the first, and add it again with --as)"
        )
    if fresh.name == other.name:
        raise AgentError(
            f"{other.folder} has the place {fresh.name} in this target; choose another"
        )


def _watched(kept: dict[str, Any]) -> Watched:
    folder, patterns = Path(kept["folder"]), tuple(kept.get("patterns", ()))
    return Watched(folder, kept["target_id"], kept["name"], patterns)


def _keep(home: Home, folders: list[Watched]) -> None:
    kept = [
        {
            "folder": str(each.folder),
            "target_id": each.target_id,
            "name": each.name,
            "patterns": each.patterns,
        }
        for each in folders
    ]
    home.write(home.folders_file, json.dumps(kept, ensure_ascii=True).encode())
