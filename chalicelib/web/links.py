"""
Addresses of our own pages, as the browser has to write them.

Code and cookies speak of paths below the application's root (``/portal``).  API Gateway puts its
stage before them (``/api/portal``), a custom domain puts nothing, or a base path of its own; what
stands there is read from the request, so that no deployment has to say it.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from chalice.app import Request

HOME = "/portal"
SIGN_IN = "/portal/sign-in"
# Nothing that a browser could take for another host: no "//", no "\", no control character.
_LOCAL = re.compile(r"(?:/portal|/p|/capture)(?:/[\w.~-]+)*(?:\?[\w.~%=&+/-]*)?", re.ASCII)


def prefix_of(request: Request) -> str:
    """Return what stands before the application's own paths: ``/api``, or nothing."""
    return cut(str(request.context.get("path") or request.path), request.path)


def cut(asked: str, resource: str) -> str:
    """
    Return *asked*, the path the browser sent, without its end, which matched *resource*.

    >>> cut("/api/static/hokan.css", "/static/{name}"), cut("/portal", "/portal"), cut("/api", "/")
    ('/api', '', '/api')
    """
    own = resource.strip("/").count("/") + 1 if resource.strip("/") else 0
    parts = asked.strip("/").split("/")
    before = [part for part in parts[: len(parts) - own] if part]
    return "".join(f"/{part}" for part in before)


def local(path: str) -> str:
    """
    Return *path* if it leads to a page of ours (staff, patients, phones), else the portal's
    first page.

    >>> local("/portal/sign-in?next=/portal"), local("//evil.example"), local("/portal//evil")
    ('/portal/sign-in?next=/portal', '/portal', '/portal')
    >>> local("/p/charts"), local("/people")
    ('/p/charts', '/portal')
    """
    return path if _LOCAL.fullmatch(path) else HOME


def with_query(path: str, **query: str) -> str:
    """
    Return *path* with the parts of *query* that say something.

    >>> with_query("/portal/sign-in", next="/portal/x?y=1", why="")
    '/portal/sign-in?next=%2Fportal%2Fx%3Fy%3D1'
    """
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
