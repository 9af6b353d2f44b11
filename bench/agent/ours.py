"""hokan-agent as it is installed: bytecode kept, four workers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.agent.servers import Storage, await_answer
from bench.agent.taken import Taken, taken
from infra.build import ROOT
from infra.local.engine import free_port


class Ours:
    """An agent with a state of its own."""

    def __init__(self, service: str, home: Path, code: str = "code") -> None:
        self.state = home / "state"
        self._variables = {
            "PYTHONPATH": str(ROOT / "agent"),
            "PYTHONDONTWRITEBYTECODE": "",  # an installed program has its bytecode
            "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
        }
        self._run("enrol", code, "--service", service)
        self._run("restore", "--help")

    def backup(self, folder: Path) -> Taken:
        return self._run("backup", "--quiet", str(folder))

    def restore(self, folder: Path, into: Path) -> tuple[Taken, Path]:  # noqa: ARG002 - as a tool
        return self._run("restore", "--quiet", "--into", str(into)), into

    def _run(self, *arguments: str) -> Taken:
        agent = [sys.executable, "-m", "hokan_agent", "--state", str(self.state)]
        return taken([*agent, *arguments], self._variables)


@contextmanager
def standin(storage: Storage) -> Iterator[str]:
    """Keep a stand-in of the service that signs for *storage*; yield its address."""
    port = free_port()
    keys = [storage.endpoint, storage.access_key, storage.secret_key]
    command = [sys.executable, "-m", "bench.agent.standin", str(port), *keys]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            address = f"http://127.0.0.1:{port}/api"
            await_answer(f"{address}/agent")
            yield address
        finally:
            process.terminate()
