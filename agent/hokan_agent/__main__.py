"""The command line: options in, sentences, JSON and an exit code out."""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from hokan_agent import __version__, commands
from hokan_agent.backup import WORKERS
from hokan_agent.closing import QUIET_SECONDS
from hokan_agent.errors import AgentError
from hokan_agent.home import Home, default_home
from hokan_agent.install import SERVICE_HOME, UNIT
from hokan_agent.live import RESCAN_SECONDS
from hokan_agent.report import (
    COMPLETE,
    FAILED,
    BackupReport,
    Report,
    RestoreReport,
    as_json,
    exit_code,
    summary,
)
from hokan_agent.web import stopped

CODES = """exit codes:
  0  complete
  3  complete but for the listed exceptions
  1  failed; the sentence says why, and running it again goes on
  2  wrong usage
"""
LISTED_EXCEPTIONS = 20


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, _end)
    home = Home(options.state or _usual_home(options))
    if options.command in {"backup", "restore"}:
        return _reported(home, options)
    try:
        if options.command == "run":
            return commands.run_service(home, options)
        if options.command == "doctor":
            return commands.run_doctor(home, options)
        if options.command == "receive":
            commands.run_receive(home, options)
            return COMPLETE
        print(_answer(home, options))
    except (AgentError, OSError) as error:
        print(f"hokan-agent: {error}", file=sys.stderr)
        return FAILED
    return COMPLETE


def _usual_home(options: argparse.Namespace) -> Path:
    """Return where the state is without --state: a service has its own place."""
    return SERVICE_HOME if options.command == "install" else default_home()


def _end(_number: int, _frame: object) -> None:
    """End the run; on a thread of its own: the one interrupted may hold the event's lock."""
    threading.Thread(target=stopped.set).start()


def _answer(home: Home, options: argparse.Namespace) -> str:
    """Run a command that has something to say; return it."""
    if options.command == "enrol":
        return commands.run_enrol(home, options)
    if options.command == "watch":
        return _watch(home, options)
    if options.command == "install":
        return commands.run_install(home, options)
    told = commands.status_of(home)
    return json.dumps(told, ensure_ascii=False) if options.json else commands.status_text(told)


def _watch(home: Home, options: argparse.Namespace) -> str:
    if options.what == "add":
        return commands.watch_add(home, options)
    if options.what == "remove":
        return commands.watch_remove(home, options)
    return commands.watch_list(home)


def _reported(home: Home, options: argparse.Namespace) -> int:
    """Run a command that ends with a report, whatever happens."""
    reports: list[Any] = []
    run: Any = commands.run_backup if options.command == "backup" else commands.run_restore
    error: dict[str, str] | None = None
    try:
        run(home, options, reports)
    except AgentError as failure:
        error = {"code": failure.code, "detail": str(failure)}
    except OSError as failure:
        error = {"code": "disk", "detail": f"{failure.strerror}: {failure.filename}"}
    report: Report = reports[0] if reports else _empty(options)
    report.error = error
    if options.json:
        print(json.dumps(as_json(report), ensure_ascii=False))
    else:
        _tell(report)
    return exit_code(report)


def _empty(options: argparse.Namespace) -> Report:
    return BackupReport() if options.command == "backup" else RestoreReport()


def _tell(report: Report) -> None:
    """Say what was done and what was not."""
    for each in report.exceptions[:LISTED_EXCEPTIONS]:
        print(f"  {each.path}: {each.reason} ({each.code})", file=sys.stderr)
    if len(report.exceptions) > LISTED_EXCEPTIONS:
        more = len(report.exceptions) - LISTED_EXCEPTIONS
        print(f"  ... and {more} more; --json lists all", file=sys.stderr)
    if report.error is not None:
        print(f"hokan-agent: {report.error['detail']}", file=sys.stderr)
    print(summary(report))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hokan-agent",
        description="Back a facility's medical images up to Hokan, and restore them.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help=f"the agent's own directory; of the service {SERVICE_HOME}, else below your own",
    )
    names = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    enrol = names.add_parser("enrol", help="make a key and enrol with a one-time code")
    enrol.add_argument("--service", required=True, metavar="URL", help="https://.../api")
    enrol.add_argument("--code", required=True, help="from your facility's administrator")
    enrol.add_argument("--name", default=socket.gethostname(), help="how staff shall know it")

    backup = names.add_parser("backup", help="back a folder up")
    backup.add_argument("folder", type=commands.folder, metavar="FOLDER")
    backup.add_argument("--target", help="its id or name; not needed when there is one only")
    _add_running(backup)

    restore = names.add_parser("restore", help="restore what staff has granted")
    restore.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    restore.add_argument("--restore", metavar="ID", help="not needed when one is granted only")
    _add_running(restore)

    _add_watch(names.add_parser("watch", help="say which folders `run` looks after"))
    _add_run(names.add_parser("run", help="stay, and back up and restore what is due"))
    _add_receive(names.add_parser("receive", help="take images from DICOM devices into a folder"))

    status = names.add_parser("status", help="show contract, capacity and the last backup")
    status.add_argument("--json", action="store_true", help="for programs")

    doctor = names.add_parser(
        "doctor", help="check this machine, and say how to mend what is not right"
    )
    doctor.add_argument("--service", metavar="URL", help="try this address, before enrolling too")
    doctor.add_argument("--json", action="store_true", help="for programs")

    _add_install(names.add_parser("install", help="write the systemd unit of `run`"))
    return parser


def _add_install(command: argparse.ArgumentParser) -> None:
    command.add_argument("--print", action="store_true", help="show the unit and write nothing")
    command.add_argument("--user", default="hokan", help="whom it runs as (%(default)s)")
    command.add_argument(
        "--unit", type=Path, default=UNIT, metavar="FILE", help="where to write it (%(default)s)"
    )
    command.add_argument("--restore-into", type=Path, metavar="FOLDER", help="as for `run`")


def _add_watch(command: argparse.ArgumentParser) -> None:
    names = command.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = names.add_parser("add", help="look after a folder")
    add.add_argument("folder", type=commands.folder, metavar="FOLDER")
    add.add_argument("--target", help="its id or name; not needed when there is one only")
    add.add_argument(
        "--as",
        dest="name",
        default="",
        metavar="NAME",
        help="the top folder its files are kept under; needed when a target has several folders",
    )
    remove = names.add_parser("remove", help="look after it no more; what is stored stays")
    remove.add_argument("folder", type=Path, metavar="FOLDER")
    names.add_parser("list", help="show the folders looked after")


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--once", action="store_true", help="ask once, do what is due, and end")
    command.add_argument("--restore-into", type=Path, metavar="FOLDER", help="restore by itself")
    command.add_argument(
        "--every", type=commands.seconds, metavar="SECONDS", help="ask at least so often"
    )
    command.add_argument(
        "--rescan",
        type=commands.seconds,
        default=RESCAN_SECONDS,
        metavar="SECONDS",
        help="look at the folders at least so often (%(default)g)",
    )
    command.add_argument(
        "--quiet-time",
        type=commands.seconds,
        default=QUIET_SECONDS,
        metavar="SECONDS",
        help="an examination without a change for so long is over (%(default)g)",
    )
    command.add_argument("--quiet", action="store_true", help="tell of trouble only")
    _add_workers(command)


def _add_receive(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=commands.folder, metavar="FOLDER")
    command.add_argument(
        "--peer",
        dest="peers",
        type=commands.title,
        action="append",
        default=[],
        metavar="AE",
        help="the AE title of a device that may send; once for each",
    )
    command.add_argument(
        "--title",
        type=commands.title,
        default="HOKAN",
        metavar="AE",
        help="the AE title devices call (%(default)s)",
    )
    command.add_argument(
        "--address",
        default="127.0.0.1",
        help="where to listen (%(default)s: this machine alone; 0.0.0.0: everywhere)",
    )
    command.add_argument(
        "--port", type=int, choices=range(65536), default=11112, metavar="N", help="(%(default)s)"
    )
    command.add_argument(
        "--associations",
        type=int,
        choices=range(1, 101),
        default=10,
        metavar="N",
        help="devices that may be connected at a time (%(default)s)",
    )
    command.add_argument(
        "--timeout",
        type=commands.seconds,
        default=60.0,
        metavar="SECONDS",
        help="a device silent for so long is cut off (%(default)g)",
    )
    command.add_argument("--quiet", action="store_true", help="tell of trouble only")


def _add_running(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the report as one JSON object")
    command.add_argument("--quiet", action="store_true", help="no progress")
    _add_workers(command)


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", type=int, choices=range(1, 33), default=WORKERS, metavar="N", help="1 to 32"
    )


if __name__ == "__main__":
    sys.exit(main())
