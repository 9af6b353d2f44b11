"""What an agent keeps of the shell it was enrolled from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hokan_agent.__main__ import parser
from hokan_agent.commands import command
from hokan_agent.machine import doctor, environment
from hokan_agent.machine.findings import Level, as_text
from hokan_agent.machine.home import Home, default_home
from tests.support.answering import Answering
from tests.support.serving import serving

ADDRESS = "http://clinic:CANARY@proxy.example:8080"


@pytest.fixture(autouse=True)
def without_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in environment.present():
        monkeypatch.delenv(name)
    for name in environment.KEPT:  # so that what a test sets goes with it
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_what_enrolling_knew_later_commands_know(
    home: Home, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, ADDRESS)
    environment.keep(home)
    monkeypatch.delenv(name)
    environment.recall(home)
    assert os.environ["HTTPS_PROXY"] == ADDRESS


def test_enrolling_keeps_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", ADDRESS)
    with serving(Answering()) as service:
        arguments = ["enrol", "ABCDE-12345", "--service", f"{service.url}/api"]
        command("enrol").run(home, parser().parse_args(arguments))
    assert environment.kept(home) == {"HTTPS_PROXY": ADDRESS}


def test_every_command_goes_by_it(home: Home) -> None:
    home.write(home.environment_file, b"HTTPS_PROXY=http://127.0.0.1:9\n")
    done = subprocess.run(
        [sys.executable, "-m", "hokan_agent", "--state", str(home.directory), "doctor", "--json"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "agent")},
        capture_output=True,
        check=False,
    )
    found = {each["check"]: each["found"] for each in json.loads(done.stdout)["findings"]}
    assert "the proxy 127.0.0.1:9" in found["proxy"]


def test_only_proxy_and_certificates_are_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/clinic.pem")
    environment.keep(home)
    assert environment.kept(home) == {"SSL_CERT_FILE": "/etc/clinic.pem"}


def test_a_password_is_its_owners_only(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", ADDRESS)
    environment.keep(home)
    assert home.environment_file.stat().st_mode & 0o777 == 0o600


def test_what_a_shell_says_counts_more(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write(home.environment_file, b"HTTPS_PROXY=http://old.example\n")
    monkeypatch.setenv("https_proxy", "http://new.example")
    environment.recall(home)
    assert "HTTPS_PROXY" not in os.environ


def test_a_line_written_by_hand_holds(home: Home) -> None:
    home.write(home.environment_file, b"# the clinic's\nSSL_CERT_FILE = /etc/clinic.pem\n\nx\n")
    environment.recall(home)
    assert os.environ["SSL_CERT_FILE"] == "/etc/clinic.pem"


def test_nothing_else_gets_in_by_it(home: Home) -> None:
    home.write(home.environment_file, b"LD_PRELOAD=/tmp/x.so\n")
    environment.recall(home)
    assert "LD_PRELOAD" not in os.environ


def test_where_nothing_is_set_nothing_is_written(home: Home) -> None:
    environment.keep(home)
    assert not home.directory.exists()


def test_doctor_names_what_is_kept_and_not_its_value(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", ADDRESS)
    environment.keep(home)
    said = as_text(doctor.surroundings(home))
    assert ("HTTPS_PROXY" in said, "CANARY" in said) == (True, False)


def test_doctor_says_when_others_may_read_a_password(home: Home) -> None:
    home.write(home.environment_file, b"HTTPS_PROXY=http://proxy.example\n")
    home.environment_file.chmod(0o644)
    assert doctor.surroundings(home).level is Level.WRONG


def test_the_services_user_has_the_services_state(tmp_path: Path) -> None:
    assert default_home(tmp_path) == tmp_path


def test_others_have_a_state_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_home(Path("/nowhere")) == tmp_path / "hokan-agent"
