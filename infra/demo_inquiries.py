"""The demo's inquiry: filed with a file, collected, routed by a rule, answered by a department."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.people import Person, Refused, put

BOX = "/inquiry-box"
DEVICES, FEES = "Endoscopes and processors", "Contracts and fees"
WORDS = ["dark", "lamp", "暗い"]  # of subjects and texts that are about a device
SUBJECT = "Pictures of room 2 are too dark"
TEXT = "Since Monday every picture of room 2 comes out darker than those of room 1. One goes along."
ANSWER = (
    "The lamp has reached its hours. A new one comes tomorrow; until then use the second level."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What became of an inquiry.

    Attributes:
        states: What it went through, in order.
        heard: What its asker read last.
    """

    inquiry_id: str
    department: str
    states: list[str]
    heard: str


def staff(operator: Person, clerk: Person) -> dict[str, str]:
    """Have two departments, in one of which *clerk* works, and a rule; return their ids by name."""
    found = {name: _department(operator, name) for name in (DEVICES, FEES)}
    person_id = clerk.get("/me")["id"]
    operator.put(f"/desk-people/{person_id}", {"department_ids": [found[DEVICES]]})
    rules = {
        "rules": [{"department_id": found[DEVICES], "kind": "fault", "words": WORDS}],
        "default_department_id": found[FEES],
        "version": operator.get("/inquiry-rules")["version"],
    }
    operator.put("/inquiry-rules", rules)
    return found


def _department(operator: Person, name: str) -> str:
    """Return a department; one of an earlier demo is there still."""
    listed = operator.get("/departments")["items"]
    known = [each for each in listed if each["name"] == name and not each["dissolved_at"]]
    added = known[0] if known else operator.post("/departments", {"name": name})
    return str(added["department_id"])


def file(asker: Person, picture: Path) -> str:
    """File an inquiry that a picture goes with; return it."""
    body = picture.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    facts = {"name": "IMG0001.jpg", "size_bytes": len(body), "sha256": digest}
    awaited = asker.post("/inquiry-files", facts)
    put(awaited["url"], awaited["headers"], body)
    wanted = {
        "kind": "fault",
        "subject": SUBJECT,
        "text": TEXT,
        "delivery": "pick-up",
        "file_ids": [awaited["file_id"]],
    }
    return str(asker.post("/inquiries", wanted)["inquiry_id"])


def answer(clerk: Person, department_id: str, inquiry_id: str) -> None:
    """Take an inquiry that lies in the inbox of a department, and answer it."""
    inbox = clerk.get(f"/desks/{department_id}/inquiries")["items"]
    if inquiry_id not in {each["inquiry_id"] for each in inbox}:
        raise Refused({"detail": "the inquiry is not where its rule says"})
    here = f"/desk/inquiries/{inquiry_id}"
    clerk.post(f"{here}/take")
    clerk.post(f"{here}/answers", {"text": ANSWER})


def read(asker: Person, inquiry_id: str) -> Asked:
    """Read the answer, which picks it up, and close what is settled."""
    said: list[dict[str, Any]] = asker.get(f"/inquiries/{inquiry_id}")["messages"]
    closed = asker.post(f"/inquiries/{inquiry_id}/close")
    states = [each["state"] for each in closed["steps"]]
    return Asked(inquiry_id, DEVICES, states, said[-1]["text"])
