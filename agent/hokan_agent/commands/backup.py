"""`hokan-agent backup`: one folder, now."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from hokan_agent.commands.options import add_patterns, add_reported, bars, folder
from hokan_agent.commands.reporting import note_service, reported, warn
from hokan_agent.commands.targets import target_of
from hokan_agent.machine.home import Home
from hokan_agent.machine.settings import Current, refuse_while_paused
from hokan_agent.machine.state import State
from hokan_agent.moments import moment
from hokan_agent.report import BackupReport
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Backup
from hokan_agent.wire.pacing import Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, stopped

EXAMPLES = (
    "hokan-agent backup /images/endoscopy",
    "hokan-agent backup /images/endoscopy --target Endoscopy --json",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=folder, metavar="FOLDER")
    command.add_argument("--target", help="its id or name; not needed when there is one only")
    add_patterns(command)
    add_reported(command)


def run(home: Home, options: argparse.Namespace) -> int:
    """Back a folder up."""
    return reported(_backed_up, BackupReport(), home, options)


def _backed_up(home: Home, options: argparse.Namespace, report: BackupReport) -> None:
    refuse_while_paused(home)
    web = Web(Pacing(Current(home, warn), stopped.wait))
    service = Service.of(home, web)
    with home.locked(), closing(State(home.state_file)) as state, bars(options) as shown:
        if state.was_damaged:
            warn("the cache was damaged and is rebuilt; every file is read again")
        backup = Backup(web, service, state, workers=options.workers, bars=shown)
        backup.report = report
        try:
            target = target_of(service.get("/agent")["targets"], options.target)
            backup.run(_watched(home, options, target), target)
            state.note_backup(target["target_id"], moment(), report.outcome)
        finally:
            note_service(report, service)


def _watched(home: Home, options: argparse.Namespace, target: dict[str, Any]) -> Watched:
    """Return the folder with its place and patterns: by hand the same as when `run` does it."""
    watched = folders.known(home, options.folder, target["target_id"])
    return watched._replace(patterns=tuple(options.pattern) or watched.patterns)
