"""Requests as a thief would send them: nothing added, nothing corrected."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, urlsplit

SECONDS = 20
CODE = re.compile(rb"<Code>([^<]+)</Code>")


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What S3 says; equal when status and code are.

    Attributes:
        status: 0 when the connection ended without an answer.
        code: S3's own error code; "" when there is none.
    """

    status: int
    code: str = ""
    body: bytes = field(default=b"", repr=False, compare=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


TAKEN = Answer(200)
DENIED = Answer(403, "AccessDenied")
MISMATCH = Answer(403, "SignatureDoesNotMatch")
THERE_ALREADY = Answer(412, "PreconditionFailed")
HUNG_UP = Answer(0)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; *body* goes out as it is, whatever the headers say of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    def by(self, method: str) -> Request:
        return replace(self, method=method)

    def carrying(self, body: bytes) -> Request:
        return replace(self, body=body)

    def at(self, before: str, after: str) -> Request:
        """Replace *before* in the path."""
        path, _, query = self.url.partition("?")
        assert before in path
        return replace(self, url=f"{path.replace(before, after)}?{query}")

    def header(self, name: str, value: str | None) -> Request:
        """Set a header, or leave it out (None)."""
        others = {each: told for each, told in self.headers.items() if each != name}
        return replace(self, headers=others if value is None else others | {name: value})

    def query(self, name: str, value: str | None) -> Request:
        """Set a parameter, or leave it out (None)."""
        others = [each for each in self._parameters() if each[0] != name]
        return self._asking(others if value is None else [*others, (name, value)])

    def also(self, name: str, value: str) -> Request:
        """Add a parameter in front of all others, even if it is there already."""
        return self._asking([(name, value), *self._parameters()])

    def unsigned(self) -> Request:
        """Ask as a stranger: without any query."""
        return replace(self, url=self.url.partition("?")[0])

    def asked(self, name: str) -> str:
        """Return a parameter's value."""
        return dict(self._parameters())[name]

    def send(self) -> Answer:
        """Send it on a connection of its own."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        try:
            return self._sent(connection, parts._replace(scheme="", netloc="").geturl())
        except (http.client.HTTPException, ConnectionError):
            return HUNG_UP
        finally:
            connection.close()

    def _sent(self, connection: http.client.HTTPConnection, target: str) -> Answer:
        connection.putrequest(
            self.method, target, skip_host="host" in self.headers, skip_accept_encoding=True
        )
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(self.body or None)
        if len(self.body) < int(self.headers.get("content-length", 0)):
            connection.sock.shutdown(socket.SHUT_WR)  # or S3 would wait for the rest
        response = connection.getresponse()
        body = response.read()
        code = CODE.search(body)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, code[1].decode() if code else "", body, headers)

    def _parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    def _asking(self, parameters: list[tuple[str, str]]) -> Request:
        query = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters
        )
        return replace(self, url=f"{self.url.partition('?')[0]}?{query}")
