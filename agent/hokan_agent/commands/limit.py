"""`hokan-agent limit`: how fast bytes may move, by the hours of a week."""

from __future__ import annotations

import argparse
import re
from datetime import time

from hokan_agent.errors import AgentError
from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.machine.timetable import DAYS, EVERY_DAY, Limit
from hokan_agent.report import COMPLETE

EXAMPLES = (
    "hokan-agent limit add 08:00-18:30 2MB/s --days mon-fri",
    "hokan-agent limit list",
)

LEAST_BYTES_A_SECOND = 10_000  # storage gives up on connections that are slower
_RATE = re.compile(r"(\d+(?:\.\d+)?)([kMG])(B|bit)/s")
_UNITS = {"k": 10**3, "M": 10**6, "G": 10**9}
_BYTES = {"B": 1.0, "bit": 1 / 8}
_DAYS = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")


def add_options(command: argparse.ArgumentParser) -> None:
    names = command.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = names.add_parser("add", help="limit some hours; where limits overlap, the least holds")
    add.add_argument(
        "hours", type=hours, metavar="HOURS", help="08:00-18:30; past midnight 22:00-06:00"
    )
    add.add_argument(
        "rate", type=bytes_a_second, metavar="RATE", help="2MB/s, 500kB/s or 16Mbit/s; of all files"
    )
    add.add_argument(
        "--days", type=days, default=EVERY_DAY, metavar="DAYS", help="mon-fri, or sat,sun"
    )
    remove = names.add_parser("remove", help="remove one")
    remove.add_argument("number", type=int, metavar="N", help="as `limit list` has it")
    names.add_parser("list", help="show them")
    names.add_parser("none", help="remove all")


def run(home: Home, options: argparse.Namespace) -> int:
    """Add a limit, remove one or all, or list them; a `run` under way heeds it within a second."""
    home.identity()  # of another state nobody takes notice
    limits = list(settings.read(home).limits)
    match options.what:
        case "add":
            begins, ends = options.hours
            limits.append(Limit(begins, ends, options.rate, options.days))
        case "remove":
            _remove(limits, options.number)
        case "none":
            limits = []
    if options.what != "list":
        settings.keep_limits(home, limits)
    print(as_text(limits))
    return COMPLETE


def as_text(limits: list[Limit]) -> str:
    """Return limits for people, each with its number."""
    lines = [f"{number}  {line(each)}" for number, each in enumerate(limits, 1)]
    return "\n".join(lines) or "no limit: bytes move as fast as the line allows"


def line(limit: Limit) -> str:
    """Return a limit in the words `limit add` takes."""
    named = [DAYS[each] for each in sorted(limit.days)]
    when = "every day" if limit.days == EVERY_DAY else ",".join(named)
    return f"{limit.begins:%H:%M}-{limit.ends:%H:%M}  {when}  {rate(limit.bytes_a_second)}"


def rate(bytes_a_second: int) -> str:
    """
    Return a rate for people.

    >>> rate(2_500_000)
    '2.5 MB/s'
    """
    if bytes_a_second < _UNITS["M"]:
        return f"{bytes_a_second / _UNITS['k']:g} kB/s"
    return f"{bytes_a_second / _UNITS['M']:g} MB/s"


def hours(text: str) -> tuple[time, time]:
    """Return an option's hours; raises ArgumentTypeError when they are none."""
    begins, _, ends = text.partition("-")
    try:
        return time.fromisoformat(begins), time.fromisoformat("00:00" if ends == "24:00" else ends)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} are no hours; like 08:00-18:30") from None


def bytes_a_second(text: str) -> int:
    """
    Return an option's bytes a second; raises ArgumentTypeError when it is no rate, or too small.

    >>> bytes_a_second("2MB/s"), bytes_a_second("16Mbit/s")
    (2000000, 2000000)
    """
    found = _RATE.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is no rate; like 2MB/s, 500kB/s or 16Mbit/s")
    number, unit, kind = found.groups()
    wanted = int(float(number) * _UNITS[unit] * _BYTES[kind])
    if wanted < LEAST_BYTES_A_SECOND:
        raise argparse.ArgumentTypeError("less than 10kB/s is no rate; hokan-agent pause stops all")
    return wanted


def days(text: str) -> frozenset[int]:
    """
    Return an option's days, Monday is 0; raises ArgumentTypeError when they are none.

    >>> sorted(days("sat-mon,wed"))
    [0, 2, 5, 6]
    """
    found: set[int] = set()
    for part in text.split(","):
        named = _DAYS.fullmatch(part)
        if named is None:
            raise argparse.ArgumentTypeError(f"{part} is no day; like mon-fri or sat,sun")
        first, last = (DAYS.index(each or named[1]) for each in named.groups())
        found |= {each % 7 for each in range(first, first + (last - first) % 7 + 1)}
    return frozenset(found)


def _remove(limits: list[Limit], number: int) -> None:
    if not 1 <= number <= len(limits):
        raise AgentError(f"there is no limit {number}; hokan-agent limit list shows them")
    del limits[number - 1]
