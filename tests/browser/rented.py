"""A deluxe area on the packaged stack, with something in every part of it, for whoever looks."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from infra.local.people import Person, pool_of
from tests.browser.capture_scene import a_photo

NOTE = "説明書 second edition, with quite a long name for a narrow screen.txt"
PHOTO = "胃カメラ.jpg"


def furnished(admin: Person, doctor: Person) -> dict[str, str]:
    """Rent an area and fill it; return its id, and of its nodes."""
    target = admin.post("/targets", {"name": "講義資料", "kind": "area"})["target_id"]
    form = {
        "target_id": target,
        "term": "annual",
        "starts_on": admin.get("/health")["service_time"][:10],
        "timing": {"kind": "at_once"},
        "capacity_bytes": 1_000_000,
        "service_class": "deluxe",
    }
    admin.post("/contracts", form)
    place = f"/areas/{target}"
    [folder] = send(admin, place, {f"講義 2026/{PHOTO}": a_photo()})
    [note] = send(admin, place, {NOTE: b"first"})
    send(admin, place, {NOTE: b"second"}, on_taken="replace")
    [old] = send(admin, place, {"old.txt": b"old"})
    admin.post(f"{place}/nodes/{old}/bin")
    now = datetime.fromisoformat(admin.get("/health")["service_time"])
    until = (now + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    admin.post(f"{place}/nodes/{note}/shares", {"until": until})
    admin.put(f"{place}/people/{doctor.get('/me')['id']}", {"right": "read"})
    return {"area": target, "folder": folder, "note": note}


def send(
    who: Person, place: str, files: dict[str, bytes], on_taken: str = "keep_both"
) -> list[str]:
    """Send *files* as any HTTP client does; return the nodes they made or met."""
    batch = f"{place}/batches/{who.post(f'{place}/batches')['batch_id']}"
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    entries = [
        {"path": name, "size": len(files[name]), "sha256": sha256}
        for name, sha256 in digests.items()
    ]
    answers = who.put(f"{batch}/chunks/0", {"entries": entries})["answers"]
    for answer, body in zip(answers, files.values(), strict=True):
        if answer["state"] == "upload":
            _store(answer, body)
    while True:
        found = who.post(f"{batch}/finish", {"on_taken": on_taken})
        if found["summary"]["state"] != "settling":
            return [each["node_id"] for each in found["nodes"]]
        time.sleep(0.2)


def _store(answer: dict[str, Any], body: bytes) -> None:
    url = urlsplit(answer["url"])
    where = f"{url.path}?{url.query}"
    headers = answer["headers"] | {"Host": url.netloc}
    stored = pool_of(answer["url"]).request("PUT", where, body=body, headers=headers)
    assert stored.status == 200, stored.data
