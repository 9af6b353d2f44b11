"""app.py: what can wake the system, and what waking it costs."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from chalice.test import Client

ROOT = Path(__file__).parent.parent


def test_every_event_handler_goes_through_app_py(client: Client) -> None:  # noqa: ARG001
    """Chalice deploys others by their own module's name, where no middleware runs."""
    from app import app

    handlers: list[Any] = [*app.event_sources, *app.pure_lambda_functions]
    names = {"ingest", "export", "media", "purge", "derive", "sweep", "tick", "operate"}
    assert {each.name for each in handlers} == names
    assert [each for each in handlers if not each.handler_string.startswith("app.")] == []


def test_the_collector_that_imports_do_without_is_on_again(client: Client) -> None:  # noqa: ARG001
    import app  # noqa: F401 - what it does is what matters

    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_importing_the_app_loads_no_heavy_library(aws: dict[str, str]) -> None:
    look = (
        "import sys, app;"
        "print({'pydicom', 'numpy', 'PIL', 'jwt', 'cryptography', 'jinja2', 'segno', 'moto'}"
        " & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", look],
        cwd=ROOT,
        env=os.environ | aws,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "set()"
