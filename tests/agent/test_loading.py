"""What is loaded for a command, and what is not: a backup waits for all of it."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hokan_agent.__main__ import main
from hokan_agent.commands import COMMANDS

LOADED = """
import json, sys
from hokan_agent.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit:  # --help ends so
    pass
print()
print(json.dumps([each for each in sys.modules if each.startswith("hokan_agent.commands.")]))
"""


def loaded(*arguments: str) -> set[str]:
    """Return which commands' files a process has loaded that was asked for one thing."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "agent")},
        stdout=subprocess.PIPE,
        check=True,
    )
    files = json.loads(done.stdout.splitlines()[-1])
    return {name for name in COMMANDS if f"hokan_agent.commands.{name}" in files}


def test_a_backup_loads_no_other_command(tmp_path: Path) -> None:
    assert loaded("--state", str(tmp_path / "state"), "backup", str(tmp_path)) == {"backup"}


def test_the_list_of_commands_loads_none() -> None:
    assert loaded("--help") == set()


@pytest.mark.parametrize("argument", ["--help", "--no-such-option"])
def test_garbage_is_collected_again_whatever_was_asked(argument: str) -> None:
    with pytest.raises(SystemExit):
        main([argument])
    assert gc.isenabled()
