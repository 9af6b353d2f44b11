"""What each command does, with a service, a home and options."""

from __future__ import annotations

import argparse
import json
import math
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent import doctor, folders
from hokan_agent.backup import Backup
from hokan_agent.closing import SETTLE_SECONDS
from hokan_agent.errors import AgentError
from hokan_agent.findings import Level, as_json, as_text, worst
from hokan_agent.folders import Watched
from hokan_agent.home import RUN, Home
from hokan_agent.install import next_steps, unit, write_unit
from hokan_agent.live import Live
from hokan_agent.log import Log
from hokan_agent.loop import Loop, Wishes
from hokan_agent.report import COMPLETE, FAILED, BackupReport, RestoreReport
from hokan_agent.restore import Restore
from hokan_agent.service import Service, enrol
from hokan_agent.state import State
from hokan_agent.tools import Tools
from hokan_agent.web import Web


def run_enrol(home: Home, options: argparse.Namespace) -> str:
    """Make a key and have the service know it; return what to tell."""
    with home.locked():
        home.refuse_if_enrolled()
        key = Ed25519PrivateKey.generate()
        identity = enrol(Web(), options.service, options.code, options.name, key)
        home.keep(identity, key)
    return f"enrolled as {identity.agent_id}; its key is in {home.directory} and leaves it never"


def run_backup(home: Home, options: argparse.Namespace, report: list[BackupReport]) -> None:
    """Back a folder up; the report is there also when it fails on the way."""
    web = Web(options.workers * 2)
    service = Service.of(home, web)
    with home.locked(), closing(State(home.state_file)) as state:
        if state.was_damaged:
            print("the cache was damaged and is rebuilt; every file is read again", file=sys.stderr)
        backup = Backup(web, service, state, workers=options.workers, quiet=options.quiet)
        report.append(backup.report)
        try:
            target = _target(service.get("/agent")["targets"], options.target)
            backup.run(options.folder, target, _prefix(home, options.folder, target))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            state.note_backup(target["target_id"], now, backup.report.outcome)
        finally:
            backup.report.api_calls = service.calls


def run_restore(home: Home, options: argparse.Namespace, report: list[RestoreReport]) -> None:
    """Restore what a grant covers."""
    web = Web(options.workers * 2)
    service = Service.of(home, web)
    restore = Restore(web, service, workers=options.workers, quiet=options.quiet)
    report.append(restore.report)
    with home.locked():
        try:
            granted = service.get("/agent/restores")["items"]
            restore.run(_grant(granted, options.restore), options.into)
        finally:
            restore.report.api_calls = service.calls


def run_service(home: Home, options: argparse.Namespace) -> int:
    """Do what the service and the plans ask for until somebody ends it; return the exit code."""
    web = Web(options.workers * 6)  # a job, a restore and the watched folders at a time
    log = Log(quiet=options.quiet)
    tools = Tools(home, web, Service.of(home, web), log, options.workers)
    quiet_time = SETTLE_SECONDS if options.once else options.quiet_time
    live = Live(tools, rescan=options.rescan, quiet_time=quiet_time)
    loop = Loop(tools, live, Wishes(options.every, options.restore_into))
    with home.locked(RUN):
        return loop.run_once() if options.once else loop.run()


def run_doctor(home: Home, options: argparse.Namespace) -> int:
    """Check this machine, telling each finding when it is made; return the exit code."""
    found = []
    for each in doctor.examine(home, options.service):
        found.append(each)
        if not options.json:
            print(as_text(each), flush=True)
    if options.json:
        print(json.dumps(as_json(found), ensure_ascii=False))
    return FAILED if worst(found) is Level.WRONG else COMPLETE


def run_install(home: Home, options: argparse.Namespace) -> str:
    """Write the unit of the service, or only show it; return what to tell."""
    text = unit(home, options.user, options.restore_into)
    if options.print:
        return text.rstrip()
    write_unit(options.unit, text)
    steps = "\n".join(f"  {each}" for each in next_steps(home, options.user, options.unit))
    return f"{options.unit} is written; next:\n{steps}"


def run_receive(home: Home, options: argparse.Namespace) -> None:
    """Take images from DICOM devices until somebody ends it; raises AgentError."""
    from hokan_agent.receiver import Receiver, Station

    log = Log(quiet=options.quiet)
    folder = options.folder.resolve()
    if not any(folder.is_relative_to(each.folder) for each in folders.listed(home)):
        log.trouble("the folder is not watched: nothing backs it up (hokan-agent watch add FOLDER)")
    station = Station(
        title=options.title,
        peers=frozenset(options.peers),
        address=options.address,
        port=options.port,
        associations=options.associations,
        timeout=options.timeout,
    )
    Receiver(folder, station, log).run()


def watch_add(home: Home, options: argparse.Namespace) -> str:
    """Have `run` look after a folder; return what to tell."""
    target = _target(Service.of(home, Web()).get("/agent")["targets"], options.target)
    watched = Watched(options.folder.resolve(), target["target_id"], options.name)
    folders.add(home, watched)
    return f"{watched.folder} is backed up into {target['name']} while hokan-agent run is running"


def watch_remove(home: Home, options: argparse.Namespace) -> str:
    folder = options.folder.resolve()
    folders.remove(home, folder)
    return f"{folder} is watched no more; what is stored of it stays stored"


def watch_list(home: Home) -> str:
    lines = [
        f"{each.folder}  ->  {each.target_id}{'/' + each.name if each.name else ''}"
        for each in folders.listed(home)
    ]
    return "\n".join(lines) or "no folder is watched; hokan-agent watch add FOLDER adds one"


def status_of(home: Home) -> dict[str, Any]:
    """Return what the service knows of this agent, and what it knows of itself."""
    service = Service.of(home, Web())
    told = service.get("/agent")
    with closing(State(home.state_file)) as state:
        for target in told["targets"]:
            last = state.last_backup(target["target_id"])
            target["last_backup"] = {"finished_at": last[0], "outcome": last[1]} if last else None
    ahead = datetime.fromisoformat(told["service_time"]) - datetime.now(UTC)
    return told | {"clock_difference_seconds": round(ahead.total_seconds())}


def status_text(told: dict[str, Any]) -> str:
    """Return *told* for people."""
    lines = [f"agent {told['agent_id']} of {told['facility_id']}"]
    for target in told["targets"]:
        lines += ["", f"{target['name']}  ({target['target_id']})", f"  {_plan_text(target)}"]
        last = target["last_backup"]
        when = f"{last['finished_at']}, {last['outcome']}" if last else "none yet by this agent"
        lines.append(f"  last backup: {when}")
    if not told["targets"]:
        lines.append("no targets yet; your facility's administrator adds them")
    if abs(told["clock_difference_seconds"]) > 60:
        lines.append(f"this clock differs by {told['clock_difference_seconds']} s; set it right")
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


def _target(targets: list[dict[str, Any]], wanted: str | None) -> dict[str, Any]:
    """Return the target meant: the one named, or the only one with a plan."""
    if wanted is not None:
        named = [each for each in targets if wanted in {each["target_id"], each["name"]}]
        if not named:
            raise AgentError(f"there is no target {wanted}; hokan-agent status lists them")
        chosen = named[0]
    else:
        planned = [each for each in targets if each["plan"] is not None]
        if len(planned) > 1:
            raise AgentError("there are several targets; choose one with --target")
        if not planned:
            raise AgentError("no contract is in force; your facility's administrator signs them")
        chosen = planned[0]
    if chosen["plan"] is None:
        raise AgentError(
            f"no contract is in force for {chosen['name']}: nothing was sent; "
            "your facility's administrator signs them"
        )
    return chosen


def _prefix(home: Home, folder: Path, target: dict[str, Any]) -> str:
    """Return what a folder's paths begin with: by hand the same as when `run` backs it up."""
    here = (folder.resolve(), target["target_id"])
    prefixes = (
        each.prefix for each in folders.listed(home) if (each.folder, each.target_id) == here
    )
    return next(prefixes, "")


def _grant(granted: list[dict[str, Any]], wanted: str | None) -> str:
    identifiers = [str(each["restore_id"]) for each in granted]
    if wanted is not None:
        if wanted not in identifiers:
            raise AgentError(f"{wanted} is not granted to this agent, or it is over")
        return wanted
    if not identifiers:
        raise AgentError("no restore is granted to this agent; your facility's staff grants them")
    if len(identifiers) > 1:
        listed = "\n  ".join(identifiers)
        raise AgentError(f"several restores are granted; choose one with --restore:\n  {listed}")
    return identifiers[0]


def folder(text: str) -> Path:
    """Return an option's folder; raises ArgumentTypeError when it is none."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


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
