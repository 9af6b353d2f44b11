"""
The deployable: one CloudFormation template in JSON, one zip of code and one of a layer.

Chalice writes a SAM template merged with resources.yaml; the SAM translator, the same code AWS
runs, turns it into plain CloudFormation, so what is linted here is what a provider deploys.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.assets import AssetError, make_all
from infra.bytecode import add_bytecode
from infra.layer import REQUIREMENTS, Layer, LayerError, make_layer
from infra.template import REGION, RESOURCES, function_environment, load, resolver_of

ROOT = Path(__file__).parent.parent
ZIP_LIMIT_BYTES = 50 * 10**6  # Lambda takes zips up to 50 MB
UNZIPPED_LIMIT_BYTES = 250 * 2**20  # a function with its layers
NOWHERE = "000000000000"  # an account id for names that only have to be well-formed


class BuildError(RuntimeError):
    """The package cannot be built; the message says why."""


@dataclass(frozen=True, slots=True)
class Package:
    """
    Attributes:
        template: CloudFormation in JSON.
        zip: The functions' code.
        code_key: Where the zip goes in the code bucket: another content, another key.
        layer: What the API function has on top.
    """

    template: Path
    zip: Path
    code_key: str
    layer: Layer

    @property
    def zip_bytes(self) -> int:
        return self.zip.stat().st_size

    @property
    def unzipped_bytes(self) -> int:
        """What Lambda unpacks for the API function."""
        return _unzipped_bytes(self.zip) + _unzipped_bytes(self.layer.zip)


def build(stage: str) -> Package:
    """Package *stage* into build/<stage>, unless what is there is of the same sources."""
    into = ROOT / "build" / stage
    into.mkdir(parents=True, exist_ok=True)
    with (into / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would write one zip together
        _make_assets()
        return _built(stage, into)


def _make_assets() -> None:
    try:
        make_all()
    except AssetError as error:
        raise BuildError(str(error)) from error


def _made_layer() -> Layer:
    try:
        return make_layer()
    except LayerError as error:
        raise BuildError(str(error)) from error


def _built(stage: str, into: Path) -> Package:
    sources = _digest(_sources())
    layer = _made_layer()
    package = Package(into / "hokan.json", into / "deployment.zip", f"{sources}.zip", layer)
    mark = into / "sources"
    if mark.exists() and mark.read_text() == sources:
        return package
    _package(stage, into)
    add_bytecode(package.zip)
    template = to_cloudformation(load(into / "sam.yaml"))
    package.template.write_text(json.dumps(template, indent=1, sort_keys=True))
    check_sizes(package)
    mark.write_text(sources)
    return package


def check_sizes(package: Package) -> None:
    """Raise BuildError for what Lambda would refuse only when it is deployed."""
    if package.zip_bytes > ZIP_LIMIT_BYTES:
        raise BuildError(f"the zip has {package.zip_bytes} bytes; Lambda takes {ZIP_LIMIT_BYTES}")
    if package.unzipped_bytes > UNZIPPED_LIMIT_BYTES:
        raise BuildError(
            f"the API function and its layer unpack to {package.unzipped_bytes} bytes;"
            f" Lambda takes {UNZIPPED_LIMIT_BYTES}"
        )


def _unzipped_bytes(packed: Path) -> int:
    with zipfile.ZipFile(packed) as archive:
        return sum(each.file_size for each in archive.infolist())


def to_cloudformation(sam: dict[str, Any]) -> dict[str, Any]:
    """Return *sam* as plain CloudFormation, as AWS's own transform would."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # it asks boto3 for the partition
    translator = Translator(managed_policy_map={}, sam_parser=Parser())
    template: dict[str, Any] = translator.translate(sam, parameter_values={})
    template.pop("Transform", None)
    return template


def _sources() -> Iterator[Path]:
    """Yield every file the package is made of."""
    for single in (
        "app.py",
        "requirements.txt",
        REQUIREMENTS.name,
        "infra/resources.yaml",
        "infra/build.py",
        "infra/bytecode.py",
    ):
        yield ROOT / single
    yield from sorted((ROOT / ".chalice").glob("*.json"))
    code = sorted((ROOT / "chalicelib").rglob("*"))
    yield from (path for path in code if path.is_file() and "__pycache__" not in path.parts)


def _digest(paths: Iterator[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _package(stage: str, into: Path) -> None:
    """Let Chalice package; it imports app.py, which demands its settings as in Lambda."""
    (into / "sources").unlink(missing_ok=True)
    environment = function_environment(resolver_of(stage, NOWHERE))
    chalice = [sys.executable, "-c", "from chalice.cli import main; main()"]
    merge = ["--merge-template", str(RESOURCES)]
    done = subprocess.run(
        [*chalice, "package", "--stage", stage, *merge, str(into)],
        cwd=ROOT,
        env=os.environ | environment | {"AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"chalice package failed:\n{done.stderr.strip()}")


def main() -> int:
    """Build, and print what was built."""
    parser = argparse.ArgumentParser(description="Write the deployable template and zip.")
    parser.add_argument("--stage", default="dev", help="local, dev, prod, ... (default: dev)")
    try:
        package = build(parser.parse_args().stage)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"template  {package.template.relative_to(ROOT)}")
    print(f"code      {package.zip.relative_to(ROOT)}: {package.zip_bytes / 10**6:.1f} MB of 50")
    print(f"layer     {package.layer.zip.relative_to(ROOT)}")
    print(f"unzipped  {package.unzipped_bytes / 2**20:.0f} MiB of 250, for the API function")
    return 0


if __name__ == "__main__":
    sys.exit(main())
