"""One line an event, in plain words or JSON, without patients and the names of their files."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from hokan_agent.errors import AgentError
from hokan_agent.report import Report, summary

FORMS = ("text", "json")
INFO, WARNING = "info", "warning"
_PRIORITIES = {INFO: "<6>", WARNING: "<4>"}  # sd-daemon(3)

Facts = dict[str, Any]


class Log:
    """
    Lines on standard error.

    Args:
        quiet: Whether to tell of trouble only.
        form: ``text``, or ``json``: an object a line.
    """

    def __init__(self, *, quiet: bool = False, form: str = "text") -> None:
        self._quiet = quiet
        self._line = _line_of(form)

    def tell(self, text: str, event: str = "note", **facts: Any) -> None:
        if not self._quiet:
            self._write(INFO, event, text, facts)

    def trouble(self, text: str, event: str = "trouble", **facts: Any) -> None:
        self._write(WARNING, event, text, facts)

    def _write(self, level: str, event: str, text: str, facts: Facts) -> None:
        line = self._line({"level": level, "event": event, **facts, "text": text})
        print(line, file=sys.stderr, flush=True)


def said(error: Exception) -> str:
    """Return what happened without the name of a file: it may name a patient."""
    if isinstance(error, AgentError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"unexpected trouble ({type(error).__name__})"


def reported(report: Report) -> str:
    """Return what a run did, what it left out by reason only: paths may name patients."""
    why = ", ".join(f"{count} {code}" for code, count in sorted(_left_out(report).items()))
    return summary(report) + (f" ({why})" if why else "")


def facts_of(report: Report) -> Facts:
    """Return what a run did for programs, what it left out by reason only."""
    values = {each.name: getattr(report, each.name) for each in fields(report)}
    counts = {name: value for name, value in values.items() if isinstance(value, int)}
    return {"outcome": report.outcome, **counts, "left_out": _left_out(report)}


def _left_out(report: Report) -> dict[str, int]:
    return dict(Counter(each.code for each in report.exceptions))


def _line_of(form: str) -> Callable[[Facts], str]:
    if form == "json":
        return _json
    return _journal if _is_journal() else _text


def _text(told: Facts) -> str:
    return f"{_now()} {told['text']}"


def _json(told: Facts) -> str:
    return json.dumps({"time": _now(), **told}, ensure_ascii=False)


def _journal(told: Facts) -> str:
    """The journal has a clock of its own; trouble is found with `journalctl -p warning`."""
    return f"{_PRIORITIES[told['level']]}{told['text']}"


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _is_journal() -> bool:
    """Whether standard error goes to systemd's journal (systemd.exec(5), JOURNAL_STREAM)."""
    named = os.environ.get("JOURNAL_STREAM")
    if named is None:
        return False
    status = os.fstat(2)
    return named == f"{status.st_dev}:{status.st_ino}"
