"""A doctor finds a patient, opens a case, gets the original: over real HTTP, under real rights."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local.browsing import Browser
from infra.local.people import Person, pool_of
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility
from tests.support.canary import CANARY

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

PICTURE = b"\xff\xd8 a picture"


def stored(facility: Facility, folder: Path) -> None:
    """Back one examination of one picture up."""
    (folder / "E-1").mkdir(parents=True)
    sidecar = {"id": "E-1", "patient": CANARY, "examined_at": "2026-04-01T09:30:00", "kind": "EGD"}
    (folder / "E-1" / "exam.json").write_text(json.dumps(sidecar))
    (folder / "E-1" / "IMG0001.JPG").write_bytes(PICTURE)
    assert facility.agent.backup(folder, "--target", facility.target_id).code == 0


def with_tool(facility: Facility) -> None:
    tool = facility.admin.post("/targets", {"name": "Album", "kind": "display"})
    form = {"target_id": tool["target_id"], "term": "monthly", "case_units": 0}
    today = facility.admin.get("/health")["service_time"][:10]
    facility.admin.post("/contracts", form | {"starts_on": today})


def test_a_doctor_opens_a_case_and_gets_the_original(
    stack: LocalStack, facility: Facility, tmp_path: Path
) -> None:
    stored(facility, tmp_path / "folder")
    with_tool(facility)
    email = f"doctor-{secrets.token_hex(4)}@kawabe.example"
    browser = Browser(stack, Person(stack, email, "doctors", facility.facility_id))
    browser.get("/portal/album")
    found = browser.send("/portal/album/find", patient="かなりあ")
    assert "金糸雀 花子" in found
    patient = re.search(r"(/portal/album\?target=[\w-]+)&amp;patient=(patient-\w+)", found)
    assert patient, found
    page = browser.get(f"{patient[1]}&patient={patient[2]}")
    case = re.search(r"(/portal/album/[\w-]+/exam-\w+)/open", page)
    assert case, page
    opened = browser.send(f"{case[1]}/open")
    assert "Picture 1" in opened
    picture = next(
        number
        for number in ("1", "2")
        if "IMG0001.JPG" in browser.get(f"{case[1]}/pictures/{number}")
    )
    url = urlsplit(browser.leads_to(f"{case[1]}/pictures/{picture}/original"))
    answer = pool_of(url.geturl()).request("GET", f"{url.path}?{url.query}")
    assert (answer.status, answer.data) == (200, PICTURE)
    assert "The case is closed." in browser.send(f"{case[1]}/close")
