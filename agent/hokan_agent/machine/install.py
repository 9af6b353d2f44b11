"""`hokan-agent install`: the systemd unit that keeps `hokan-agent run` going."""

from __future__ import annotations

import pwd
import shlex
import shutil
import sys
from pathlib import Path

from hokan_agent.errors import AgentError
from hokan_agent.machine import environment
from hokan_agent.machine.home import SERVICE_HOME, STATES, Home
from hokan_agent.sources import folders

UNIT = Path("/etc/systemd/system/hokan-agent.service")

TEMPLATE = """\
# Written by hokan-agent install; local changes: systemctl edit {name}
[Unit]
Description=Hokan backup agent
Wants=network-online.target
After=network-online.target remote-fs.target

[Service]
User={user}
ExecStart={command}
Restart=always
RestartSec=60

# It reads the folders, and writes its own state.
ProtectSystem=strict
ProtectHome=read-only
{paths}

# It connects outwards, and does nothing else.
NoNewPrivileges=yes
CapabilityBoundingSet=
LockPersonality=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""


def unit(home: Home, user: str, restore_into: Path | None = None) -> str:
    """
    Return the unit that runs the agent of *home* as *user*.

    Raises:
        AgentError: The watched folders cannot be read, or the key is where no service gets at it.
    """
    if home.is_enrolled() and home.identity().in_keyring:
        raise AgentError(
            "the key is in a keyring, which opens for who logs in and for no service; have this "
            "agent revoked, and enrol another without --keyring"
        )
    into = [] if restore_into is None else ["--restore-into", str(restore_into.absolute())]
    state = str(home.directory.absolute())
    return TEMPLATE.format(
        name=UNIT.name,
        user=user,
        command=" ".join(_argument(each) for each in [*program(), "--state", state, "run", *into]),
        paths="\n".join(_paths(home, restore_into)),
    )


def write_unit(file: Path, text: str) -> None:
    """Write a unit, whole or not at all; raises AgentError when it may not, or another is there."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        if file.exists() and file.read_text(encoding="utf-8") != text:
            raise AgentError(
                f"{file} is there and differs; hokan-agent install --print shows the new one: "
                "remove the old one to have it written"
            )
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o644)
        fresh.replace(file)
    except OSError as error:
        raise AgentError(
            f"{file} cannot be written: {error.strerror}; run this with sudo, or use --print"
        ) from None


def next_steps(home: Home, user: str, file: Path) -> list[str]:
    """Return the commands that come next, less those that were run already."""
    state = shlex.quote(str(home.directory.absolute()))
    where = [] if home.directory == SERVICE_HOME else ["--state", str(home.directory.absolute())]
    agent = f"-u {user} {shlex.join([*_called(), *where])}"
    steps = []
    if not _is_known(user):
        steps.append(f"sudo useradd --system --user-group --shell /usr/sbin/nologin {user}")
    if not home.directory.exists():
        steps.append(f"sudo install -d -m 0700 -o {user} -g {user} {state}")
    if not home.is_enrolled():
        steps.append(f"sudo {_with_environment()}{agent} enrol CODE --service URL")
    return [*steps, f"sudo systemctl enable --now {file.stem}", f"sudo {agent} doctor"]


def _with_environment() -> str:
    """Have sudo pass on a proxy or a CA that this shell knows of: enrolling keeps them."""
    names = ",".join(sorted(environment.present()))
    return f"--preserve-env={names} " if names else ""


def _called() -> list[str]:
    """Return what a person types to start this agent."""
    (first, *more) = program()
    is_found = not more and shutil.which("hokan-agent") == first
    return ["hokan-agent"] if is_found else [first, *more]


def program() -> list[str]:
    """Return how this agent is started."""
    script = Path(sys.executable).with_name("hokan-agent")
    return [str(script)] if script.exists() else [sys.executable, "-m", "hokan_agent"]


def _paths(home: Home, restore_into: Path | None) -> list[str]:
    """Say what is written to and what is read; a folder not mounted yet (-) does not matter."""
    state = home.directory.absolute()
    if state.parent == STATES:
        lines = [f"StateDirectory={_quoted(state.name)}", "StateDirectoryMode=0700"]
    else:
        lines = [f"ReadWritePaths={_quoted(str(state))}"]
    if restore_into is not None:
        lines.append(f"ReadWritePaths={_quoted(str(restore_into.absolute()))}")
    return [*lines, *(f"ReadOnlyPaths={_quoted(f'-{each}')}" for each in _watched(home))]


def _watched(home: Home) -> list[str]:
    """Return the folders a unit can name; the others are read-only by ProtectSystem=strict."""
    try:
        return [str(each.folder) for each in folders.listed(home) if _fits(str(each.folder))]
    except PermissionError:
        raise AgentError(f"{home.folders_file} may not be read; run this with sudo") from None


def _fits(text: str) -> bool:
    """Whether a unit can hold *text*: systemd reads lines of UTF-8."""
    is_utf8 = not any("\ud800" <= each <= "\udfff" for each in text)
    return is_utf8 and not set(text) & set("\r\n")


def _is_known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _argument(text: str) -> str:
    """
    Return *text* as one argument of a command line of systemd's.

    >>> _argument("/images/100 $")
    '"/images/100 $$"'
    """
    return _quoted(text.replace("$", "$$"))


def _quoted(text: str) -> str:
    r"""
    Return *text* as one word of a unit (systemd.syntax): nothing in it is a specifier or a quote.

    >>> _quoted("/images/endoscopy")
    '/images/endoscopy'
    >>> _quoted('/images/room "1", 100 %')
    '"/images/room \\"1\\", 100 %%"'
    """
    if not _fits(text):
        raise AgentError(f"{text!r} cannot be named in a unit; choose another path")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if set(text) & set(" \t\"'\\") else escaped
