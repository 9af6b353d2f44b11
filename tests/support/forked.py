"""The agent as a process of its own that has all imported when it starts, and looks often."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

import pytest

from infra.build import ROOT

# Most of a second; and what runs the tests, which `multiprocessing` has each process import.
IMPORTED = ["hokan_agent.__main__", "hokan_agent.receiving.receiver", "pytest"]
MOMENT_SECONDS = 0.1  # between looks for what a device waits for, where it is a second


class Forked:
    """
    ``hokan-agent`` with *arguments*, started; with what tests ask of `subprocess.Popen`.

    Attributes:
        stderr: What it says, by lines.
    """

    def __init__(self, arguments: list[str]) -> None:
        context = _context()
        hearing, saying = context.Pipe(duplex=False)
        asked = (arguments, dict(os.environ), saying)
        self._process = context.Process(target=_run, args=asked)
        self._process.start()
        saying.close()
        self.stderr = os.fdopen(os.dup(hearing.fileno()))
        hearing.close()
        self.pid = int(self._process.pid or 0)

    @property
    def returncode(self) -> int | None:
        code: int | None = self._process.exitcode
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)

    def wait(self) -> None:
        self._process.join()

    def communicate(self, timeout: float | None = None) -> tuple[None, str]:
        """Return nothing, and what it said since somebody last listened, once it has ended."""
        said = "" if self.stderr.closed else self.stderr.read()
        self._process.join(timeout)
        self.stderr.close()
        return None, said


@cache
def _context() -> Any:
    """Return what forks processes from one that has imported what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "agent"))  # Python 3.11 does not tell it of sys.path
        forkserver.ensure_running()
    return context


def _run(arguments: list[str], environment: dict[str, str], saying: Connection) -> None:
    from hokan_agent.__main__ import main
    from hokan_agent.receiving import answering

    answering.LOOK_SECONDS = answering.FIRST_PAUSE_SECONDS = MOMENT_SECONDS
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(saying.fileno(), sys.stderr.fileno())
    saying.close()
    sys.exit(main(arguments))
