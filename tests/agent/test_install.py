"""The systemd unit of the agent, and how it is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hokan_agent.errors import AgentError
from hokan_agent.machine import environment
from hokan_agent.machine.home import SERVICE_HOME, Home
from hokan_agent.machine.install import next_steps, unit, write_unit
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched

AGENT = Path(__file__).parents[2] / "agent"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hokan_agent", *options],
        env=os.environ | {"PYTHONPATH": str(AGENT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_as_a_user_of_its_own(home: Home) -> None:
    assert "User=backup\n" in unit(home, "backup")


def test_it_runs_on_the_state_it_was_installed_for(home: Home) -> None:
    assert f"--state {home.directory} run\n" in unit(home, "hokan")


def test_the_usual_state_is_made_by_systemd() -> None:
    assert "StateDirectory=hokan-agent\n" in unit(Home(SERVICE_HOME), "hokan")


def test_a_state_elsewhere_may_be_written_to(home: Home) -> None:
    assert f"ReadWritePaths={home.directory}\n" in unit(home, "hokan")


def test_watched_folders_are_read_only_also_before_they_are_mounted(home: Home) -> None:
    folders.add(home, Watched(Path("/images/room 1"), "t-1"))
    assert 'ReadOnlyPaths="-/images/room 1"\n' in unit(home, "hokan")


@pytest.mark.parametrize("name", ["line\nUser=root", "\udc93\udce0"])
def test_a_folder_that_a_unit_cannot_name_is_left_out(home: Home, name: str) -> None:
    before = unit(home, "hokan")
    folders.add(home, Watched(Path("/images") / name, "t-1"))
    assert unit(home, "hokan") == before


def test_a_state_that_a_unit_cannot_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="another path"):
        unit(Home(tmp_path / "line\nUser=root"), "hokan")


def test_restores_may_be_written_where_they_go(home: Home) -> None:
    text = unit(home, "hokan", Path("/restored"))
    assert "run --restore-into /restored\n" in text
    assert "ReadWritePaths=/restored\n" in text


def test_a_unit_holds_no_password(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may read it."""
    monkeypatch.setenv("HTTPS_PROXY", "http://clinic:CANARY@proxy.example")
    assert "CANARY" not in unit(home, "hokan")


def test_a_proxy_and_a_ca_are_passed_on_to_enrolling_unseen(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sudo would forget them; and it logs what is on its command line."""
    for name in environment.present():
        monkeypatch.delenv(name)
    monkeypatch.setenv("https_proxy", "http://clinic:CANARY@proxy.example")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/clinic.pem")
    steps = next_steps(home, "hokan", Path("hokan-agent.service"))
    (enrolling,) = (each for each in steps if " enrol " in each)
    assert enrolling.startswith("sudo --preserve-env=SSL_CERT_FILE,https_proxy -u hokan ")
    assert "CANARY" not in enrolling


def test_the_services_own_user_names_no_state(home: Home) -> None:
    here = next_steps(Home(SERVICE_HOME), "hokan", Path("hokan-agent.service"))
    elsewhere = next_steps(home, "hokan", Path("hokan-agent.service"))
    assert ("--state" in here[-1], "--state" in elsewhere[-1]) == (False, True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_unit(home: Home, tmp_path: Path) -> None:
    folders.add(home, Watched(Path("/images/100 % of 'room' \"1\" \\ 内視鏡"), "t-1"))
    file = tmp_path / "hokan-agent.service"
    write_unit(file, unit(home, "root", tmp_path / "with $HOME and %h"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_written_again_it_is_the_same(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "hokan-agent.service"
    write_unit(file, unit(home, "hokan"))
    write_unit(file, unit(home, "hokan"))
    assert file.read_text() == unit(home, "hokan")


def test_a_unit_that_somebody_changed_is_not_written_over(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "hokan-agent.service"
    file.write_text("mine")
    with pytest.raises(AgentError, match="differs"):
        write_unit(file, unit(home, "hokan"))
    assert file.read_text() == "mine"


def test_without_the_right_to_write_it_says_what_to_do(home: Home) -> None:
    """Nobody may write below /proc, root neither."""
    with pytest.raises(AgentError, match="sudo"):
        write_unit(Path("/proc/hokan-agent.service"), unit(home, "hokan"))


def test_printing_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "hokan-agent.service"
    home = tmp_path / "home"
    done = run("--state", str(home), "install", "--print", "--unit", str(file))
    assert (done.returncode, done.stdout) == (0, unit(Home(home), "hokan"))
    assert list(tmp_path.iterdir()) == []


def test_what_was_done_already_is_no_next_step(home: Home) -> None:
    home.directory.mkdir()
    home.write(home.directory / "identity.json", b"{}")
    steps = next_steps(home, "root", Path("/etc/systemd/system/hokan-agent.service"))
    assert steps[0] == "sudo systemctl enable --now hokan-agent"
    assert steps[1].endswith("doctor")
    assert len(steps) == 2


def test_a_fresh_machine_is_told_of_user_directory_and_enrolling(home: Home) -> None:
    steps = next_steps(home, "nobody-knows-me", Path("hokan-agent.service"))
    assert ["useradd" in steps[0], "install -d" in steps[1], "enrol" in steps[2]] == [True] * 3
