"""A notice on the desktop of whoever is signed in at this computer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from hokan_agent.errors import NotShown

USUAL = "notify-send"
LONGEST_SECONDS = 10.0
TITLE = "Hokan"


def program(wanted: str) -> str:
    """Return where the program is that shows notices; raises NotShown when it is not here."""
    found = shutil.which(wanted)
    if found is None and wanted == USUAL:
        raise NotShown(
            f"{USUAL} is not installed (sudo apt install libnotify-bin); or name another program "
            "with --program"
        )
    if found is None:
        raise NotShown(f"{wanted} is no program that this user may run")
    return str(Path(found).absolute())


def show(by: str, text: str) -> None:
    """
    Have a program show a notice; it is called with a title and a text.

    Raises:
        NotShown: There is no desktop to show it on, or the program failed.
    """
    if Path(by).name == USUAL and not _has_desktop():
        raise NotShown("nobody is signed in at a desktop as this agent's user")
    try:
        subprocess.run(  # noqa: S603 - what this computer's administrator named
            [by, TITLE, text], check=True, capture_output=True, timeout=LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NotShown(f"{by} did not end within {LONGEST_SECONDS:g} s") from None
    except subprocess.CalledProcessError as error:
        raise NotShown(f"{by} failed with {error.returncode}") from None
    except OSError as error:
        raise NotShown(f"{by} cannot be run: {error.strerror}") from None


def _has_desktop() -> bool:
    """Whether there is a session bus, which desktops listen on."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return runtime is not None and (Path(runtime) / "bus").exists()
