"""The agent's key in the keyring of the desktop's user."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoneAtAll
from keyring.errors import KeyringLocked
from keyrings.alt.file import PlaintextKeyring

from hokan_agent.__main__ import parser
from hokan_agent.commands import command
from hokan_agent.errors import AgentError, NoKeyring, NotEnrolled
from hokan_agent.machine import doctor
from hokan_agent.machine.findings import Level
from hokan_agent.machine.home import Home
from hokan_agent.machine.install import unit
from tests.support.answering import Answering
from tests.support.serving import serving


class Locked(KeyringBackend):
    """A keyring nobody has opened yet."""

    priority = 1.0

    def get_password(self, *_: str) -> str:
        raise KeyringLocked

    def set_password(self, *_: str) -> None:
        raise KeyringLocked

    def delete_password(self, *_: str) -> None:
        raise KeyringLocked


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[KeyringBackend]:
    """A keyring of this test's own; whatever a test puts in its place goes with it."""
    before = keyring.get_keyring()
    made = PlaintextKeyring()
    made.file_path = str(tmp_path / "keyring.cfg")
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def service() -> Iterator[Answering]:
    with serving(Answering()) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def enrol(home: Home, service: Answering, *options: str) -> int:
    arguments = ["enrol", "ABCDE-12345", "--service", f"{service.url}/api", *options]
    return int(command("enrol").run(home, parser().parse_args(arguments)))


@pytest.fixture
def enrolled(home: Home, service: Answering, ring: KeyringBackend) -> Home:  # noqa: ARG001
    assert enrol(home, service, "--keyring") == 0
    return home


def test_the_key_is_in_the_keyring_and_in_no_file(enrolled: Home) -> None:
    kept = keyring.get_password("hokan-agent", str(enrolled.directory)) or ""
    secret = kept.splitlines()[1]
    assert enrolled.key().private_bytes_raw()
    assert [each for each in enrolled.directory.iterdir() if secret in each.read_text()] == []


def test_doctor_finds_it_there(enrolled: Home) -> None:
    _, finding = doctor.enrolment(enrolled)
    assert (finding.level, finding.found.endswith("in the keyring")) == (Level.OK, True)


@pytest.mark.usefixtures("ring")
def test_without_being_asked_the_key_is_in_a_file(home: Home, service: Answering) -> None:
    enrol(home, service)
    assert home.key_file.stat().st_mode & 0o777 == 0o600
    assert keyring.get_password("hokan-agent", str(home.directory)) is None


@pytest.mark.parametrize(
    ("kind", "cure"), [(NoneAtAll, "enrol without --keyring"), (Locked, "unlock it")]
)
@pytest.mark.usefixtures("ring")
def test_a_keyring_that_does_not_open_uses_no_code_up(
    home: Home, service: Answering, kind: type[KeyringBackend], cure: str
) -> None:
    keyring.set_keyring(kind())
    with pytest.raises(NoKeyring, match=cure):
        enrol(home, service, "--keyring")
    assert service.enrolled == 0


@pytest.mark.parametrize(
    ("kind", "cure"), [(NoneAtAll, "log in at this machine's desktop"), (Locked, "unlock it")]
)
def test_a_keyring_that_opens_no_more_is_said_with_its_cure(
    enrolled: Home, kind: type[KeyringBackend], cure: str
) -> None:
    keyring.set_keyring(kind())
    _, finding = doctor.enrolment(enrolled)
    assert (finding.level, cure in finding.mend) == (Level.WRONG, True)


def test_a_key_that_is_gone_is_said_with_its_cure(enrolled: Home) -> None:
    keyring.delete_password("hokan-agent", str(enrolled.directory))
    with pytest.raises(NotEnrolled, match="enrol again"):
        enrolled.key()


def test_without_the_package_it_is_said_how_to_get_it(
    enrolled: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(NoKeyring, match="pipx inject hokan-agent keyring"):
        enrolled.key()


def test_a_service_cannot_open_a_keyring(enrolled: Home) -> None:
    with pytest.raises(AgentError, match="enrol another without --keyring"):
        unit(enrolled, "hokan")
