"""A browser without JavaScript at the portal: it keeps cookies, reads pages, sends forms."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode

from chalice.local import LambdaContext, RouteMatcher

from chalicelib.access import portal_store
from chalicelib.access.model import Caller, PortalVisit, Role
from chalicelib.access.sign_in import new_id
from chalicelib.kernel import clock
from chalicelib.web import forms, multipart
from chalicelib.web.cookies import SESSION

HOST = "hokan.example"
FROM_HERE = {"origin": f"https://{HOST}", "sec_fetch_site": "same-origin"}
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
NO_LANGUAGE = "zxx"  # what is no word of any language: an address, a key (BCP 47)


@dataclass
class Answer:
    """
    What came back.

    Attributes:
        raw: The bytes a browser gets, where they are no text.
    """

    status: int
    headers: dict[str, str]
    set_cookies: list[str]
    text: str
    raw: bytes = b""

    @property
    def status_code(self) -> int:
        """As the answers of the other callers name it."""
        return self.status

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.text, re.DOTALL)
        return " ".join(found[1].split()) if found else ""


@dataclass
class Visitor:
    """
    Somebody's browser.

    Attributes:
        prefix: What API Gateway puts before our paths: its stage, or nothing.
        page: The last one; forms take their token from it.
    """

    prefix: str = ""
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)
    page: Answer | None = None

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.ask("GET", path, headers)

    def go(self, path: str) -> Answer:
        """Ask for a page and follow where it leads."""
        return self.follow(self.get(path))

    def submit(self, path: str, **fields: str) -> Answer:
        """Send the form of the page that is open, as it stands there."""
        return self.post(path, {"csrf": self.token} | fields)

    def send(self, path: str, **fields: str) -> Answer:
        """Send the form, and follow where it leads."""
        return self.follow(self.submit(path, **fields))

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send just this, as the route takes forms."""
        if takes_files(path):
            return self.upload(path, fields, {}, **headers)
        return self.ask("POST", path, FROM_HERE | headers, urlencode(fields))

    def upload(
        self, path: str, fields: dict[str, str], files: dict[str, bytes], **headers: str
    ) -> Answer:
        """Send a form with files."""
        kind, body = written_form(fields, files)
        return self.ask("POST", path, FROM_HERE | {"content_type": kind} | headers, body)

    def follow(self, answer: Answer) -> Answer:
        while answer.status == 303:
            assert answer.location.startswith(f"{self.prefix}/"), answer.location
            answer = self.get(answer.location.removeprefix(self.prefix))
        return answer

    @property
    def token(self) -> str:
        """The token of the form on the page that is open."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.page.text if self.page else "")
        return found[1] if found else ""

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: str | bytes = ""
    ) -> Answer:
        """Ask as API Gateway passes it on; a header named "" is left out."""
        from app import app

        given = {name.replace("_", "-"): value for name, value in headers.items() if value}
        event = gateway_event(method, path, self.prefix, self._headers(method, path) | given, body)
        context = LambdaContext("api_handler", memory_size=1024)
        answer = _answer(app(event, context))
        self._keep(answer.set_cookies)
        if "text/html" in answer.headers.get("Content-Type", "") and answer.text:
            self.page = answer
        return answer

    def _headers(self, method: str, path: str) -> dict[str, str]:
        headers = {"host": HOST, "accept": "text/html,*/*;q=0.8", "accept-language": self.language}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={it}" for name, it in self.cookies.items())
        if method == "POST":
            headers["content-type"] = multipart.TYPE if takes_files(path) else forms.TYPE
        return headers

    def _keep(self, set_cookies: list[str]) -> None:
        for header in set_cookies:
            name, _, value = header.partition(";")[0].partition("=")
            if "Max-Age=0" in header:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def _answer(told: dict[str, Any]) -> Answer:
    multiple = dict(told["multiValueHeaders"])
    cookies = multiple.get("Set-Cookie", [])
    raw = base64.b64decode(told["body"]) if told.get("isBase64Encoded") else b""
    return Answer(told["statusCode"], told["headers"], cookies, told["body"], raw)


@cache
def takes_files(path: str) -> bool:
    """Whether the route of *path* takes forms with files."""
    from app import app

    matched = RouteMatcher(list(app.routes)).match_route(path.partition("?")[0])
    return multipart.TYPE in app.routes[matched.route]["POST"].content_types


def written_form(fields: dict[str, str], files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return the type and the body of a form with files, as a browser writes it (RFC 7578)."""
    pieces = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + text.encode()
        for name, text in fields.items()
    ]
    pieces += [
        f'Content-Disposition: form-data; name="{name}"; filename="a.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n".encode()
        + body
        for name, body in files.items()
    ]
    lines = [b"--" + BOUNDARY.encode() + b"\r\n" + each + b"\r\n" for each in pieces]
    kind = f"{multipart.TYPE}; boundary={BOUNDARY}"
    return kind, b"".join(lines) + b"--" + BOUNDARY.encode() + b"--\r\n"


def gateway_event(
    method: str, path: str, prefix: str, headers: dict[str, str], body: str | bytes = ""
) -> dict[str, Any]:
    """Return the event API Gateway makes of a request (payload format 1.0), bodies as bytes."""
    from app import app

    raw = body.encode() if isinstance(body, str) else body
    plain, _, query = path.partition("?")
    matched = RouteMatcher(list(app.routes)).match_route(plain)
    return {
        "requestContext": {
            "httpMethod": method,
            "resourcePath": matched.route,
            "path": f"{prefix}{plain}",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "pathParameters": matched.captured,
        "multiValueQueryStringParameters": parse_qs(query, keep_blank_values=True) or None,
        "stageVariables": None,
        "body": base64.b64encode(raw).decode() or None,
        "isBase64Encoded": bool(raw),
    }


def signed_in(role: Role, facility_id: str = "", **changes: Any) -> Visitor:
    """Return somebody of *role* with a running session."""
    session_id, now = new_id(), clock.now()
    usual: dict[str, Any] = {
        "caller": Caller(role, f"person-{role}", facility_id),
        "account": f"{role}@aoba.example",
        "proved_twice": True,
        "seen_at": clock.text(now),
        "ends_at": clock.text(now + timedelta(hours=12)),
    }
    portal_store.add_visit(session_id, PortalVisit(**(usual | changes)))
    return Visitor(cookies={SESSION: session_id})


class Texts(HTMLParser):
    """
    Everything a page says to people, with the language it is said in.

    Attributes:
        said: (language, text) in order: what is between tags, and in attributes people hear.
    """

    VOID = frozenset({"meta", "link", "img", "input", "br", "path", "rect"})
    HEARD = frozenset({"alt", "title", "aria-label", "placeholder"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self._open: list[str] = [""]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self._open[-1]
        language = NO_LANGUAGE if given.get("translate") == "no" else language
        self.said += [(language, value) for name, value in attrs if name in self.HEARD and value]
        if tag not in self.VOID:
            self._open.append(language)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append((self._open[-1], " ".join(data.split())))
