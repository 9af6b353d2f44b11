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
from PIL import Image

from infra.local.browsing import Browser
from infra.local.people import Person, pool_of
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, with_display_tool

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILES = {
    "E-1/IMG0001.JPG": b"\xff\xd8 one",
    "E-1/img0001.jpg": b"\xff\xd8 another",
    "検査/100 % + スペース.jpg": b"\xff\xd8 one",
    "empty": b"",
    "film": b"0123456789abcdef" * 70_000,
}


STILL = Image.new("RGB", (640, 480), (180, 60, 40))
PATIENCE_SECONDS = 180  # pictures may have to be made first


def stored(facility: Facility, folder: Path, files: dict[str, bytes]) -> None:
    """Let the facility's agent back *files* up."""
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    assert facility.agent.backup(folder, "--target", facility.target_id).code == 0


def fetched(stack: LocalStack, facility: Facility, by: str) -> dict[str, bytes]:
    """Ask for a ZIP of everything at the portal, wait for it, and fetch it."""
    email = f"doctor-{secrets.token_hex(4)}@kawabe.example"
    browser = Browser(stack, Person(stack, email, "doctors", facility.facility_id))
    browser.get(f"/portal/restores/new/{facility.target_id}/check?scope=target&when=now&by={by}")
    progress = browser.send("/portal/restores")
    found = re.search(r"/portal/restores/zips/(export-\w+)", progress)
    assert found, progress
    path = f"/portal/restores/zips/{found[1]}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Download (" not in browser.get(path):
        assert time.monotonic() < deadline, browser.page
        time.sleep(0.5)
    url = urlsplit(browser.leads_to(f"{path}/download"))
    answer = pool_of(url.geturl()).request("GET", f"{url.path}?{url.query}")
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_doctor_gets_a_zip_of_what_was_stored(
    stack: LocalStack, facility: Facility, tmp_path: Path
) -> None:
    stored(facility, tmp_path / "folder", FILES)
    found = fetched(stack, facility, by="zip")
    names = [each for each in found if each.startswith("files/")]
    assert {each.removeprefix("files/"): found[each] for each in names} == FILES


def test_a_doctor_gets_an_album_whose_pictures_are_made_meanwhile(
    stack: LocalStack, facility: Facility, tmp_path: Path
) -> None:
    still = io.BytesIO()
    STILL.save(still, "JPEG")
    stored(facility, tmp_path / "folder", {"E-1/IMG0001.JPG": still.getvalue()})
    with_display_tool(facility)  # of what was stored before, nobody has made pictures
    found = fetched(stack, facility, by="album")
    assert found["files/E-1/IMG0001.JPG"] == still.getvalue()
    assert b"index.html" in found["album/patients.html"]
    assert Image.open(io.BytesIO(found["album/pictures/1-view.webp"])).size == STILL.size
