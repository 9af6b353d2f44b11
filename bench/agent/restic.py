"""Debian's restic, as it comes: encryption, chunking, five connections."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.agent.servers import Storage
from bench.agent.taken import Taken, taken


def version() -> str | None:
    """Return restic's own line about itself; None when it is not installed."""
    if shutil.which("restic") is None:
        return None
    told = subprocess.run(["restic", "version"], capture_output=True, text=True, check=True)  # noqa: S607
    return told.stdout.strip()


class Restic:
    """restic with a repository and a cache of its own."""

    def __init__(self, storage: Storage, home: Path) -> None:
        self._variables = {
            "AWS_ACCESS_KEY_ID": storage.access_key,
            "AWS_SECRET_ACCESS_KEY": storage.secret_key,
            "RESTIC_PASSWORD": "bench",
            "RESTIC_REPOSITORY": f"s3:{storage.endpoint}/restic",
            "RESTIC_CACHE_DIR": str(home / "cache"),
        }
        self._run("init")

    def backup(self, folder: Path) -> Taken:
        return self._run("backup", "--quiet", str(folder))

    def restore(self, folder: Path, into: Path) -> tuple[Taken, Path]:
        """Restore what *folder* was; return where it lies below *into*, too."""
        took = self._run("restore", "--quiet", "latest", "--target", str(into))
        return took, into / folder.relative_to("/")

    def _run(self, *arguments: str) -> Taken:
        return taken(["restic", *arguments], self._variables)
