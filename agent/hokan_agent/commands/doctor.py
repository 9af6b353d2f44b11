"""`hokan-agent doctor`: what keeps this machine from backing up, and how to mend it."""

from __future__ import annotations

import argparse
import json

from hokan_agent.machine import doctor
from hokan_agent.machine.findings import Level, as_json, as_text, worst
from hokan_agent.machine.home import Home
from hokan_agent.report import COMPLETE, FAILED

EXAMPLES = (
    "hokan-agent doctor",
    "hokan-agent doctor --service https://hokan.example/api",
    "hokan-agent doctor --json",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service", metavar="URL", help="try this address, before enrolling too")
    command.add_argument("--json", action="store_true", help="for programs")


def run(home: Home, options: argparse.Namespace) -> int:
    """Check this machine, telling each finding when it is made."""
    found = []
    for each in doctor.examine(home, options.service):
        found.append(each)
        if not options.json:
            print(as_text(each), flush=True)
    if options.json:
        print(json.dumps(as_json(found), ensure_ascii=False))
    return FAILED if worst(found) is Level.WRONG else COMPLETE
