"""One line an event, in plain words, without patients and without the names of their files."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime

from hokan_agent.errors import AgentError
from hokan_agent.report import Report, summary


class Log:
    """
    Lines on standard error.

    Args:
        quiet: Whether to tell of trouble only.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet

    def tell(self, text: str) -> None:
        if not self._quiet:
            self.trouble(text)

    def trouble(self, text: str) -> None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        print(f"{now} {text}", file=sys.stderr, flush=True)


def said(error: Exception) -> str:
    """Return what happened without the name of a file: it may name a patient."""
    if isinstance(error, AgentError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"unexpected trouble ({type(error).__name__})"


def reported(report: Report) -> str:
    """Return what a run did, what it left out by reason only: paths may name patients."""
    codes = Counter(each.code for each in report.exceptions)
    why = ", ".join(f"{count} {code}" for code, count in sorted(codes.items()))
    return summary(report) + (f" ({why})" if why else "")
