"""
The layer that sets documents: typst and the font it prints with, for the API function alone.

Typst unpacks to 84 MB, which every function would carry if it were in the code's zip.  The layer
is made of requirements-documents.txt, once for each content, for all stages.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infra.assets import ROOT
from infra.bytecode import zip_compiled

REQUIREMENTS = ROOT / "requirements-documents.txt"
LAYERS = ROOT / "build" / "layers"
PLATFORM = "manylinux2014_x86_64"  # Lambda's, whatever packages


class LayerError(RuntimeError):
    """The layer cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Layer:
    """
    Attributes:
        key: Where the zip goes in the code bucket: another content, another key.
    """

    zip: Path
    key: str


def make_layer() -> Layer:
    """Make the layer, unless it is there of the same sources; raises LayerError."""
    name = f"documents-{_sources()}.zip"
    layer = Layer(LAYERS / name, name)
    if not layer.zip.exists():
        LAYERS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=LAYERS) as folder:
            unfinished = Path(folder) / "layer.zip"
            _install(Path(folder) / "layer" / "python")  # on the path of Lambda's Python
            zip_compiled(Path(folder) / "layer", unfinished)
            unfinished.replace(layer.zip)
    return layer


def _sources() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in (REQUIREMENTS, ROOT / "infra" / "layer.py", ROOT / "infra" / "bytecode.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _install(into: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    exactly = ["--no-deps", "--no-compile", "--only-binary=:all:", f"--platform={PLATFORM}"]
    what = [f"--target={into}", f"--requirement={REQUIREMENTS}"]
    done = subprocess.run([*pip, *exactly, *what], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LayerError(f"pip cannot install {REQUIREMENTS.name}:\n{done.stderr.strip()}")
