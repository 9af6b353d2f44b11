"""
What an agent keeps of the shell it was enrolled from: a service has no shell, and sudo forgets.

Lines of NAME=value in a file of its owner's alone: a proxy's address may hold a password.
"""

from __future__ import annotations

import os

from hokan_agent.machine.home import Home

KEPT = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


def present() -> dict[str, str]:
    """Return what of it is set here, by the name it has here: proxies have two."""
    return {name: value for name, value in os.environ.items() if value and name.upper() in KEPT}


def keep(home: Home) -> None:
    """Keep what is set here; without any, nothing is written."""
    lines = [f"{name.upper()}={value}\n" for name, value in present().items()]
    if lines:
        home.write(home.environment_file, os.fsencode("".join(lines)))


def kept(home: Home) -> dict[str, str]:
    """Return what is kept; raises OSError when it may not be read."""
    try:
        lines = os.fsdecode(home.environment_file.read_bytes()).splitlines()
    except FileNotFoundError:
        return {}
    found = (each.partition("=") for each in lines)
    named = ((name.strip().upper(), value.strip()) for name, _, value in found)
    return {name: value for name, value in named if value and name in KEPT}


def recall(home: Home) -> None:
    """Set here what is kept; what this shell says itself counts more."""
    try:
        found = kept(home)
    except OSError:  # somebody else's: each command says so in its own way
        return
    here = {name.upper() for name in present()}
    os.environ.update({name: value for name, value in found.items() if name not in here})
