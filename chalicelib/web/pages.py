"""
Pages: templates filled and sent with the headers that keep a browser from harm.

Complete without JavaScript: the one script there is refreshes a price that a button shows, too.
Jinja2 is imported at the first page: queue and schedule handlers share app.py and never show one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.web import files, formats, languages
from chalicelib.web.problems import HTML

JSON = "application/json; charset=utf-8"
TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",  # with no-referrer a form's Origin would be "null"
    "Strict-Transport-Security": "max-age=63072000",
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """
    For whom a page is written.

    Attributes:
        prefix: What stands before our paths in the browser's address (see links.py).
        here: The page's own path and query, without the prefix; empty for what a form answers.
        token: What forms on the page carry (see forms.py).
    """

    language: str
    prefix: str
    here: str
    token: str = ""


def page(
    reader: Reader, template: str, *, status: int = 200, cookies: list[str], **values: Any
) -> Response:
    """Answer *template* filled with *values*."""
    headers: dict[str, Any] = {"Content-Type": HTML, "Content-Language": reader.language}
    return Response(
        written(reader, template, **values), {**headers, **HEADERS, **_set(cookies)}, status
    )


def download(name: str, kind: str, body: str | bytes, *, cookies: list[str]) -> Response:
    """Answer a file for the reader to keep; *name* tells nobody's data, and bytes are a PDF."""
    headers: dict[str, Any] = {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(body, {**headers, **HEADERS, **_set(cookies)})


def told(value: Any, *, status: int = 200, cookies: list[str]) -> Response:
    """Answer *value* as JSON to a script of ours."""
    headers: dict[str, Any] = {"Content-Type": JSON}
    body = msgspec.json.encode(value).decode()
    return Response(body, {**headers, **HEADERS, **_set(cookies)}, status)


def redirect(prefix: str, path: str, *, cookies: list[str]) -> Response:
    """Send the browser on to *path*, which is ours, with a GET."""
    headers: dict[str, Any] = {"Location": prefix + path, "Content-Type": HTML}
    return Response("", {**headers, **HEADERS, **_set(cookies)}, 303)


def may_lead_to(answer: Response, origin: str) -> Response:
    """Let the forms of a page lead on to *origin*, where a browser would stop them."""
    return _allowing(answer, "form-action", origin)


def may_show_from(answer: Response, origin: str) -> Response:
    """Let a page show pictures of *origin*, where a browser would leave them out."""
    return _allowing(answer, "img-src", origin)


def may_send_to(answer: Response, origin: str) -> Response:
    """Let the scripts of a page send to *origin*: files, to where they are stored."""
    return _allowing(answer, "connect-src", origin)


def _allowing(answer: Response, directive: str, origin: str) -> Response:
    policy = str(answer.headers["Content-Security-Policy"])
    own = f"{directive} 'self'"
    answer.headers["Content-Security-Policy"] = policy.replace(own, f"{own} {origin}")
    return answer


def written(reader: Reader, template: str, **values: Any) -> str:
    """Return *template* filled for *reader*."""
    own = {
        "link": lambda path: reader.prefix + path,
        "static": lambda name: reader.prefix + files.address(name),
        "here": reader.here,
        "csrf": reader.token,
    }
    return str(environment(reader.language).get_template(template).render(**values, **own))


def plain(template: str, language: str, **values: Any) -> str:
    """Return *template* filled with *values* as text, where nothing needs to be escaped."""
    return str(_plain_environment(language).get_template(template).render(values))


@cache
def _plain_environment(language: str) -> Any:
    return environment(language).overlay(autoescape=False, trim_blocks=False)


@cache
def environment(language: str) -> Any:
    """The templates in *language*: everything escaped, and a name nobody gave an error."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    installed: Any = made
    installed.install_gettext_translations(languages.translations(language), newstyle=True)
    made.globals["language"] = language
    made.filters |= {
        "day": partial(formats.day, language=language),
        "language_of": formats.language_of,
        "month": partial(formats.month, language=language),
        "moment": partial(formats.moment, language=language),
        "number": formats.number,
        "person": formats.person,
        "size": formats.size,
        "named": partial(_named, language=language),
        "reading": formats.reading,
    }
    return made


def _named(name: str, language: str) -> Any:
    """Return a name somebody gave, told apart where it is in another language than the page."""
    from markupsafe import Markup, escape

    own = formats.language_of(name)
    return (
        escape(name) if own == language else Markup('<span lang="{}">{}</span>').format(own, name)
    )


def _set(cookies: list[str]) -> dict[str, Any]:
    return {"Set-Cookie": cookies} if cookies else {}
