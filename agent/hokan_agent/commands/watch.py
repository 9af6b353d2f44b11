"""`hokan-agent watch`: which folders `run` looks after."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

from hokan_agent.commands.options import add_patterns, folder
from hokan_agent.commands.targets import target_of
from hokan_agent.commands.trying import tried
from hokan_agent.machine.home import Home
from hokan_agent.machine.state import State
from hokan_agent.report import COMPLETE
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web

EXAMPLES = (
    "hokan-agent watch add /images/endoscopy",
    'hokan-agent watch add /images/room1 --target Endoscopy --as "room 1"',
    "hokan-agent watch list",
)


def add_options(command: argparse.ArgumentParser) -> None:
    names = command.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = names.add_parser("add", help="look after a folder")
    add.add_argument("folder", type=folder, metavar="FOLDER")
    add.add_argument("--target", help="its id or name; not needed when there is one only")
    add.add_argument(
        "--as",
        dest="name",
        default="",
        metavar="NAME",
        help="the top folder its files are kept under; needed when a target has several folders",
    )
    add_patterns(add)
    what_if = names.add_parser("try", help="show what patterns say of a folder; nothing is sent")
    what_if.add_argument("folder", type=folder, metavar="FOLDER")
    add_patterns(what_if)
    remove = names.add_parser("remove", help="look after it no more; what is stored stays")
    remove.add_argument("folder", type=Path, metavar="FOLDER")
    names.add_parser("list", help="show the folders looked after")


def run(home: Home, options: argparse.Namespace) -> int:
    """Add a folder, try patterns on one, remove one, or list them."""
    match options.what:
        case "add":
            print(_added(home, options))
        case "try":
            print(tried(options.folder, options.pattern or _patterns(home, options.folder)))
        case "remove":
            print(_removed(home, options))
        case _:
            print(_listed(home))
    return COMPLETE


def _added(home: Home, options: argparse.Namespace) -> str:
    target = target_of(Service.of(home, Web()).get("/agent")["targets"], options.target)
    watched = Watched(
        options.folder.resolve(), target["target_id"], options.name, tuple(options.pattern)
    )
    folders.add(home, watched)
    return f"{watched.folder} is backed up into {target['name']} while hokan-agent run is running"


def _patterns(home: Home, folder: Path) -> tuple[str, ...]:
    """Return the patterns a folder is watched with."""
    here = folder.resolve()
    return next((each.patterns for each in folders.listed(home) if each.folder == here), ())


def _removed(home: Home, options: argparse.Namespace) -> str:
    where = options.folder.resolve()
    folders.remove(home, where)
    with closing(State(home.state_file)) as state:
        state.forget_look(os.fsencode(where))
    return f"{where} is watched no more; what is stored of it stays stored"


def _listed(home: Home) -> str:
    lines = [line for each in folders.listed(home) for line in _lines(each)]
    return "\n".join(lines) or "no folder is watched; hokan-agent watch add FOLDER adds one"


def _lines(watched: Watched) -> list[str]:
    place = f"{watched.target_id}{'/' + watched.name if watched.name else ''}"
    return [f"{watched.folder}  ->  {place}", *(f"  {each}" for each in watched.patterns)]
