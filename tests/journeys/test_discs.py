"""
A deluxe area's month comes onto a disc, and the disc proves itself: on the packaged stack.

The provider has it made, downloads the image, hands it over; what is on it is looked at as whoever
gets the disc would: with a program for images, 7-Zip, the passphrase, and the disc's own script.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local import nights
from infra.local.browsing import Browser
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, sign
from tests.journeys.disc_scene import (
    ORDERS,
    WORK,
    download,
    each_harm_is_found,
    extracted,
    passphrase,
    unlocked,
    verified,
)
from tests.journeys.test_agent_run import until
from tests.journeys.test_zip import stored

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILES = {
    "2026/report.pdf": b"%PDF-1.7 a report",
    "2026/slides.pptx": b"PK slides" * 5_000,
    "teaching/film.mp4": b"0123456789abcdef" * 70_000,
}
A_MONTH = timedelta(days=32)


@pytest.fixture(autouse=True)
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


def with_area(facility: Facility) -> None:
    """Let the facility rent a deluxe area, and mean it from now on."""
    area = facility.admin.post("/targets", {"name": "Teaching files", "kind": "area"})
    facility.target_id = str(area["target_id"])
    sign(facility, 10_000_000, service_class="deluxe")


def placed(facility: Facility) -> bool:
    """Whether the minute has given the agent's files their place in the area."""
    nights.tick(facility.stack)
    return bool(facility.admin.get(f"/areas/{facility.target_id}/folders/root")["nodes"])


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


def contents(disc: Path) -> set[str]:
    """Return the digests of the facility's files on *disc*."""
    found = (each for each in (disc / "IMAGES").rglob("*") if each.is_file())
    return {hashlib.sha256(each.read_bytes()).hexdigest() for each in found}


def test_a_month_of_a_deluxe_area_is_handed_over_on_a_disc_that_proves_itself(
    facility: Facility, tmp_path: Path
) -> None:
    with_area(facility)
    stored(facility, tmp_path / "folder", FILES)
    until(lambda: placed(facility), seconds=180)
    operator, admin = a_month_later(facility)
    order_id = until(lambda: order_of(admin), seconds=60)
    here = f"{WORK}/{order_id}"
    assert "To be made" in operator.get(here)
    operator.send(f"{here}/build")
    iso = download(operator, here, 1, tmp_path)
    disc = extracted(iso, tmp_path / "disc")
    assert {each.name for each in disc.iterdir()} == {"README.TXT", "DISC.ZIP"}
    opened = unlocked(disc, passphrase(admin, order_id), tmp_path / "opened")
    assert contents(opened) == {hashlib.sha256(each).hexdigest() for each in FILES.values()}
    assert verified(opened)[0] == 0, verified(opened)[1]
    each_harm_is_found(opened, "IMAGES")
    operator.get(here)
    operator.send(f"{here}/hand-over", to="The office", tracking="1234-5678")
    page = admin.get(f"{ORDERS}/{order_id}")
    assert "The office" in page
    assert "1234-5678" in page
