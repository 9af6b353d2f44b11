"""How many orders two in an area are played in; what a run went through, told at its end."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["few", pytest.param("all", marks=pytest.mark.deep)])
def few_or_all(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pair be played in some of its orders, and in all by `make faults`."""
    if request.param == "all":
        monkeypatch.setattr("tests.faults.test_area_interleavings.MOST", 10_000)


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
