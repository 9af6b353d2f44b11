"""`hokan-agent status`: contract, capacity and the last backup."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from hokan_agent.machine.home import Home
from hokan_agent.machine.state import State
from hokan_agent.report import COMPLETE
from hokan_agent.wire import clocks
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web

HELP = "show contract, capacity and the last backup"
EXAMPLES = (
    "hokan-agent status",
    "hokan-agent status --json",
)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


def run(home: Home, options: argparse.Namespace) -> int:
    """Show how things stand."""
    told = _told(home)
    print(json.dumps(told, ensure_ascii=False) if options.json else as_text(told))
    return COMPLETE


def _told(home: Home) -> dict[str, Any]:
    """Return what the service knows of this agent, and what it knows of itself."""
    service = Service.of(home, Web())
    told = service.get("/agent")
    with closing(State(home.state_file)) as state:
        for target in told["targets"]:
            last = state.last_backup(target["target_id"])
            target["last_backup"] = {"finished_at": last[0], "outcome": last[1]} if last else None
    ahead = datetime.fromisoformat(told["service_time"]) - datetime.now(UTC)
    return told | {"clock_difference_seconds": round(ahead.total_seconds())}


def as_text(told: dict[str, Any]) -> str:
    """Return *told* for people."""
    lines = [f"agent {told['agent_id']} of {told['facility_id']}"]
    for target in told["targets"]:
        lines += ["", f"{target['name']}  ({target['target_id']})", f"  {_plan_text(target)}"]
        last = target["last_backup"]
        when = f"{last['finished_at']}, {last['outcome']}" if last else "none yet by this agent"
        lines.append(f"  last backup: {when}")
    if not told["targets"]:
        lines.append("no targets yet; your facility's administrator adds them")
    wrong_clock = clocks.trouble(timedelta(seconds=told["clock_difference_seconds"]))
    if wrong_clock:
        lines.append(wrong_clock)
    return "\n".join(lines)


def _plan_text(target: dict[str, Any]) -> str:
    plan = target["plan"]
    if plan is None:
        return "no contract in force: nothing can be backed up, restoring works"
    timing = plan["timing"]
    kinds = {"nightly": f"nightly at {timing.get('at')}", "per_exam": "after each examination"}
    when = kinds.get(timing["kind"], "at once")
    used = plan["capacity_bytes"] - plan["available_bytes"]
    return f"{when}; {used / 10**9:.2f} of {plan['capacity_bytes'] / 10**9:.2f} GB used"
