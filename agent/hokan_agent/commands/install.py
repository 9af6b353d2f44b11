"""`hokan-agent install`: the systemd unit of `run`."""

from __future__ import annotations

import argparse
from pathlib import Path

from hokan_agent.machine.home import Home
from hokan_agent.machine.install import UNIT, next_steps, unit, write_unit
from hokan_agent.report import COMPLETE

EXAMPLES = (
    "sudo hokan-agent install",
    "hokan-agent install --print",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--print", action="store_true", help="show the unit and write nothing")
    command.add_argument("--user", default="hokan", help="whom it runs as (%(default)s)")
    command.add_argument(
        "--unit", type=Path, default=UNIT, metavar="FILE", help="where to write it (%(default)s)"
    )
    command.add_argument("--restore-into", type=Path, metavar="FOLDER", help="as for `run`")


def run(home: Home, options: argparse.Namespace) -> int:
    """Write the unit of the service, or only show it, and say what comes next."""
    text = unit(home, options.user, options.restore_into)
    if options.print:
        print(text.rstrip())
        return COMPLETE
    write_unit(options.unit, text)
    steps = "\n".join(f"  {each}" for each in next_steps(home, options.user, options.unit))
    print(f"{options.unit} is written; next:\n{steps}")
    return COMPLETE
