"""`hokan-agent resume`: the end of a pause."""

from __future__ import annotations

import argparse

from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.report import COMPLETE

EXAMPLES = ("hokan-agent resume",)


def add_options(_command: argparse.ArgumentParser) -> None:
    """There is nothing to say."""


def run(home: Home, _options: argparse.Namespace) -> int:
    """End the pause, if there is one."""
    home.identity()
    settings.keep_pause(home, None)
    print("not paused; a `run` under way goes on within seconds")
    return COMPLETE
