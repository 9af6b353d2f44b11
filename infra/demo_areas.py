"""
The demo's rented area: a region set aside, an area with files of any kind, and discs of it.

Nothing in it is about a patient: it is what else a facility keeps.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.browsing import Browser
from infra.local.people import Person, Refused, put

REGIONS = "/portal/provider/regions"
MORE_GIGABYTES = {"economy": 1_000, "deluxe": 500}  # with each demo, which each rent some of it
SIZES = "100\n300"
RENTED_BYTES = 100 * 10**9
WAIT_SECONDS = 180  # for what a queue's worker does
POLL_SECONDS = 0.5
FIRST_DRAFT, NOTES = b"Ask for the new film.\n", "新しい症例の動画を依頼済み。\n".encode()


@dataclass(frozen=True, slots=True)
class Rented:
    """An area, and how much of it is used."""

    target_id: str
    files: int
    used_bytes: int


def set_aside(operator: Browser) -> str:
    """Set more aside for each class of areas, as the provider does; return how much of deluxe."""
    page = operator.get(REGIONS)
    wanted = {name: _aside(page, name) + more for name, more in MORE_GIGABYTES.items()}
    operator.send(REGIONS, sizes=SIZES, **{name: str(size) for name, size in wanted.items()})
    return f"{wanted['deluxe']:,} GB"


def _aside(page: str, name: str) -> int:
    """Return what the form says is set aside already."""
    found = re.search(rf'id="{name}"[^>]* value="(\d+)"', page)
    return int(found[1]) if found else 0


def rent(admin: Person, name: str, service_class: str) -> str:
    """Add an area and sign for it by the month; return it."""
    target = admin.post("/targets", {"name": name, "kind": "area"})
    form = {
        "target_id": target["target_id"],
        "term": "monthly",
        "starts_on": admin.get("/health")["service_time"][:10],
        "timing": {"kind": "at_once"},
        "capacity_bytes": RENTED_BYTES,
        "service_class": service_class,
    }
    admin.post("/contracts", form)
    return str(target["target_id"])


def fill(admin: Person, target_id: str, still: Path) -> Rented:
    """Send a folder of a lecture, and one of its files again, so that it has a version."""
    send(
        admin,
        target_id,
        {
            "Lectures/2027 spring/notes.txt": FIRST_DRAFT,
            "Lectures/2027 spring/title.jpg": still.read_bytes(),
            "Duty rota.csv": b"day,doctor\nMonday,Kusano\nTuesday,Ashgrove\n",
        },
    )
    send(admin, target_id, {"Lectures/2027 spring/notes.txt": NOTES})
    area = admin.get(f"/areas/{target_id}")
    return Rented(target_id, files=3, used_bytes=int(area["used_bytes"]))


def send(admin: Person, target_id: str, files: dict[str, bytes]) -> None:
    """Send *files* as any program does: what they are, then their bytes, then the end."""
    batches = f"/areas/{target_id}/batches"
    batch = f"{batches}/{admin.post(batches)['batch_id']}"
    by_sum = {hashlib.sha256(body).hexdigest(): (path, body) for path, body in files.items()}
    entries = [
        {"path": path, "size": len(body), "sha256": sha256}
        for sha256, (path, body) in by_sum.items()
    ]
    for answer in admin.put(f"{batch}/chunks/0", {"entries": entries})["answers"]:
        if answer["state"] == "upload":
            put(answer["url"], answer["headers"], by_sum[answer["sha256"]][1])
    ends_at = time.monotonic() + WAIT_SECONDS
    while _finish(admin, batch) == "settling":
        if time.monotonic() > ends_at:
            raise Refused({"detail": "the files did not arrive in time"})
        time.sleep(POLL_SECONDS)


def _finish(admin: Person, batch: str) -> str:
    finished: dict[str, Any] = admin.post(f"{batch}/finish", {"on_taken": "replace"})
    return str(finished["summary"]["state"])


def order_discs(admin: Browser, target_id: str) -> str:
    """Order a disc of the whole area, as its administrator does; return the order's page."""
    admin.get(f"/portal/discs/new/{target_id}/how?scope=target")
    page = admin.send("/portal/discs", medium="dvd", encrypted="no")
    found = re.search(r"/portal/discs/orders/[\w-]+", page)
    if not found:
        raise Refused({"detail": "no order of discs is shown"})
    return found[0]


def wait_for_disc(admin: Browser, order: str) -> str:
    """Wait until the disc is made; return the SHA-256 of its image."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while not (found := re.search(r"<code[^>]*>([0-9a-f]{64})</code>", admin.get(order))):
        if time.monotonic() > ends_at:
            raise Refused({"detail": "the disc was not made in time"})
        time.sleep(POLL_SECONDS)
    return found[1]
