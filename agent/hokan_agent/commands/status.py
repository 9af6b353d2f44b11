"""`hokan-agent status`: contract, capacity, what waits and what was done; without a line, too."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from hokan_agent.commands import limit
from hokan_agent.errors import Refused, Unreachable
from hokan_agent.machine import settings
from hokan_agent.machine.home import RUN, Home
from hokan_agent.machine.known import Known, known_of
from hokan_agent.machine.settings import Settings
from hokan_agent.machine.state import State
from hokan_agent.machine.timetable import rate_at
from hokan_agent.notices import answers
from hokan_agent.report import COMPLETE
from hokan_agent.wire import clocks
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import PASSING, Web

EXAMPLES = (
    "hokan-agent status",
    "hokan-agent status --json",
)
TRIES = 2  # the second with the service's clock

Told = dict[str, Any]


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


def run(home: Home, options: argparse.Namespace) -> int:
    """Show how things stand."""
    known = known_of(home)
    told = _asked(home, known) | _of_run(home, known) | _set(settings.read(home))
    _add_own(home, told["targets"], known)
    print(json.dumps(told, ensure_ascii=False) if options.json else as_text(told))
    return COMPLETE


def _asked(home: Home, known: Known) -> Told:
    """Return what the service says; while it is away, what it said last."""
    identity = home.identity()
    try:
        service = Service.of(home, Web(), TRIES)
        told = service.get("/agent")
        waiting = _answers(service)
    except (Unreachable, Refused) as error:
        if isinstance(error, Refused) and error.status not in PASSING:
            raise
        out_of_reach = {
            "why": str(error),
            "since": known.out_of_reach_since,
            "last_reached_at": known.reached_at,
        }
        return {
            "agent_id": identity.agent_id,
            "facility_id": identity.facility_id,
            "targets": known.targets,
            "out_of_reach": out_of_reach,
            "clock_difference_seconds": None,
            "answers": None,
        }
    ahead = datetime.fromisoformat(told["service_time"]) - datetime.now(UTC)
    return told | {
        "out_of_reach": None,
        "clock_difference_seconds": round(ahead.total_seconds()),
        "answers": waiting,
    }


def _answers(service: Service) -> int | None:
    """Return how many answers nobody was told of; None when the service says nothing of them."""
    try:
        return len(answers.waiting(service))
    except Refused:
        return None


def _of_run(home: Home, known: Known) -> Told:
    """Return whether `run` is there, and what it is at."""
    is_running = home.lock_holder() == RUN
    return {
        "run": {
            "is_running": is_running,
            "under_way": known.under_way if is_running else {},
            "next_contact_at": known.next_contact_at if is_running else None,
        }
    }


def _set(current: Settings) -> Told:
    """Return what is set and holds now."""
    now = datetime.now(UTC)
    pause = current.pause_at(now)
    return {
        "paused": pause and {"until": pause.until and pause.until.isoformat()},
        "pause_text": str(pause) if pause else None,
        "limit_bytes_a_second": rate_at(current.limits, now.astimezone()),
    }


def _add_own(home: Home, targets: list[Told], known: Known) -> None:
    """Add to each target what this agent knows of it."""
    jobs = {each["target_id"]: each for each in known.jobs}
    with closing(State(home.state_file)) as state:
        for target in targets:
            target_id = target["target_id"]
            last, pending = state.last_backup(target_id), state.pending(target_id)
            target["last_backup"] = last and dict(
                zip(("finished_at", "outcome"), last, strict=True)
            )
            target["last_success_at"] = state.last_success(target_id)
            names = ("files", "bytes", "looked_at")
            target["pending"] = pending and dict(zip(names, pending, strict=True))
            target["job"] = jobs.get(target_id)


def as_text(told: Told) -> str:
    """Return *told* for people."""
    lines = [f"agent {told['agent_id']} of {told['facility_id']}", *_run_lines(told)]
    for target in told["targets"]:
        lines += ["", f"{target['name']}  ({target['target_id']})", *_target_lines(target)]
    if not told["targets"]:
        lines.append(
            "no targets are known"
            if told["out_of_reach"]
            else "no targets yet; your facility's administrator adds them"
        )
    if told["answers"]:
        lines.append(f"inquiries answered: {told['answers']}; hokan-agent answers lists them")
    difference = told["clock_difference_seconds"]
    wrong_clock = clocks.trouble(timedelta(seconds=difference or 0))
    if wrong_clock:
        lines.append(wrong_clock)
    return "\n".join(lines)


def _run_lines(told: Told) -> list[str]:
    run, away = told["run"], told["out_of_reach"]
    lines = []
    if away:
        since = f"; `run` has not reached it since {_local(away['since'])}" if away["since"] else ""
        lines.append(f"the service is out of reach: {away['why']}{since}")
        if away["last_reached_at"]:
            lines.append(f"what follows is as it said at {_local(away['last_reached_at'])}")
    if not run["is_running"]:
        lines.append("hokan-agent run is not under way: nothing is done by itself")
    else:
        lines.append(f"hokan-agent run is under way; next contact {_local(run['next_contact_at'])}")
    for id_, begun_at in run["under_way"].items():
        lines.append(f"  at work on {id_} since {_local(begun_at)}")
    if told["pause_text"]:
        lines.append(f"{told['pause_text']}: nothing is sent or restored")
    if told["limit_bytes_a_second"]:
        lines.append(f"limited to {limit.rate(told['limit_bytes_a_second'])} now")
    return lines


def _target_lines(target: Told) -> list[str]:
    last, pending, job = target["last_backup"], target["pending"], target["job"]
    when = f"{_local(last['finished_at'])}, {last['outcome']}" if last else "none yet by this agent"
    lines = [f"  {_plan_text(target)}", f"  last backup: {when}"]
    if last and last["outcome"] != "complete":
        success = target["last_success_at"]
        lines.append(f"  last complete backup: {_local(success) if success else 'none yet'}")
    if pending:
        size = f"{pending['files']} files, {pending['bytes'] / 10**6:.1f} MB"
        lines.append(f"  not stored yet: {size} (as of {_local(pending['looked_at'])})")
    if job:
        lines.append(f"  a backup is due since {_local(job['due_at'])}: {job['state']}")
    return lines


def _local(moment: str | None) -> str:
    """Return a moment by the clock on the wall here."""
    if moment is None:
        return "soon"
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M:%S}"


def _plan_text(target: Told) -> str:
    plan = target["plan"]
    if plan is None:
        return "no contract in force: nothing can be backed up, restoring works"
    timing = plan["timing"]
    kinds = {"nightly": f"nightly at {timing.get('at')}", "per_exam": "after each examination"}
    when = kinds.get(timing["kind"], "at once")
    used = plan["capacity_bytes"] - plan["available_bytes"]
    return f"{when}; {used / 10**9:.2f} of {plan['capacity_bytes'] / 10**9:.2f} GB used"
