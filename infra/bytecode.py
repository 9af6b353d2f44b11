"""
Bytecode for the zip, so that a cold start imports instead of compiling.

Lambda's folder cannot be written to: without it every cold start compiles every library again,
which takes three times the CPU of importing them (docs/performance.md).
"""

from __future__ import annotations

import compileall
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode

EPOCH = (1980, 1, 1, 0, 0, 0)  # the same sources make the same zip


def add_bytecode(package: Path) -> None:
    """Compile everything in the zip *package*, for the Python that packages it."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(package) as plain:
            plain.extractall(folder)
        zip_compiled(Path(folder), package)


def zip_compiled(folder: Path, package: Path) -> None:
    """Write *folder* with its bytecode as the zip *package*."""
    _compile(folder)
    _zip(folder, package)


def _compile(folder: Path) -> None:
    for stale in folder.rglob("*.pyc"):
        stale.unlink()
    with _beside_the_sources():
        _compile_all(folder)


@contextmanager
def _beside_the_sources() -> Iterator[None]:
    """Let no PYTHONPYCACHEPREFIX of whoever packages lead the bytecode elsewhere."""
    prefix, sys.pycache_prefix = sys.pycache_prefix, None
    try:
        yield
    finally:
        sys.pycache_prefix = prefix


def _compile_all(folder: Path) -> None:
    compileall.compile_dir(
        folder,
        quiet=2,  # libraries ship files for other Pythons, which do not compile and are not used
        stripdir=str(folder),  # the same bytecode whatever folder it was made in
        # Lambda's files have other times than ours; nothing changes there, so nobody looks.
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


def _zip(folder: Path, package: Path) -> None:
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
                name.compress_type = zipfile.ZIP_DEFLATED
                name.external_attr = 0o644 << 16
                packed.writestr(name, path.read_bytes())
