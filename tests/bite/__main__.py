"""
`make bite`: plant each bug in a copy of the project and see that the tests notice.

A bug nobody notices is a hole in the tests; one that cannot be planted is out of date.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bite.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
PARTS = ("app.py", "pyproject.toml", ".chalice", "chalicelib", "agent", "infra", "tests", "docs")
AT_ONCE = 2


def main() -> int:
    """Try every bug; exit 0 when all were noticed."""
    chosen = [bug for bug in BUGS if not sys.argv[1:] or sys.argv[1] in bug.name]
    with ThreadPoolExecutor(AT_ONCE) as workers:
        results = list(workers.map(outcome, chosen))
    for bug, result in zip(chosen, results, strict=True):
        print(f"{result:8} {bug.name}")
    noticed = results.count("noticed")
    print(f"{noticed} of {len(chosen)} planted bugs noticed")
    return 0 if noticed == len(chosen) else 1


def outcome(bug: Bug) -> str:
    """Plant *bug*, run its tests: "noticed", "MISSED", or "STALE" when it does not fit the code."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in PARTS:
            _copy(ROOT / part, copy / part)
        file = copy / bug.file
        text = file.read_text()
        if text.count(bug.before) != 1:
            return "STALE"
        file.write_text(text.replace(bug.before, bug.after))
        tests = [sys.executable, "-m", "pytest", "-xqm", "not deep", *bug.tests.split()]
        done = subprocess.run(tests, cwd=copy, capture_output=True, check=False)
    return "noticed" if done.returncode == 1 else "MISSED"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    sys.exit(main())
