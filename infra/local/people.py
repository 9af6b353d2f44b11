"""Staff at a stage's interface: signed in through Cognito, calling over HTTP."""

from __future__ import annotations

import json
import secrets
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
import urllib3

from infra.staff import add_person, id_token, set_password


class Refused(RuntimeError):
    """The interface answered with a problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", "refused"))
        self.problem = problem


class Stage(Protocol):
    """A deployed stack: the local one, or one in an AWS account."""

    @property
    def session(self) -> boto3.Session: ...
    @property
    def outputs(self) -> dict[str, str]: ...
    @property
    def api_url(self) -> str: ...


class Person:
    """Somebody with a session."""

    def __init__(self, stack: Stage, email: str, group: str, facility_id: str = "") -> None:
        self.email, self.password = email, secrets.token_urlsafe(12)
        url = urlsplit(stack.api_url)
        self._pool = pool_of(stack.api_url)
        self._headers = {"Host": url.netloc, "Content-Type": "application/json"}
        self._root = url.path
        add_person(stack.session, stack.outputs, email, group, facility_id)
        set_password(stack.session, stack.outputs, email, self.password)
        self._stack = stack
        self.sign_in()

    def sign_in(self) -> None:
        """Begin a session; the one before is forgotten."""
        self._headers.pop("Authorization", None)
        token = id_token(self._stack.session, self._stack.outputs, self.email, self.password)
        self.session = str(self.post("/sessions", {"id_token": token})["session"])
        self._headers["Authorization"] = f"Bearer {self.session}"

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call("POST", path, body or {})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PUT", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Return every item of a list, page after page."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(path + cursor)
            items += page["items"]
            if page["cursor"] is None:
                return items
            cursor = f"?cursor={page['cursor']}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        raw = None if body is None else json.dumps(body)
        answer = self._pool.request(method, self._root + path, body=raw, headers=self._headers)
        told = json.loads(answer.data or b"{}")
        if answer.status >= 400:
            raise Refused(told)
        return told


def pool_of(url: str) -> urllib3.HTTPConnectionPool:
    """Return connections to the host of *url*."""
    at = urlsplit(url)
    if (at.hostname or "").endswith(".localhost"):
        # It is this machine (RFC 6761), but the C library does not look that up.
        return urllib3.HTTPConnectionPool("127.0.0.1", at.port)
    return urllib3.connection_from_url(url)


def put(url: str, headers: dict[str, str], body: bytes) -> None:
    """Send bytes to where a presigned URL leads; raises Refused when they are not taken."""
    parts = urlsplit(url)
    sent = headers | {"Host": parts.netloc}
    answer = pool_of(url).request("PUT", f"{parts.path}?{parts.query}", body=body, headers=sent)
    if answer.status != 200:
        raise Refused({"detail": f"the storage did not take a file: {answer.status}"})
