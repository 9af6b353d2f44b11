"""`hokan-agent run`: stays, and does what the service and the plans ask for."""

from __future__ import annotations

import argparse
from pathlib import Path

from hokan_agent.commands.options import add_log, add_workers, log_of, seconds
from hokan_agent.daemon.closing import QUIET_SECONDS, SETTLE_SECONDS
from hokan_agent.daemon.live import RESCAN_SECONDS, Live
from hokan_agent.daemon.loop import Loop, Wishes
from hokan_agent.daemon.tools import Tools
from hokan_agent.machine.home import RUN, Home
from hokan_agent.machine.settings import Current
from hokan_agent.wire.pacing import Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, stopped

EXAMPLES = (
    "hokan-agent run",
    "hokan-agent run --once --quiet",
    "hokan-agent run --restore-into /restored",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--once", action="store_true", help="ask once, do what is due, and end")
    command.add_argument("--restore-into", type=Path, metavar="FOLDER", help="restore by itself")
    command.add_argument("--every", type=seconds, metavar="SECONDS", help="ask at least so often")
    command.add_argument(
        "--rescan",
        type=seconds,
        default=RESCAN_SECONDS,
        metavar="SECONDS",
        help="look at the folders at least so often (%(default)g)",
    )
    command.add_argument(
        "--quiet-time",
        type=seconds,
        default=QUIET_SECONDS,
        metavar="SECONDS",
        help="an examination without a change for so long is over (%(default)g)",
    )
    add_log(command)
    add_workers(command)


def run(home: Home, options: argparse.Namespace) -> int:
    """Do what is due until somebody ends it."""
    log = log_of(options)
    pacing = Pacing(Current(home, log.trouble), stopped.wait)
    web = Web(pacing)
    tools = Tools(home, web, Service.of(home, web), log, options.workers)
    quiet_time = SETTLE_SECONDS if options.once else options.quiet_time
    live = Live(tools, rescan=options.rescan, quiet_time=quiet_time)
    loop = Loop(tools, live, Wishes(options.every, options.restore_into))
    with home.locked(RUN):
        return loop.run_once() if options.once else loop.run()
