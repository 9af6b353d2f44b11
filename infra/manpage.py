"""hokan-agent(1): the manual page, from the commands' own help."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress

from hokan_agent import __version__
from hokan_agent.__main__ import parser
from hokan_agent.commands import COMMANDS
from hokan_agent.machine.environment import KEPT
from hokan_agent.machine.home import SERVICE_HOME

COLUMNS = "72"  # of 80: sections are indented
BELOW = {"watch": ("add", "remove", "list")}  # commands that have commands
HEAD = f"""\
.TH HOKAN\\-AGENT 1 "" "hokan\\-agent {__version__}" "Hokan"
.SH NAME
hokan\\-agent \\- back a facility's medical images up to Hokan, and restore them
.SH SYNOPSIS
.B hokan\\-agent
[\\-\\-state DIR] COMMAND ...
.SH DESCRIPTION
"""
FILES = f"""
{SERVICE_HOME}, or your own $XDG_STATE_HOME/hokan-agent:
  key.pem         the agent's private key, where the OS keyring has it not
  identity.json   who it is, and at which service
  environment     proxy and CA: lines of NAME=value
  folders.json    the folders it watches
  settings.json   limits, a pause, and notices of answers
  state.sqlite    what is stored already; only a cache
"""
ENVIRONMENT = f"{', '.join(KEPT)}: kept when the agent is enrolled."


def page() -> str:
    """Return the page as troff source (groff_man(7))."""
    sections = [
        HEAD + _as_it_is(help_of()),
        ".SH COMMANDS",
        *(_command(*names) for names in commands()),
        ".SH FILES\n" + _as_it_is(FILES),
        ".SH ENVIRONMENT\n" + _escaped(ENVIRONMENT),
    ]
    return "\n".join(sections) + "\n"


def commands() -> list[tuple[str, ...]]:
    """Return the names of all commands, those below others after them."""
    return [
        names
        for each in COMMANDS
        for names in ((each,), *((each, below) for below in BELOW.get(each, ())))
    ]


def help_of(*names: str) -> str:
    """Return what a command says with --help."""
    with _narrow(), redirect_stdout(io.StringIO()) as said, suppress(SystemExit):
        parser().parse_args([*names, "--help"])
    return said.getvalue()


@contextmanager
def _narrow() -> Iterator[None]:
    """Have argparse break lines as it does at a terminal of so many columns."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = COLUMNS
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


def _command(*names: str) -> str:
    return f".SS hokan\\-agent {' '.join(names)}\n" + _as_it_is(help_of(*names))


def _as_it_is(text: str) -> str:
    """Return *text* so that no line of it is filled."""
    return f".nf\n{_escaped(text.strip())}\n.fi"


def _escaped(text: str) -> str:
    """Return *text* as troff prints it: hyphens one can type, no line a request."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in {".", "'"} else line for line in plain.split("\n"))
