"""What a run went through, told at its end."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what tests recorded as ``scenarios``."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    told = [
        int(value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "scenarios"
    ]
    if told:
        terminalreporter.write_line(f"{sum(told):,} scenarios of faults in {len(told)} tests")
