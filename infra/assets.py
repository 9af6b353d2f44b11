"""
What the portal needs and the repository does not hold: compiled words and the design tokens.

The tokens are the Digital Agency's and SHA-256 for browsers is noble-hashes, both from npm (MIT),
held to their digests; the words are compiled
from locale/*/LC_MESSAGES/hokan.po.  Both are made when missing or out of date, and only then.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
WEB = ROOT / "chalicelib" / "web"
LOCALE = WEB / "locale"
TOKENS = WEB / "static" / "tokens.css"
HASHES = WEB / "static" / "hashes.js"
DOWNLOADS = ROOT / "build" / "npm"


EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


class AssetError(RuntimeError):
    """An asset cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """
    A package of the npm registry.

    Attributes:
        sha512: Base64, as the registry names it ("integrity").
    """

    name: str
    version: str
    sha512: str


DESIGN_TOKENS = NpmPackage(
    "@digital-go-jp/design-tokens",
    "1.1.9",
    "93zW/Gb4/pwb63W7r8RHWQdbLGap4heHt5unQQjaqP1OlPqRif146tvqtyJ2xPcot3pnndFY3ph1DC0Crwp6bg==",
)
AXE = NpmPackage(  # finds barriers in pages; for tests only
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)


FHIR = NpmPackage(  # finds what is no FHIR R4; for tests only
    "fhir",
    "4.12.0",
    "N+eLuUbYjvjX5NlZPhE08OVrsJJhulQKkVWnW1M3HpNvreWC1yVvoF8ptmGzlvtDZRCrNrBArfLklphFO2L0oA==",
)


NOBLE_HASHES = NpmPackage(  # SHA-256 of files too large to be held in memory at once
    "@noble/hashes",
    "2.4.0",
    "X5XaVWZIBCT7HHZGm5I7ZQXDwLG+bGXuSrMQAW+7Zvl87h1kmc1ZB1VSRJcpUfoUrGQp4Fkoxm5kZ+Ms+aW+eA==",
)


def make_all() -> None:
    """Make every asset the package needs; raises AssetError."""
    make_tokens()
    make_hashes()
    make_words()


def make_tokens() -> None:
    """Fetch the design tokens, unless they are there."""
    first_line = f"/* {DESIGN_TOKENS.name} {DESIGN_TOKENS.version}, Digital Agency, MIT */\n"
    if TOKENS.exists() and TOKENS.read_text().startswith(first_line):
        return
    sheet = fetched(DESIGN_TOKENS, "package/dist/tokens-simple.css").read_text()
    _write(TOKENS, (first_line + sheet).encode())


def make_hashes() -> None:
    """Fetch SHA-256 for browsers as one module, unless it is there."""
    first_line = f"/* {NOBLE_HASHES.name} {NOBLE_HASHES.version}, Paul Miller, MIT */\n"
    if HASHES.exists() and HASHES.read_text().startswith(first_line):
        return
    folder = unpacked(NOBLE_HASHES)
    modules = [(folder / name).read_text() for name in ("utils.js", "_u64.js", "_md.js", "sha2.js")]
    _write(HASHES, (first_line + joined(modules)).encode())


def joined(modules: list[str]) -> str:
    r"""
    Return *modules* as one: our addresses name a content, so one cannot import another by name.

    >>> joined(["export const a = 1;", "export { b };", 'import { a } from "./a.js";'])
    'export const a = 1;\nconst u64 = { b };'
    """
    lines = "\n".join(modules).splitlines()
    kept = (each for each in lines if not each.startswith(("import ", "//# ")))
    return "\n".join(kept).replace("export {", "const u64 = {")


def make_words() -> None:
    """Compile each catalogue that changed."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = compiled_words(source)
        target = source.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != compiled:
            _write(target, compiled)


def compiled_words(source: Path) -> bytes:
    """Return the .mo of a .po: the same words, the same bytes."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as written:
        catalogue = read_po(written, locale=source.parts[-3])
    catalogue.creation_date = catalogue.revision_date = EPOCH
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def unpacked(package: NpmPackage) -> Path:
    """Return the folder of *package*, from build/npm or else from the registry."""
    kept = _folder(package)
    if not (kept / "package" / "package.json").exists():
        archive = _packed(package)
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=kept.parent))
        with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
            opened.extractall(unfinished, filter="data")
        try:
            unfinished.replace(kept)
        except OSError:  # another process was quicker
            shutil.rmtree(unfinished)
    return kept / "package"


def fetched(package: NpmPackage, member: str) -> Path:
    """Return a file of *package*, from build/npm or else from the registry."""
    kept = _folder(package) / Path(member).name
    if not kept.exists():
        _write(kept, _member(_packed(package), member))
    return kept


def _folder(package: NpmPackage) -> Path:
    return DOWNLOADS / f"{package.name.replace('/', '-')}-{package.version}"


def _packed(package: NpmPackage) -> bytes:
    """Return the package's archive, held to its digest."""
    npm = shutil.which("npm")
    if npm is None:
        raise AssetError("npm is missing, which fetches the portal's design tokens: install npm")
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{package.name}@{package.version}"
        command = [npm, "pack", "--silent", "--pack-destination", folder, wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise AssetError(f"npm cannot fetch {wanted}:\n{done.stderr.strip()}")
        archive = archives[0].read_bytes()
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != package.sha512:
        raise AssetError(f"{wanted} is not what it was: its SHA-512 is {digest}")
    return archive


def _member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        found = opened.extractfile(name)
        if found is None:
            raise AssetError(f"there is no {name} in the archive")
        return found.read()


def _write(path: Path, content: bytes) -> None:
    """Write at once or not at all: others may read meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as unfinished:
        unfinished.write(content)
    Path(unfinished.name).chmod(0o644)
    Path(unfinished.name).replace(path)


def main() -> int:
    """Make what is missing."""
    try:
        make_all()
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
