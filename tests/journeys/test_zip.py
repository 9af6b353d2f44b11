"""A doctor restores through the portal: from the page to the unzipped files, over real HTTP."""

from __future__ import annotations

import io
import re
import secrets
import time
import zipfile
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import urllib3

from infra.local.people import Person, pool_of
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("ministack")]

FILES = {
    "E-1/IMG0001.JPG": b"\xff\xd8 one",
    "E-1/img0001.jpg": b"\xff\xd8 another",
    "検査/100 % + スペース.jpg": b"\xff\xd8 one",
    "empty": b"",
    "film": b"0123456789abcdef" * 70_000,
}


class Browser:
    """Somebody with a browser that keeps cookies, signed in at the portal."""

    def __init__(self, stack: LocalStack, who: Person) -> None:
        url = urlsplit(stack.api_url)
        self._pool, self._root, self._host = pool_of(stack.api_url), url.path, url.netloc
        self._origin = f"{url.scheme}://{url.netloc}"
        self._cookies: dict[str, str] = {}
        self.page = ""
        self.get("/portal/sign-in")
        self.send("/portal/sign-in", account=who.email, password=who.password)

    def get(self, path: str) -> str:
        return self._follow(self._ask("GET", self._root + path))

    def send(self, path: str, **fields: str) -> str:
        """Send the last form of the page that is open; return the page it leads to."""
        return self._follow(self._submit(path, fields))

    def leads_to(self, path: str) -> str:
        """Send a form; return the address it leads to."""
        return self._submit(path, {}).headers["Location"]

    def _submit(self, path: str, fields: dict[str, str]) -> urllib3.BaseHTTPResponse:
        form = self.page[self.page.rindex("<form") :]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        return self._ask("POST", self._root + path, urlencode(hidden | fields))

    def _follow(self, answer: urllib3.BaseHTTPResponse) -> str:
        while answer.status == 303:
            answer = self._ask("GET", answer.headers["Location"])
        assert answer.status == 200, (answer.status, answer.data.decode()[:2000])
        self.page = answer.data.decode()
        return self.page

    def _ask(self, method: str, path: str, body: str = "") -> urllib3.BaseHTTPResponse:
        headers = {"Host": self._host, "Accept-Language": "en"}
        headers["Cookie"] = "; ".join(f"{name}={it}" for name, it in self._cookies.items())
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = self._origin
        answer = self._pool.request(method, path, body=body, headers=headers, redirect=False)
        for kept in answer.headers.getlist("Set-Cookie"):
            name, _, value = kept.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer


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
