"""A doctor restores through the portal: from the page to the unzipped files, over real HTTP."""

from __future__ import annotations

import io
import re
import secrets
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local.people import Person, pool_of
from infra.local.stack import LocalStack
from tests.journeys.browsing import Browser
from tests.journeys.conftest import Facility

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILES = {
    "E-1/IMG0001.JPG": b"\xff\xd8 one",
    "E-1/img0001.jpg": b"\xff\xd8 another",
    "検査/100 % + スペース.jpg": b"\xff\xd8 one",
    "empty": b"",
    "film": b"0123456789abcdef" * 70_000,
}


def test_a_doctor_gets_a_zip_of_what_was_stored(
    stack: LocalStack, facility: Facility, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    for name, body in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    assert facility.agent.backup(folder, "--target", facility.target_id).code == 0
    email = f"doctor-{secrets.token_hex(4)}@kawabe.example"
    browser = Browser(stack, Person(stack, email, "doctors", facility.facility_id))
    browser.get(f"/portal/restores/new/{facility.target_id}/check?scope=target&when=now&by=zip")
    progress = browser.send("/portal/restores")
    found = re.search(r"/portal/restores/zips/(export-\w+)", progress)
    assert found, progress
    path = f"/portal/restores/zips/{found[1]}"
    deadline = time.monotonic() + 60
    while "Download (" not in browser.get(path):
        assert time.monotonic() < deadline, browser.page
        time.sleep(0.5)
    url = urlsplit(browser.leads_to(f"{path}/download"))
    answer = pool_of(url.geturl()).request("GET", f"{url.path}?{url.query}")
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = [each for each in archive.namelist() if each.startswith("files/")]
        assert {each.removeprefix("files/"): archive.read(each) for each in names} == FILES
