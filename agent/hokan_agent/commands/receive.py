"""`hokan-agent receive`: images from DICOM devices into a folder."""

from __future__ import annotations

import argparse
from datetime import timedelta

from hokan_agent.commands.options import add_log, folder, log_of, seconds, title
from hokan_agent.machine.home import Home
from hokan_agent.receiving.station import Address, Station
from hokan_agent.report import COMPLETE
from hokan_agent.sources import folders

EXAMPLES = ("hokan-agent receive /images/dicom --peer ENDO1 --peer ENDO2 --address 0.0.0.0",)


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=folder, metavar="FOLDER")
    _add_titles(command)
    _add_port(command)
    _add_patience(command)
    add_log(command)


def _add_titles(command: argparse.ArgumentParser) -> None:
    """Add who may send, and to whom."""
    command.add_argument(
        "--peer",
        dest="peers",
        type=peer,
        action="append",
        default=[],
        metavar="AE[=HOST:PORT]",
        help="the AE title of a device that may send, and where it listens itself; once for each",
    )
    command.add_argument(
        "--title",
        type=title,
        default="HOKAN",
        metavar="AE",
        help="the AE title devices call (%(default)s)",
    )


def _add_port(command: argparse.ArgumentParser) -> None:
    """Add where it listens, and for how many at a time."""
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


def _add_patience(command: argparse.ArgumentParser) -> None:
    """Add how long a device, and the storage of an image, may take."""
    command.add_argument(
        "--timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="a device silent for so long is cut off (%(default)g)",
    )
    command.add_argument(
        "--commit-within",
        type=seconds,
        default=48.0,
        metavar="HOURS",
        help="how long an image may take to be stored before a device that asks is told that it "
        "failed (%(default)g)",
    )


def run(home: Home, options: argparse.Namespace) -> int:
    """Take images from DICOM devices until somebody ends it."""
    from hokan_agent.receiving.receiver import Receiver  # loads pynetdicom: 0.4 s

    log = log_of(options)
    into = options.folder.resolve()
    if not any(into.is_relative_to(each.folder) for each in folders.listed(home)):
        log.trouble("the folder is not watched: nothing backs it up (hokan-agent watch add FOLDER)")
    station = Station(
        title=options.title,
        peers=dict(options.peers),
        address=options.address,
        port=options.port,
        associations=options.associations,
        timeout=options.timeout,
    )
    Receiver(home, into, station, timedelta(hours=options.commit_within), log).run()
    return COMPLETE


def peer(text: str) -> tuple[str, Address | None]:
    """Return a device's AE title, and where it listens; raises ArgumentTypeError."""
    name, _, where = text.partition("=")
    if not where:
        return title(text), None
    host, _, port = where.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{where} is not where a device listens: HOST:PORT")
    return title(name), Address(host.strip("[]"), int(port))
