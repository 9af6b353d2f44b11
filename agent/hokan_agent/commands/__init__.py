"""
One file a command: HELP, EXAMPLES, its options (`add_options`), and what it does (`run`).

`run` returns the exit code; AgentError and OSError are said in a sentence by the command line.
"""

from __future__ import annotations

from types import ModuleType

from hokan_agent.commands import (
    answers,
    backup,
    doctor,
    enrol,
    install,
    limit,
    pause,
    receive,
    restore,
    resume,
    run,
    status,
    watch,
)

COMMANDS: dict[str, ModuleType] = {
    "enrol": enrol,
    "backup": backup,
    "restore": restore,
    "watch": watch,
    "run": run,
    "receive": receive,
    "limit": limit,
    "pause": pause,
    "resume": resume,
    "answers": answers,
    "status": status,
    "doctor": doctor,
    "install": install,
}  # in the order --help lists them
