"""The agent's wheel, on a machine that has nothing of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hokan_agent import __version__
from hokan_agent.commands import COMMANDS
from infra.agent import WHEEL, build

pytestmark = pytest.mark.deep  # they build and install, from a package index


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it."""
    place = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    subprocess.run([place / "bin" / "pip", "install", "--quiet", wheel], check=True)
    return place


def ran(installed: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [installed / "bin" / "hokan-agent", "--state", home, *arguments],
        env=kept,
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_same_source_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_its_name_tells_its_version(wheel: Path) -> None:
    assert wheel.name == WHEEL == f"hokan_agent-{__version__}-py3-none-any.whl"


def test_installed_it_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert ran(installed, "--version", home=tmp_path / "home").stdout == f"{__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_installed_each_command_is_there(installed: Path, name: str, tmp_path: Path) -> None:
    assert ran(installed, name, "--help", home=tmp_path / "home").returncode == 0


def test_installed_the_doctor_finds_nothing_wrong(installed: Path, tmp_path: Path) -> None:
    done = ran(installed, "doctor", home=tmp_path / "home")
    assert (done.returncode, done.stderr) == (0, "")


def test_installed_its_unit_starts_it_from_there(installed: Path, tmp_path: Path) -> None:
    done = ran(installed, "install", "--print", home=tmp_path / "home")
    assert f"ExecStart={installed}/bin/hokan-agent --state " in done.stdout


def test_installed_its_manual_page_is_where_man_looks(installed: Path) -> None:
    assert (installed / "share" / "man" / "man1" / "hokan-agent.1").read_text().startswith(".TH")


def test_its_version_is_the_one_it_tells() -> None:
    from infra.build import ROOT

    assert f'version = "{__version__}"' in (ROOT / "agent" / "pyproject.toml").read_text()
