"""Options that several commands have, and how their values are checked."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from hokan_agent import log, progress
from hokan_agent.errors import AgentError
from hokan_agent.log import Log
from hokan_agent.progress import Progress
from hokan_agent.sources.patterns import Pattern

WORKERS = 4


def add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", type=int, choices=range(1, 33), default=WORKERS, metavar="N", help="1 to 32"
    )


def add_patterns(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--pattern",
        type=pattern,
        action="append",
        default=[],
        metavar="PATTERN",
        help="what the layout says, such as {patient}/{date}_{examination}/**; may be repeated",
    )


def add_reported(command: argparse.ArgumentParser) -> None:
    """Add what commands have that end with a report."""
    command.add_argument("--json", action="store_true", help="print the report as one JSON object")
    command.add_argument("--quiet", action="store_true", help="no progress")
    command.add_argument(
        "--progress", choices=progress.FORMS, default="text", help="on standard error (%(default)s)"
    )
    add_workers(command)


def bars(options: argparse.Namespace) -> Progress:
    """Return what shows the progress of a command as its options say."""
    return progress.progress("none" if options.quiet else options.progress)


def add_log(command: argparse.ArgumentParser) -> None:
    """Add what commands have that stay."""
    command.add_argument("--quiet", action="store_true", help="tell of trouble only")
    command.add_argument(
        "--log", choices=log.FORMS, default="text", help="json: an object a line (%(default)s)"
    )


def log_of(options: argparse.Namespace) -> Log:
    return Log(quiet=options.quiet, form=options.log)


def folder(text: str) -> Path:
    """Return an option's folder; raises ArgumentTypeError when it is none."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def pattern(text: str) -> str:
    """Return an option's pattern; raises ArgumentTypeError when it means nothing."""
    try:
        return Pattern(text).text
    except AgentError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def seconds(text: str) -> float:
    """Return an option's seconds; raises ArgumentTypeError when it is no time above zero."""
    try:
        wanted = float(text)
    except ValueError:
        wanted = 0.0
    if not 0 < wanted < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds above zero")
    return wanted


def title(text: str) -> str:
    """Return an option's AE title (DICOM PS3.5, 6.2); raises ArgumentTypeError when it is none."""
    if not 0 < len(text.strip()) <= 16 or not text.isascii() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text} is no AE title: 1 to 16 characters of ASCII")
    if "\\" in text:
        raise argparse.ArgumentTypeError("an AE title has no backslash")
    return text.strip()
