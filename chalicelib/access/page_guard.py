"""
Pages that ask who visits and whether they may, before the view sees anything.

A page takes the session in the cookie and nothing else; the JSON interface takes a bearer session
or an agent's signature, and never a cookie: neither can be had through the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from chalice.app import Blueprint, Request, Response

from chalicelib.access import service
from chalicelib.access.guard import OPERATIONS, check_ids, permit
from chalicelib.access.model import ANONYMOUS, Caller, Role
from chalicelib.access.policy import POLICY, Operation
from chalicelib.telemetry import logger
from chalicelib.web import cookies, forms, languages, links, multipart, pages
from chalicelib.web.pages import Reader
from chalicelib.web.problems import told
from chalicelib.web.routes import correlation_id


@dataclass
class Visit:
    """
    One request of a browser, by whom, and the answers it can get.

    Attributes:
        account: The visitor's address; empty while nobody is signed in.
        proved_twice: They signed in with two factors.
        session_id, sign_in_id: From the cookies; the first only while its session runs.
        cookies: Headers that go with the answer.
    """

    request: Request
    caller: Caller = ANONYMOUS
    account: str = ""
    proved_twice: bool = False
    session_id: str = ""
    sign_in_id: str = ""
    cookies: list[str] = field(default_factory=list)

    @cached_property
    def prefix(self) -> str:
        """What stands before our paths in the browser's address."""
        return links.prefix_of(self.request)

    @cached_property
    def language(self) -> str:
        chosen = cookies.read(self.request, cookies.LANGUAGE)
        return languages.chosen(chosen, str(self.request.headers.get("accept-language", "")))

    @cached_property
    def form(self) -> dict[str, str]:
        """What came in."""
        return forms.fields(self.request)

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files that came in with it."""
        return forms.files(self.request)

    @property
    def file_names(self) -> dict[str, str]:
        """What those files are called."""
        return forms.file_names(self.request)

    @property
    def here(self) -> str:
        """The page that is asked for, with its query."""
        asked = str(self.request.context.get("path") or self.request.path)
        path = asked.removeprefix(self.prefix).rstrip("/") or "/"
        query = urlencode(self.request.query_params or {})
        return f"{path}?{query}" if query else path

    def asked(self, name: str) -> str:
        """Return a part of the query, or nothing."""
        return str(self.request.query_params.get(name, "")) if self.request.query_params else ""

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Answer a page."""
        token = forms.token(self.secret) if self.secret else ""
        reader = Reader(self.language, self.prefix, links.local(self.here), token)
        known = {
            "account": self.account,
            "proved_twice": self.proved_twice,
            "role": self.caller.role,
            "open_pages": open_pages(self.caller.role),
        }
        values = {**known, **values}
        return pages.page(reader, template, status=status, cookies=self.cookies, **values)

    def download(self, name: str, kind: str, body: str | bytes) -> Response:
        """Answer a file: text in UTF-8, or the bytes of a PDF."""
        return pages.download(name, kind, body, cookies=self.cookies)

    def told(self, value: Any, *, status: int = 200) -> Response:
        """Answer *value* to a script of ours, as JSON."""
        return pages.told(value, status=status, cookies=self.cookies)

    def redirect(self, path: str) -> Response:
        """Send the visitor on to another page of ours."""
        return pages.redirect(self.prefix, path, cookies=self.cookies)

    @property
    def secret(self) -> str:
        """What this visitor's forms are bound to."""
        return self.session_id or self.sign_in_id


def open_pages(role: Role) -> frozenset[str]:
    """Return the pages there are for *role*: what a menu may lead to."""
    return frozenset(
        path
        for (method, path), operation in OPERATIONS.items()
        if method == "GET" and role in POLICY[operation]
    )


View = Callable[..., Response]


class PageRoutes(Blueprint):
    """
    Pages that name their operation; the view gets the visit first.

    ``@pages.on("POST", "/portal/things", Operation.CHANGE_THING)``
    """

    def on(
        self, method: str, path: str, operation: Operation, *, takes_files: bool = False
    ) -> Callable[[View], Any]:
        OPERATIONS[method, path] = operation
        kind = multipart.TYPE if takes_files else forms.TYPE
        types = {"content_types": [kind]} if method == "POST" else {}
        register = self.route(path, methods=[method], name=f"{method} {path}", **types)

        def decorate(view: View) -> Any:
            def guarded(**path_parameters: str) -> Response:
                return self.answered(operation, view, path_parameters)

            return register(guarded)

        return decorate

    def answered(self, operation: Operation, view: View, parts: dict[str, str]) -> Response:
        """Answer the request that came in."""
        return answered(Visit(self.current_request), operation, view, parts)


def answered(visit: Visit, operation: Operation, view: View, parts: dict[str, str]) -> Response:
    """Answer *visit* by *view*, by the sign-in page, or by a page that says what is wrong."""
    try:
        _recognise(visit)
        logger.append_keys(caller=visit.caller.id, operation=operation.value)
        if visit.caller is ANONYMOUS and Role.ANONYMOUS not in POLICY[operation]:
            return _to_sign_in(visit)
        if visit.request.method == "POST":
            forms.check(visit.request, visit.form.get(forms.TOKEN, ""), visit.secret)
        permit(visit.caller, operation)
        check_ids(parts)
        return view(visit, **parts)
    except Exception as error:  # noqa: BLE001 - the outermost handler
        found = told(error)
        values = {"code": found.code, "reference": correlation_id()}
        return visit.page("error.html", status=found.status, **values)


def _recognise(visit: Visit) -> None:
    """Find out who visits, by the cookie alone."""
    visit.sign_in_id = cookies.read(visit.request, cookies.SIGN_IN)
    session_id = cookies.read(visit.request, cookies.SESSION)
    found = service.visit_of(session_id) if session_id else None
    if found is not None:
        visit.session_id, visit.caller = session_id, found.caller
        visit.account, visit.proved_twice = found.account, found.proved_twice


def _to_sign_in(visit: Visit) -> Response:
    """Ask to sign in, and come back to what was asked for."""
    had_session = cookies.read(visit.request, cookies.SESSION)
    if had_session:
        visit.cookies.append(cookies.forgotten(cookies.SESSION))
    wanted = links.local(visit.here) if visit.request.method == "GET" else ""
    query = {"next": "" if wanted == links.HOME else wanted, "why": "ended" if had_session else ""}
    return visit.redirect(links.with_query(links.SIGN_IN, **query))
