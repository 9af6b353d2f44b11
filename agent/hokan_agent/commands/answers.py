"""`hokan-agent answers`: which inquiries were answered, and whether a desktop gives notice."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.notices import answers, desktop
from hokan_agent.notices.answers import Answer
from hokan_agent.report import COMPLETE
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web

EXAMPLES = (
    "hokan-agent answers",
    "hokan-agent answers on",
    "hokan-agent answers on --program /usr/local/bin/tell-the-ward",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what",
        nargs="?",
        choices=("list", "on", "off"),
        default="list",
        help="list them (the usual), or switch notices by `run` on or off",
    )
    command.add_argument(
        "--program",
        default=desktop.USUAL,
        metavar="PROGRAM",
        help="what shows a notice, called with a title and a text (%(default)s)",
    )
    command.add_argument("--json", action="store_true", help="for programs")


def run(home: Home, options: argparse.Namespace) -> int:
    """List answers that no terminal gave notice of, or set whether `run` gives it."""
    home.identity()  # of another state nobody takes notice
    match options.what:
        case "on":
            settings.keep_notices(home, desktop.program(options.program))
            print("a `run` under way gives notice of answers within minutes")
        case "off":
            settings.keep_notices(home, None)
            print("no notice is given of answers")
        case _:
            found = answers.waiting(Service.of(home, Web()))
            print(_as_json(found) if options.json else as_text(found))
    return COMPLETE


def as_text(found: list[Answer]) -> str:
    """Return answers for people: when, and where to read."""
    return "\n".join(map(_line, found)) or "no answer waits that nobody was told of"


def _line(answer: Answer) -> str:
    at = datetime.fromisoformat(answer.answered_at).astimezone()
    return f"{at:%Y-%m-%d %H:%M}  {answer.address}"


def _as_json(found: list[Answer]) -> str:
    return json.dumps({"answers": [each._asdict() for each in found]}, ensure_ascii=False)
