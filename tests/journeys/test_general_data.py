"""Files that are no medical images go through the same contract, on the packaged stack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.local import nights
from infra.local.browsing import Browser
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility
from tests.journeys.test_agent_run import until
from tests.journeys.test_backup_and_restore import contents
from tests.journeys.test_purge import (
    NINETY_ONE_DAYS,
    asked_for,
    certified,
    chained,
    end_locks,
    later,
    waits_for_locks,
)
from tests.journeys.test_zip import fetched, stored

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILES = {
    "accounts/2026.xlsx": b"PK\x03\x04 figures",
    "accounts/控え.pdf": b"%PDF-1.7 receipts",
    "teaching/talk.mp4": b"\x00\x00\x00\x18ftypmp42" + b"film" * 50_000,
    "teaching/notes.txt": "講義のメモ\n".encode(),
    "program.exe": b"MZ a program, stored and never run",
}
SIZE = sum(map(len, FILES.values()))


@pytest.fixture(autouse=True)
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


@pytest.fixture
def folder(facility: Facility, tmp_path: Path) -> Path:
    """The folder the facility's agent has backed up."""
    stored(facility, tmp_path / "folder", FILES)
    return tmp_path / "folder"


def test_general_files_come_back_bit_for_bit_by_agent_and_as_zip(
    stack: LocalStack, facility: Facility, folder: Path, tmp_path: Path
) -> None:
    facility.grant()
    assert facility.agent.restore(tmp_path / "back").code == 0
    assert contents(tmp_path / "back") == contents(folder)
    found = fetched(stack, facility, by="zip")
    zipped = {name.removeprefix("files/"): body for name, body in found.items()}
    assert {name: zipped[name] for name in FILES} == FILES


def test_general_files_are_listed_without_a_patient_counted_and_billed(
    facility: Facility, folder: Path
) -> None:
    (listed,) = facility.admin.get(f"{facility.target}/examinations")["items"]
    assert (listed["objects"], listed["patient_key"]) == (len(contents(folder)), None)
    usage = facility.admin.get(f"{facility.target}/usage")
    assert usage["limit_bytes"] - usage["available_bytes"] == SIZE
    nights.tick(facility.stack)
    assert until(lambda: charged(facility)) == "10,000"


def charged(facility: Facility) -> str:
    """Return what the first invoice charges for the target, before tax; nothing while none is."""
    browser = Browser(facility.stack, facility.admin)
    listed = re.search(r'/portal/invoices/[^"?]+', browser.get("/portal/invoices"))
    page = browser.get(listed[0]) if listed else ""
    found = re.search(r'Endoscopy.*?class="amount">([\d,]+) yen', page, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.deep  # 91 days of the stack's clock take minutes
def test_general_files_are_deleted_with_a_certificate(facility: Facility, folder: Path) -> None:
    asked_for(facility)
    moment = nights.service_time(facility.admin) + NINETY_ONE_DAYS
    later(facility, moment)
    until(lambda: waits_for_locks(facility))
    end_locks(facility)
    later(facility, moment + timedelta(days=1, minutes=1))
    told = certified(facility)
    assert facility.stored_versions() == []
    assert (told["objects"], told["size_bytes"]) == (len(contents(folder)), SIZE)
    assert told["digest"] == chained(FILES.values())
