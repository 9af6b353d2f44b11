"""How a command ends that reports what it did: one report, whatever happens."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from hokan_agent.cures import cure
from hokan_agent.errors import AgentError
from hokan_agent.machine.home import Home
from hokan_agent.report import (
    BackupReport,
    Exception_,
    NotThere,
    Report,
    RestoreReport,
    as_json,
    exit_code,
    summary,
)
from hokan_agent.wire import clocks
from hokan_agent.wire.service import Service

LISTED_EXCEPTIONS = 10  # of one kind

R = TypeVar("R", BackupReport, RestoreReport)


def reported(
    work: Callable[[Home, argparse.Namespace, R], None],
    report: R,
    home: Home,
    options: argparse.Namespace,
) -> int:
    """Do *work*, which fills *report*; tell it, also when the work fails on the way."""
    try:
        work(home, options, report)
    except AgentError as failure:
        report.error = {"code": failure.code, "detail": str(failure)}
    except OSError as failure:
        report.error = {"code": "disk", "detail": f"{failure.strerror}: {failure.filename}"}
    if options.json:
        print(json.dumps(as_json(report), ensure_ascii=False))
    else:
        _tell(report)
    return exit_code(report)


def warn(text: str) -> None:
    """Tell of trouble beside the report."""
    print(text, file=sys.stderr)


def note_service(report: Report, service: Service) -> None:
    """Note how often the service was asked, and how far apart the clocks are."""
    report.api_calls = service.calls
    report.clock_difference_seconds = round(service.clock_difference.total_seconds())


def listed(exceptions: list[Exception_]) -> list[str]:
    """Return what was left out, by kind, the most frequent first, each with what to do."""
    lines = []
    for code, count in Counter(each.code for each in exceptions).most_common():
        lines.append(f"{count} left out as {code}: {cure(code)}")
        alike = [each for each in exceptions if each.code == code]
        lines += [f"  {printable(each.path)}: {each.reason}" for each in alike[:LISTED_EXCEPTIONS]]
        if count > LISTED_EXCEPTIONS:
            lines.append(f"  ... and {count - LISTED_EXCEPTIONS} more; --json lists all")
    return lines


def named(not_there: list[NotThere]) -> list[str]:
    """Return what an area does not hold any more, by why, with when and by whom."""
    lines = []
    for reason, count in Counter(each.reason for each in not_there).most_common():
        lines.append(f"{count} not in the area any more ({reason} by people of the facility):")
        alike = [each for each in not_there if each.reason == reason]
        some = alike[:LISTED_EXCEPTIONS]
        lines += [f"  {printable(each.path)}: {each.at}, {printable(each.by)}" for each in some]
        if count > LISTED_EXCEPTIONS:
            lines.append(f"  ... and {count - LISTED_EXCEPTIONS} more; --json lists all")
    return lines


def printable(path: str) -> str:
    r"""
    Return *path* on one line, without commands to a terminal.

    >>> printable("two\nlines")
    'two\\nlines'
    """
    return "".join(
        each if each.isprintable() or each == "\u3000" else each.encode("unicode_escape").decode()
        for each in path
    )


def _tell(report: Report) -> None:
    """Say what was done and what was not."""
    lines = listed(report.exceptions)
    if isinstance(report, RestoreReport):
        lines += named(report.not_there)
    for line in lines:
        print(line, file=sys.stderr)
    wrong_clock = clocks.trouble(timedelta(seconds=report.clock_difference_seconds))
    if wrong_clock:
        print(f"hokan-agent: {wrong_clock}", file=sys.stderr)
    if report.error is not None:
        print(f"hokan-agent: {report.error['detail']}", file=sys.stderr)
    print(summary(report))
