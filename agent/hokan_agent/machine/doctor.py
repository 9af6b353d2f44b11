"""`hokan-agent doctor`: what keeps this machine from backing up, and how to mend it."""

from __future__ import annotations

import os
import platform
import pwd
import shlex
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from hokan_agent import __version__
from hokan_agent.errors import AgentError, NoKeyring, NotEnrolled
from hokan_agent.machine import environment
from hokan_agent.machine.findings import Finding, attention, ok, wrong
from hokan_agent.machine.home import RUN, Home, Identity
from hokan_agent.machine.network import examined
from hokan_agent.sources import folders

SPACE_NEEDED = 100 * 10**6  # the cache of 500,000 files
SPACE_WISHED = 10**9
FILES_LOOKED_AT = 20_000  # of each folder; a check is no backup


def examine(home: Home, service: str | None = None) -> Iterator[Finding]:
    """
    Check everything, the network last; changes nothing.

    Args:
        service: The address to try; without it, the one this agent is enrolled at.
    """
    yield python()
    yield directory(home)
    yield space(home)
    identity, enrolled = enrolment(home)
    yield from (enrolled, surroundings(home), cache(home), other_run(home))
    yield from watched(home)
    yield from examined(home, identity, service)


def python() -> Finding:
    """Say what runs: an older Python never gets here."""
    return ok("python", f"Python {platform.python_version()}, hokan-agent {__version__}")


def directory(home: Home) -> Finding:
    """Only its owner, who runs this, may look into the agent's own directory."""
    try:
        status = home.directory.stat()
    except FileNotFoundError:
        return attention("home", f"{home.directory} is not there yet", "enrolling makes it")
    except OSError as error:
        return wrong("home", _unread(home.directory, error), "run this as the agent's own user")
    quoted = shlex.quote(str(home.directory))
    if status.st_uid != os.geteuid():
        owner = _user(status.st_uid)
        found = f"{home.directory} belongs to {owner}, and this is {_user(os.geteuid())}"
        return attention("home", found, f"sudo -u {owner} hokan-agent --state {quoted} doctor")
    if _is_open(status) or not os.access(home.directory, os.R_OK | os.W_OK | os.X_OK):
        found = f"{home.directory} has the mode {_mode(status)}, not 700"
        return wrong("home", found, f"chmod 700 {quoted}")
    return ok("home", f"{home.directory} is open to its owner only")


def space(home: Home) -> Finding:
    """The cache grows by 200 bytes a file; images are never copied."""
    there = next(each for each in (home.directory, *home.directory.parents) if os.path.exists(each))  # noqa: PTH110 - pathlib's raises where it may not look
    free = shutil.disk_usage(there).free
    found = f"{free / 10**9:.1f} GB free for {home.directory}"
    if free < SPACE_NEEDED:
        return wrong("space", found, "make room: a backup ends when its cache cannot grow")
    if free < SPACE_WISHED:
        return attention("space", found, "make room soon: the cache needs 200 bytes a file")
    return ok("space", found)


def enrolment(home: Home) -> tuple[Identity | None, Finding]:
    """Return who this agent is, and whether its key is there and its owner's only."""
    try:
        identity = home.identity()
        home.key()
        status = None if identity.in_keyring else home.key_file.stat()
    except NoKeyring as error:
        found, _, mend = str(error).partition("; ")
        return None, wrong("enrolment", found, mend)
    except NotEnrolled as error:
        missing, _, cure = str(error).partition("; ")
        level = wrong if home.is_enrolled() else attention
        return None, level("enrolment", missing, cure)
    except OSError as error:
        found = f"the key in {home.directory} cannot be read: {error.strerror}"
        return None, wrong("enrolment", found, "run this as the agent's own user")
    who = f"{identity.agent_id} of {identity.facility_id}"
    if status is None:
        return identity, ok("enrolment", f"{who}; its key is in the keyring")
    if _is_open(status):
        found = f"{home.key_file} has the mode {_mode(status)}, not 600"
        mend = (
            f"chmod 600 {shlex.quote(str(home.key_file))}; if others may have read it, have the "
            "agent revoked and enrol anew"
        )
        return identity, wrong("enrolment", found, mend)
    return identity, ok("enrolment", who)


def surroundings(home: Home) -> Finding:
    """Say which proxy and CA the agent was enrolled with; a password may be among them."""
    file = home.environment_file
    try:
        found = environment.kept(home)
        is_open = file.exists() and _is_open(file.stat())
    except OSError as error:
        return wrong("environment", _unread(file, error), "run this as the agent's own user")
    if is_open:
        mend = f"chmod 600 {shlex.quote(str(file))}; a password in it may have been read"
        return wrong("environment", f"{file} has the mode {_mode(file.stat())}, not 600", mend)
    if not found:
        return ok("environment", f"no proxy and no CA is kept in {file}")
    return ok("environment", f"{', '.join(found)} as kept in {file}")


def cache(home: Home) -> Finding:
    """Read the cache whole, without changing it."""
    file = home.state_file
    if not os.path.lexists(file):
        return ok("cache", "none yet; the first backup makes it")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            damage = db.execute("pragma quick_check(1)").fetchone()[0] != "ok"
    except sqlite3.OperationalError as error:
        return wrong("cache", f"{file} cannot be read: {error}", "run this as the agent's own user")
    except sqlite3.DatabaseError:
        damage = True
    if damage:
        cure = "nothing by hand: the next backup begins it anew and reads every file again"
        return attention("cache", f"{file} is damaged", cure)
    return ok("cache", f"{file} is whole")


def other_run(home: Home) -> Finding:
    """Say whether `run` is there, which backs up by itself; one run at a time has the lock."""
    try:
        holder = home.lock_holder()
    except OSError as error:
        found = f"the lock in {home.directory} cannot be read: {error.strerror}"
        return wrong("run", found, "run this as the agent's own user")
    if holder == RUN:
        return ok("run", "hokan-agent run is under way")
    if holder is not None:
        return ok("run", "another command of this agent is under way")
    mend = "systemctl start hokan-agent, once it is installed (hokan-agent install)"
    return attention("run", "hokan-agent run is not under way: nothing is done by itself", mend)


def watched(home: Home) -> Iterator[Finding]:
    """Check each folder that is backed up."""
    try:
        listed = folders.listed(home)
    except AgentError as error:
        found, _, cure = str(error).partition("; ")
        yield wrong("folder", found, cure)
        return
    except OSError as error:
        yield wrong("folder", _unread(home.folders_file, error), "run this as the agent's own user")
        return
    if not listed:
        yield attention("folder", "no folder is watched", "hokan-agent watch add FOLDER")
    for each in listed:
        yield readable(each.folder)


def readable(folder: Path) -> Finding:
    """
    Say whether a folder, and what is in it, can be read.

    Files are counted, not named: a name may be a patient's.
    """
    try:
        os.scandir(folder).close()
    except OSError as error:
        mend = f"mount it, or let {_user(os.geteuid())} read it"
        return wrong("folder", _unread(folder, error), mend)
    looks = list(islice(_looks(folder), FILES_LOOKED_AT))
    refused = looks.count(False)
    if refused:
        found = f"{folder}: {refused} of the {len(looks)} files and folders looked at are not"
        mend = f"find {shlex.quote(str(folder))} ! -readable shows them; let this user read them"
        return wrong("folder", f"{found} readable", mend)
    if not looks:
        return attention("folder", f"{folder} is empty", "see that it is mounted")
    return ok("folder", f"{folder}: the {len(looks)} files and folders looked at are readable")


def _looks(folder: Path) -> Iterator[bool]:
    """Yield for each file and folder below whether it can be read; links are not followed."""
    for root, names, files in os.walk(folder):
        for name in names:
            yield os.access(Path(root, name), os.R_OK | os.X_OK, follow_symlinks=False)
        for name in files:
            yield os.access(Path(root, name), os.R_OK, follow_symlinks=False)


def _unread(path: Path, error: OSError) -> str:
    return f"{path} cannot be read: {error.strerror}"


def _is_open(status: os.stat_result) -> bool:
    """Whether others than the owner may do anything."""
    return bool(status.st_mode & 0o077)


def _mode(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):o}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"
