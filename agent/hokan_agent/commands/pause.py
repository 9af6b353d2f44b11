"""`hokan-agent pause`: nothing is sent or restored for a while."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, time, timedelta

from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.machine.settings import Pause
from hokan_agent.report import COMPLETE

EXAMPLES = ("hokan-agent pause --until 18:00", "hokan-agent pause --for 2h")

_SPAN = re.compile(r"(\d{1,4})(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def add_options(command: argparse.ArgumentParser) -> None:
    end = command.add_mutually_exclusive_group()
    end.add_argument(
        "--until", type=clock_time, metavar="TIME", help="18:00, today or else tomorrow"
    )
    end.add_argument("--for", dest="span", type=span, metavar="SPAN", help="90m, 2h or 1d")


def run(home: Home, options: argparse.Namespace) -> int:
    """Pause this agent, until somebody resumes it if nothing else is said."""
    home.identity()  # of another state nobody takes notice
    pause = Pause(_end(options, datetime.now()))  # noqa: DTZ005 - the clock on the wall
    settings.keep_pause(home, pause)
    print(f"{pause}; what is under way stops within seconds")
    return COMPLETE


def _end(options: argparse.Namespace, now: datetime) -> datetime | None:
    if options.until is not None:
        return next_time(options.until, now).astimezone(UTC)
    return None if options.span is None else now.astimezone(UTC) + options.span


def next_time(wanted: time, now: datetime) -> datetime:
    """
    Return when the clock on the wall shows *wanted* next.

    >>> next_time(time(6), datetime(2031, 1, 1, 20))
    datetime.datetime(2031, 1, 2, 6, 0)
    """
    today = datetime.combine(now, wanted)
    return today if today > now else today + timedelta(days=1)


def clock_time(text: str) -> time:
    """Return an option's time of day; raises ArgumentTypeError when it is none."""
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no time of day; like 18:00") from None


def span(text: str) -> timedelta:
    """
    Return an option's span; raises ArgumentTypeError when it is none.

    >>> span("2h")
    datetime.timedelta(seconds=7200)
    """
    found = _SPAN.fullmatch(text)
    if found is None or not int(found[1]):
        raise argparse.ArgumentTypeError(f"{text} is no span of time; like 90m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]
