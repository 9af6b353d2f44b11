"""docs/agent.md, done: its commands take a machine from nothing to the first backup."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.agent import WHEEL, build
from infra.build import ROOT
from tests.journeys.conftest import Facility

pytestmark = [pytest.mark.deep, pytest.mark.journey, pytest.mark.xdist_group("stack")]

PAGE = (ROOT / "docs" / "agent.md").read_text()
FIVE_MINUTES = 300
FILES = 20
IMAGE_BYTES = 100_000

# In place of this machine's own: it gets no user, and its directories are the test's.
SUDO = """\
#!/bin/sh
[ "$1" = -u ] && shift 2
exec env "$@"
"""
USERADD = "#!/bin/sh\n"


@dataclass
class Machine:
    """A machine with nothing on it yet but the wheel."""

    place: Path

    @property
    def bin(self) -> Path:
        return self.place / "bin"

    def stand_in(self, name: str, script: str) -> None:
        self.bin.mkdir(exist_ok=True)
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def sh(self, commands: str) -> str:
        """Run what a person would type; return what it said."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        ours = {
            "PATH": f"{self.bin}:{os.environ['PATH']}:{Path(sys.executable).parent}",  # pipx's
            "XDG_STATE_HOME": str(self.place / "state"),
        }
        done = subprocess.run(
            ["sh", "-euc", commands],
            cwd=self.place,
            env=kept | ours,
            capture_output=True,
            text=True,
            timeout=FIVE_MINUTES,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "machine")
    made.place.mkdir()
    made.stand_in("sudo", SUDO)
    made.stand_in("useradd", USERADD)
    build(made.place)
    return made


def steps() -> list[str]:
    """Return the page's fenced commands, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def here(step: str, facility: Facility, machine: Machine, folder: Path) -> str:
    """Return a step with what stands in for a reader's own, and with the test's directories."""
    words = {
        "https://hokan.example/api": facility.stack.api_url,
        "/images/endoscopy": str(folder),
        "-o hokan -g hokan": "",
        "/opt/pipx": f"{machine.place}/pipx",
        "/usr/local": str(machine.place),
        "/var/lib": f"{machine.place}/state",
    }
    if "ABCDE-12345" in step:
        words["ABCDE-12345"] = facility.admin.post("/agent-codes")["code"]
    for word, ours in words.items():
        step = step.replace(word, ours)
    return step


def test_its_commands_lead_to_a_first_backup_in_five_minutes(
    facility: Facility, machine: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"IMG{number:04}.JPG").write_bytes(os.urandom(IMAGE_BYTES))
    began = time.monotonic()
    said = [machine.sh(here(step, facility, machine, folder)) for step in steps()]
    took = time.monotonic() - began
    usage = facility.admin.get(f"{facility.target}/usage")
    assert usage["limit_bytes"] - usage["available_bytes"] == FILES * IMAGE_BYTES, said
    assert took < FIVE_MINUTES


def test_it_names_the_wheel_that_is_built() -> None:
    assert set(re.findall(r"hokan_agent-\S+?\.whl", PAGE)) == {WHEEL}
