"""`hokan-agent restore`: what staff has granted, back into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hokan_agent.commands.options import add_reported, bars
from hokan_agent.commands.reporting import note_service, reported, warn
from hokan_agent.download.restore import Restore, Way
from hokan_agent.errors import AgentError
from hokan_agent.machine.home import Home
from hokan_agent.machine.settings import Current, refuse_while_paused
from hokan_agent.report import RestoreReport
from hokan_agent.wire.pacing import Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, stopped

EXAMPLES = ("hokan-agent restore --into /restored",)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--restore", metavar="ID", help="not needed when one is granted only")
    command.add_argument(
        "--overwrite", action="store_true", help="let files that are in the way be replaced"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and write nothing"
    )
    add_reported(command)


def run(home: Home, options: argparse.Namespace) -> int:
    """Restore what a grant covers."""
    return reported(_restored, RestoreReport(is_dry=options.dry_run), home, options)


def _restored(home: Home, options: argparse.Namespace, report: RestoreReport) -> None:
    refuse_while_paused(home)
    web = Web(Pacing(Current(home, warn), stopped.wait))
    service = Service.of(home, web)
    way = Way(overwrites=options.overwrite, is_dry=options.dry_run)
    with home.locked(), bars(options) as shown:
        restore = Restore(web, service, workers=options.workers, bars=shown, way=way)
        restore.report = report
        try:
            granted = service.get("/agent/restores")["items"]
            restore.run(_grant(granted, options.restore), options.into)
        finally:
            note_service(report, service)


def _grant(granted: list[dict[str, Any]], wanted: str | None) -> str:
    identifiers = [str(each["restore_id"]) for each in granted]
    if wanted is not None:
        if wanted not in identifiers:
            raise AgentError(f"{wanted} is not granted to this agent, or it is over")
        return wanted
    if not identifiers:
        raise AgentError("no restore is granted to this agent; your facility's staff grants them")
    if len(identifiers) > 1:
        listed = "\n  ".join(identifiers)
        raise AgentError(f"several restores are granted; choose one with --restore:\n  {listed}")
    return identifiers[0]
