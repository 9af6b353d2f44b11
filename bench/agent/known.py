"""Half a million files, all of them known: what a look at them takes, and how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.agent.ours import Ours, standin
from bench.agent.servers import rclone
from bench.agent.taken import Taken
from infra.build import ROOT

FILES, FOLDER_FILES = 500_000, 40

REMEMBER = """
import sys
from pathlib import Path
from hokan_agent.machine.state import State
from hokan_agent.sources.scan import scan
State(Path(sys.argv[1])).remember("T", ((each, "") for each in scan(Path(sys.argv[2])).files))
"""


def known_files(scratch: Path, scale: float) -> Taken:
    """Return what a backup takes that finds nothing to do (500,000 files, times *scale*)."""
    folder = scratch / "known"
    for number in range(0, round(FILES * scale), FOLDER_FILES):
        day = folder / f"2026-{1 + number // 50_000:02}-01" / f"E-{number // FOLDER_FILES:06}"
        day.mkdir(parents=True)
        for each in range(number, number + FOLDER_FILES):
            os.close(os.open(day / f"IMG{each:06}.JPG", os.O_CREAT | os.O_WRONLY, 0o600))
    with rclone() as storage, standin(storage) as service:
        agent = Ours(service, scratch / "agent")
        remember = [sys.executable, "-c", REMEMBER, str(agent.state / "state.sqlite"), str(folder)]
        subprocess.run(remember, env=os.environ | {"PYTHONPATH": str(ROOT / "agent")}, check=True)
        return agent.backup(folder)
