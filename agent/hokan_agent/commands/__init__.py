"""
One file a command: EXAMPLES, its options (`add_options`), and what it does (`run`).

`run` returns the exit code; AgentError and OSError are said in a sentence by the command line.
A command's file is imported when that command is wanted: a backup that finds nothing new is over
sooner than what all of them need is loaded.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

COMMANDS = {
    "enrol": "make a key and enrol with a one-time code",
    "backup": "back a folder up",
    "restore": "restore what staff has granted",
    "watch": "say which folders `run` looks after",
    "run": "stay, and back up and restore what is due",
    "receive": "take images from DICOM devices into a folder",
    "limit": "say how fast bytes may move, and when",
    "pause": "send and restore nothing for a while",
    "resume": "end a pause",
    "answers": "list inquiries that were answered, or have a desktop give notice of them",
    "status": "show contract, capacity, what waits and the last backup",
    "doctor": "check this machine, and say how to mend what is not right",
    "install": "write the systemd unit of `run`",
}  # in the order --help lists them, and what it says of each


def command(name: str) -> ModuleType:
    """Return the file of one of COMMANDS."""
    return import_module(f"{__name__}.{name}")
