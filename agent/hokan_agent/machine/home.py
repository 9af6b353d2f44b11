"""The agent's own directory: its key, its identity, its cache, and the lock on all of it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.errors import AlreadyEnrolled, Busy, NotEnrolled
from hokan_agent.machine import keys
from hokan_agent.machine.disk import write_whole

STATES = Path("/var/lib")  # what systemd's StateDirectory= is below
SERVICE_HOME = STATES / "hokan-agent"


class Identity(NamedTuple):
    """
    Who this agent is, and to whom.

    Attributes:
        in_keyring: Whether its key is in the OS keyring; else it is in a file.
    """

    service: str
    agent_id: str
    facility_id: str
    in_keyring: bool = False


def default_home(service_home: Path = SERVICE_HOME) -> Path:
    """Return where the state is: the service's for its user, else XDG's directory for state."""
    if service_home.is_dir() and service_home.stat().st_uid == os.geteuid():
        return service_home
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "hokan-agent"


RUN = "run"  # what the lock says while the service runs


class Home:
    """A directory only its owner may look into."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.state_file = directory / "state.sqlite"
        self.folders_file = directory / "folders.json"
        self.settings_file = directory / "settings.json"
        self.known_file = directory / "known.json"
        self.key_file = directory / "key.pem"
        self.environment_file = directory / "environment"
        self._identity_file = directory / "identity.json"

    @contextmanager
    def locked(self, by: str = "another command") -> Iterator[None]:
        """Keep other runs of this agent out; raises Busy, which names who has the lock."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.directory / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise _busy(lock.read()) from None
            lock.truncate(0)
            print(by, end="", file=lock, flush=True)
            yield

    def lock_holder(self) -> str | None:
        """Return what the lock says of the run that has it; None when none has."""
        try:
            lock = (self.directory / "lock").open()
        except FileNotFoundError:
            return None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read()
        return None

    def write(self, path: Path, content: bytes) -> None:
        """Write a file of this directory, whole or not at all."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, content)

    def commitments(self, inbox: Path) -> Path:
        """Return the folder of what devices asked about what is in *inbox*; it is made."""
        place = self.directory / "commitments" / hashlib.sha256(os.fsencode(inbox)).hexdigest()
        for each in (self.directory, place.parent, place):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def is_enrolled(self) -> bool:
        return self._identity_file.exists()

    def refuse_if_enrolled(self) -> None:
        """Raise AlreadyEnrolled when there is an identity."""
        if self.is_enrolled():
            raise AlreadyEnrolled(
                f"this agent is enrolled already; to start anew, remove {self.directory} "
                "and have the old agent revoked"
            )

    def keep_key(self, key: Ed25519PrivateKey, *, in_keyring: bool = False) -> None:
        """Keep the key, before there is an identity: one without its key is worth nothing."""
        if in_keyring:
            keys.put_into_keyring(self._account, key)
        else:
            self.write(self.key_file, keys.as_pem(key))

    def keep_identity(self, identity: Identity) -> None:
        self.write(self._identity_file, json.dumps(identity._asdict()).encode())

    def identity(self) -> Identity:
        """Return who this agent is; raises NotEnrolled."""
        try:
            return Identity(**json.loads(self._identity_file.read_text()))
        except FileNotFoundError:
            raise NotEnrolled(
                "this agent is not enrolled; get a code from your facility's administrator, then: "
                "hokan-agent enrol CODE --service URL"
            ) from None
        except (ValueError, TypeError):
            raise NotEnrolled(f"{self._identity_file} is damaged; enrol again") from None

    def key(self) -> Ed25519PrivateKey:
        """Return the private key; raises NotEnrolled, NoKeyring."""
        if self.identity().in_keyring:
            return keys.from_keyring(self._account)
        try:
            pem = self.key_file.read_bytes()
        except FileNotFoundError:
            raise NotEnrolled(f"{self.key_file} is missing; enrol again") from None
        return keys.of_pem(pem, str(self.key_file))

    @property
    def _account(self) -> str:
        """What the keyring knows the key by."""
        return str(self.directory.absolute())


def _busy(by: str) -> Busy:
    if by == RUN:
        return Busy(
            "hokan-agent run is under way here: it backs up and restores by itself, and staff can "
            "start a backup at the portal; to do it by hand, stop it first"
        )
    return Busy("another run of this agent is under way; wait for it to end")
