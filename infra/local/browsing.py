"""Somebody at the portal of the packaged stack, over real HTTP and without a browser's windows."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from infra.local.people import Person, Refused, pool_of
from infra.local.stack import LocalStack


class Browser:
    """
    Somebody with a browser that keeps cookies.

    Args:
        who: Who signs in at the portal; a patient does not.
    """

    def __init__(self, stack: LocalStack, who: Person | None = None) -> None:
        url = urlsplit(stack.api_url)
        self._pool, self._root, self._host = pool_of(stack.api_url), url.path, url.netloc
        self._origin = f"{url.scheme}://{url.netloc}"
        self._cookies: dict[str, str] = {}
        self.page = ""
        if who:
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

    def told(self, path: str, **fields: str) -> Any:
        """Send what a page's script sends, with the page's last form; return the JSON it gets."""
        answer = self._submit(path, fields)
        if answer.status != 200:
            raise Refused({"detail": f"{answer.status}: {answer.data.decode()[:2000]}"})
        return json.loads(answer.data)

    def fetch(self, path: str, accept: str) -> urllib3.BaseHTTPResponse:
        """Ask for a file, as *accept* says."""
        return self._ask("GET", self._root + path, Accept=accept)

    def _submit(self, path: str, fields: dict[str, str]) -> urllib3.BaseHTTPResponse:
        form = self.page[self.page.rindex("<form") :]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        return self._ask("POST", self._root + path, urlencode(hidden | fields))

    def _follow(self, answer: urllib3.BaseHTTPResponse) -> str:
        while answer.status == 303:
            answer = self._ask("GET", answer.headers["Location"])
        if answer.status != 200:
            raise Refused({"detail": f"{answer.status}: {answer.data.decode()[:2000]}"})
        self.page = answer.data.decode()
        return self.page

    def _ask(
        self, method: str, path: str, body: str = "", **given: str
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Host": self._host, "Accept-Language": "en", **given}
        headers["Cookie"] = "; ".join(f"{name}={it}" for name, it in self._cookies.items())
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = self._origin
        answer = self._pool.request(method, path, body=body, headers=headers, redirect=False)
        for kept in answer.headers.getlist("Set-Cookie"):
            name, _, value = kept.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer
