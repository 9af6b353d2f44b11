"""The command line: options in, sentences, JSON and an exit code out."""

from __future__ import annotations

import gc

gc.disable()  # imports make no garbage: looking for some was a twentieth of a short run

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hokan_agent import __version__
from hokan_agent.commands import COMMANDS, command
from hokan_agent.errors import AgentError
from hokan_agent.machine import environment
from hokan_agent.machine.home import SERVICE_HOME, Home, default_home
from hokan_agent.report import FAILED
from hokan_agent.wire.web import stopped

gc.enable()

CODES = """exit codes:
  0  complete
  3  complete but for the listed exceptions
  1  failed; the sentence says why, and running it again goes on
  2  wrong usage
"""
HELP = "show this help message and exit"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _understood(arguments)
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, _end)
    home = Home(options.state or _usual_home(options))
    environment.recall(home)
    try:
        return int(command(options.command).run(home, options))
    except (AgentError, OSError) as error:
        print(f"hokan-agent: {error}", file=sys.stderr)
        return FAILED


def _understood(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options; on the way, the command is imported."""
    gc.disable()
    try:
        return parser().parse_args(arguments)
    finally:
        gc.freeze()  # what was loaded stays: looking it through again was a tenth of a short run
        gc.enable()


def _usual_home(options: argparse.Namespace) -> Path:
    """Return where the state is without --state: a service has its own place."""
    return SERVICE_HOME if options.command == "install" else default_home()


def _end(_number: int, _frame: object) -> None:
    """End the run; on a thread of its own: the one interrupted may hold the event's lock."""
    threading.Thread(target=stopped.set).start()


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    whole = argparse.ArgumentParser(
        prog="hokan-agent",
        description="Back a facility's medical images up to Hokan, and restore them.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=__version__)
    whole.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help=f"the agent's own directory; for the service's user {SERVICE_HOME}, else in your own",
    )
    names = whole.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Late
    )
    for name, said in COMMANDS.items():
        names.add_parser(
            name,
            help=said,
            description=f"{said[0].upper()}{said[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            learn=partial(_learn, name),
        )
    return whole


class _Late(argparse.ArgumentParser):
    """
    A parser that learns of its options when it is about to parse: of many, one does.

    Args:
        learn: Tells it of them.
    """

    def __init__(self, learn: Callable[[_Late], None] | None = None, **usual: Any) -> None:
        super().__init__(add_help=learn is None, **usual)
        self._learn = learn

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        learn, self._learn = self._learn, None  # once: a parser may parse again
        if learn is not None:
            self.add_argument("-h", "--help", action="help", help=HELP)
            learn(self)
        return super().parse_known_args(args, namespace)


def _learn(name: str, parser: argparse.ArgumentParser) -> None:
    """Tell the parser of one command what that command says of itself."""
    each = command(name)
    parser.epilog = "\n  ".join(["examples:", *each.EXAMPLES])
    each.add_options(parser)


if __name__ == "__main__":
    sys.exit(main())
