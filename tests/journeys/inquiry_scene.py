"""A provider with three departments, two facilities that ask, and browsers before them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from infra.local.people import Person, Refused, put
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility
from tests.support.chromium import COLD

SUPPORT, FEES, RECORDS = "Device support 機器", "Contracts and fees", "Records"
PATIENCE = 60_000
DONE, NOT_YOURS, NOT_FOUND = 0, 403, 404


@dataclass
class Provider:
    """
    Who answers.

    Attributes:
        departments: Their ids, by name.
        clerks: One person for each, by the department's name.
    """

    stack: LocalStack
    operator: Person
    departments: dict[str, str] = field(default_factory=dict)
    clerks: dict[str, Person] = field(default_factory=dict)

    def open(self, name: str) -> None:
        """Add a department with somebody in it."""
        mark = secrets.token_hex(4)
        clerk = Person(self.stack, f"clerk-{mark}@hokan.example", "clerks")
        added = self.operator.post("/departments", {"name": f"{name} {mark}", "answer_hours": 48})
        self.departments[name], self.clerks[name] = added["department_id"], clerk
        works = {"department_ids": [added["department_id"]]}
        self.operator.put(f"/desk-people/{clerk.get('/me')['id']}", works)

    def rule(self, period_minutes: int = 15) -> None:
        """Faults go to support, what is about money to fees, all else to records."""
        rules = [
            {"department_id": self.departments[SUPPORT], "kind": "fault"},
            {"department_id": self.departments[FEES], "words": ["invoice", "請求"]},
        ]
        body = {
            "rules": rules,
            "default_department_id": self.departments[RECORDS],
            "period_minutes": period_minutes,
            "version": self.operator.get("/inquiry-rules")["version"],
        }
        self.operator.put("/inquiry-rules", body)

    def inbox(self, name: str) -> list[str]:
        """Return what a department has to do, as its person sees it."""
        listed = self.clerks[name].get(f"/desks/{self.departments[name]}/inquiries")["items"]
        return [each["inquiry_id"] for each in listed]

    def do(self, name: str, inquiry_id: str, what: str, **body: Any) -> Any:
        """Have the person of a department do something about an inquiry."""
        return self.clerks[name].post(f"/desk/inquiries/{inquiry_id}/{what}", body)


@dataclass
class Asker:
    """A doctor of a facility, who asks; and a colleague, who does not."""

    facility: Facility
    doctor: Person
    colleague: Person

    def ask(self, **wanted: Any) -> str:
        """File an inquiry; return it."""
        usual = {"kind": "question", "subject": "A question", "text": "How is it done?"}
        return str(self.doctor.post("/inquiries", usual | wanted)["inquiry_id"])

    def state(self, inquiry_id: str) -> str:
        """Return how it stands, without reading it."""
        listed = self.doctor.all_of("/inquiries")
        found = {each["inquiry_id"]: each["state"] for each in listed}
        return str(found[inquiry_id])

    def read(self, inquiry_id: str) -> Any:
        """Read it, which picks an answer up."""
        return self.doctor.get(f"/inquiries/{inquiry_id}")


def asker_of(facility: Facility) -> Asker:
    mark = secrets.token_hex(4)
    doctor, colleague = (
        Person(facility.stack, f"{who}-{mark}@clinic.example", "doctors", facility.facility_id)
        for who in ("doctor", "colleague")
    )
    return Asker(facility, doctor, colleague)


def send(sender: Person, announce: str, name: str, body: bytes) -> str:
    """Put a file by the presigned URL that announcing it gives; return its id."""
    digest = hashlib.sha256(body).hexdigest()
    facts = {"name": name, "size_bytes": len(body), "sha256": digest}
    awaited = sender.post(announce, facts)
    put(awaited["url"], awaited["headers"], body)
    return str(awaited["file_id"])


def fetched(reader: Person, path: str) -> tuple[bytes, dict[str, str]]:
    """Return a file's bytes and what they come with."""
    url = reader.get(path)["url"]
    with urlopen(url) as answer:
        return answer.read(), dict(answer.headers)


def status(somebody: Person, method: str, path: str) -> int:
    """Return how a call that is refused is answered; DONE where it is not."""
    try:
        if method == "GET":
            somebody.get(path)
        else:
            somebody.post(path, {"text": "Mine."})
    except Refused as refused:
        return int(refused.problem["status"])
    return DONE


def at_portal(browser: Browser, somebody: Person, stack: LocalStack) -> Page:
    """Sign somebody in at the portal; return their page."""
    context = browser.new_context(locale="en-GB")
    context.set_default_navigation_timeout(COLD)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(stack.portal_url)
    page.fill("#account", somebody.email)
    page.fill("#password", somebody.password)
    page.click("main button")
    return page
