"""
A deluxe area's month comes onto a disc, and the disc proves itself: on the packaged stack.

The provider has it made, downloads the image, hands it over; what is on it is looked at as whoever
gets the disc would: with a program for images, 7-Zip, the passphrase, and the disc's own script.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local import nights
from infra.local.browsing import Browser
from infra.local.people import pool_of
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, sign
from tests.journeys.test_agent_run import until
from tests.journeys.test_zip import stored
from tests.media.scene import run

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILES = {
    "2026/report.pdf": b"%PDF-1.7 a report",
    "2026/slides.pptx": b"PK slides" * 5_000,
    "teaching/film.mp4": b"0123456789abcdef" * 70_000,
}
A_MONTH = timedelta(days=32)
WORK = "/portal/disc-orders"
PATIENCE_SECONDS = 240


@pytest.fixture(autouse=True)
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


def with_area(facility: Facility) -> None:
    """Let the facility rent a deluxe area, and mean it from now on."""
    area = facility.admin.post("/targets", {"name": "Teaching files", "kind": "area"})
    facility.target_id = str(area["target_id"])
    sign(facility, 10_000_000, service_class="deluxe")


def a_month_later(facility: Facility) -> tuple[Browser, Browser]:
    """Return an operator and the facility's administrator at the portal, once a month has gone."""
    nights.move_to(facility.stack, datetime.now(UTC) + A_MONTH)
    nights.tick(facility.stack)
    return Browser(facility.stack, facility.operator), Browser(facility.stack, facility.admin)


def order_of(admin: Browser) -> str:
    """Return the facility's one order; nothing while there is none."""
    found = set(re.findall(r"/portal/discs/orders/([\w-]+)", admin.get("/portal/discs")))
    assert len(found) <= 1, found
    return found.pop() if found else ""


def image(operator: Browser, order_id: str, into: Path) -> Path:
    """Have the disc made, download it as the provider does, and compare its checksum."""
    here = f"{WORK}/{order_id}"
    assert "To be made" in operator.get(here)
    operator.send(f"{here}/build")
    until(lambda: "Disc 1 of 1" in operator.get(here), PATIENCE_SECONDS)
    (sha256,) = re.findall(r"<code[^>]*>([0-9a-f]{64})</code>", operator.page)
    url = urlsplit(operator.leads_to(f"{here}/discs/1/download"))
    answer = pool_of(url.geturl()).request("GET", f"{url.path}?{url.query}")
    assert answer.status == 200
    assert hashlib.sha256(answer.data).hexdigest() == sha256
    path = into / "disc-0001.iso"
    path.write_bytes(answer.data)
    return path


def opened(iso: Path, admin: Browser, order_id: str, into: Path) -> Path:
    """Open an encrypted disc as whoever has it and was told its passphrase."""
    run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", into / "disc")
    page = f"/portal/discs/orders/{order_id}/passphrase"
    assert "goes on record" in admin.get(page)
    phrase = re.search(r'<code class="secret"[^>]*>([\w-]+)</code>', admin.send(page))
    assert phrase, admin.page
    run("7zz", "x", f"-p{phrase[1]}", f"-o{into / 'opened'}", into / "disc" / "DISC.ZIP")
    return into / "opened"


def verified(disc: Path) -> tuple[int, str]:
    """Run the script that is on the disc; return its status and what it says."""
    command = [sys.executable, str(disc / "verify.py"), "--lang", "en"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def one_of(disc: Path) -> Path:
    """Return a file of the facility's on *disc*."""
    return next(each for each in sorted((disc / "IMAGES").rglob("*")) if each.is_file())


def flip_a_bit(disc: Path) -> str:
    found = one_of(disc)
    body = bytearray(found.read_bytes())
    body[-1] ^= 1
    found.chmod(0o600)
    found.write_bytes(body)
    return "CHANGED"


def lose_a_file(disc: Path) -> str:
    one_of(disc).unlink()
    return "MISSING"


def add_a_file(disc: Path) -> str:
    (disc / "IMAGES" / "new.jpg").write_bytes(b"what nobody wrote")
    return "EXTRA"


HARM: list[Callable[[Path], str]] = [flip_a_bit, lose_a_file, add_a_file]


def contents(disc: Path) -> set[str]:
    """Return the digests of the facility's files on *disc*."""
    found = (each for each in (disc / "IMAGES").rglob("*") if each.is_file())
    return {hashlib.sha256(each.read_bytes()).hexdigest() for each in found}


def test_a_month_of_a_deluxe_area_is_handed_over_on_a_disc_that_proves_itself(
    facility: Facility, tmp_path: Path
) -> None:
    with_area(facility)
    stored(facility, tmp_path / "folder", FILES)
    operator, admin = a_month_later(facility)
    order_id = until(lambda: order_of(admin), seconds=60)
    iso = image(operator, order_id, tmp_path)
    for number, harm in enumerate(HARM):
        disc = opened(iso, admin, order_id, tmp_path / str(number))
        assert contents(disc) == {hashlib.sha256(each).hexdigest() for each in FILES.values()}
        assert verified(disc)[0] == 0, verified(disc)[1]
        word = harm(disc)
        status, said = verified(disc)
        assert (status, word in said) == (1, True), said
    here = f"{WORK}/{order_id}"
    operator.get(here)
    operator.send(f"{here}/hand-over", to="The office", tracking="1234-5678")
    page = admin.get(f"/portal/discs/orders/{order_id}")
    assert "The office" in page
    assert "1234-5678" in page
