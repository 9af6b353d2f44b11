"""
The agent as a wheel with its manual page, for the facilities' computers::

    PYTHONPATH=agent python -m infra.agent

The same source gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hokan_agent import __version__
from infra.build import ROOT
from infra.manpage import page

WHEELS = ROOT / "build" / "agent"
WHEEL = f"hokan_agent-{__version__}-py3-none-any.whl"
LONG_AGO = "315532800"  # 1980-01-01, the first day a ZIP knows: what is in a wheel has no date
NOT_SOURCE = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")


def main() -> int:
    """Build the wheel, and say where it is."""
    wheel = build(WHEELS)
    print(f"{wheel.relative_to(ROOT)}  sha256 {hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    return 0


def build(into: Path) -> Path:
    """Build the wheel into a folder; from a copy: setuptools leaves what it made in its source."""
    with tempfile.TemporaryDirectory() as made:
        source = Path(made) / "agent"
        shutil.copytree(ROOT / "agent", source, ignore=NOT_SOURCE)
        (source / "hokan-agent.1").write_text(page(), encoding="utf-8")
        into.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", into, source],
            env=os.environ | {"SOURCE_DATE_EPOCH": LONG_AGO},
            check=True,
        )
    return into / WHEEL


if __name__ == "__main__":
    sys.exit(main())
