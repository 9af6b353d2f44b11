"""Discs on the packaged stack: made, downloaded as from a page, opened and proved."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.browsing import Browser
from infra.local.people import pool_of
from tests.journeys.test_agent_run import until
from tests.media.scene import run

ORDERS = "/portal/discs/orders"  # as a facility sees them
WORK = "/portal/disc-orders"  # as the provider does
PATIENCE_SECONDS = 240
PIECE = 1 << 20


def made(browser: Browser, here: str, seconds: float = PATIENCE_SECONDS) -> list[str]:
    """Wait until the page *here* has discs; return the SHA-256 it shows of each image."""
    until(lambda: "Disc 1 of" in browser.get(here), seconds)
    return re.findall(r"<code[^>]*>([0-9a-f]{64})</code>", browser.page)


def download(browser: Browser, here: str, number: int, into: Path) -> Path:
    """Download an image as whoever is at the page *here* does; compare its checksum."""
    expected = made(browser, here)[number - 1]
    url = urlsplit(browser.leads_to(f"{here}/discs/{number}/download"))
    address = f"{url.path}?{url.query}"
    answer = pool_of(url.geturl()).request("GET", address, preload_content=False)
    assert answer.status == 200
    digest, path = hashlib.sha256(), into / f"disc-{number:04}.iso"
    with path.open("wb") as file:
        for piece in answer.stream(PIECE):
            digest.update(piece)
            file.write(piece)
    assert digest.hexdigest() == expected
    return path


def extracted(iso: Path, into: Path) -> Path:
    """Copy everything off a disc, as somebody else's program reads it, to where it may be hurt."""
    run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", into)
    for path in [into, *into.rglob("*")]:
        path.chmod(0o755)
    return into


def unlocked(disc: Path, phrase: str, into: Path) -> Path:
    """Open an encrypted disc with 7-Zip."""
    run("7zz", "x", f"-p{phrase}", f"-o{into}", disc / "DISC.ZIP")
    return into


def passphrase(admin: Browser, order_id: str) -> str:
    """Return what the facility's administrator reads on the page of an order's passphrase."""
    page = f"{ORDERS}/{order_id}/passphrase"
    assert "goes on record" in admin.get(page)
    phrase = re.search(r'<code class="secret"[^>]*>([\w-]+)</code>', admin.send(page))
    assert phrase, admin.page
    return phrase[1]


def verified(disc: Path) -> tuple[int, str]:
    """Run the script that is on the disc; return its status and what it says."""
    command = [sys.executable, "-I", "-X", "utf8", str(disc / "verify.py"), "--lang", "en"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def flip_a_bit(file: Path) -> str:
    body = bytearray(file.read_bytes())
    body[-1] ^= 1
    file.write_bytes(body)
    return "CHANGED"


def lose_a_file(file: Path) -> str:
    file.unlink()
    return "MISSING"


def add_a_file(file: Path) -> str:
    file.with_name("NEW.JPG").write_bytes(b"what nobody wrote")
    return "EXTRA"


HARM: list[Callable[[Path], str]] = [flip_a_bit, lose_a_file, add_a_file]


def each_harm_is_found(disc: Path, folder: str) -> None:
    """See that the disc's script finds it when one of the files in *folder* is harmed."""
    for harm in HARM:
        file = next(each for each in sorted((disc / folder).rglob("*")) if each.is_file())
        body, beside = file.read_bytes(), set(file.parent.iterdir())
        word = harm(file)
        status, said = verified(disc)
        assert (status, word in said) == (1, True), said
        file.write_bytes(body)
        for each in set(file.parent.iterdir()) - beside:
            each.unlink()
    assert verified(disc)[0] == 0
