"""
SMART Health Links over HTTP, for applications of other houses: in browsers of any origin, too.

Their errors are as the standard has them, each with the headers that let a browser read it.
"""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.kernel.errors import NotFound, Unauthenticated
from chalicelib.patient_charts.sharing import health_links
from chalicelib.patient_charts.sharing.health_links import PATH
from chalicelib.patient_charts.sharing.smart_health_link import Asked
from chalicelib.web.routes import JSON, Sent
from chalicelib.web.routes import Asked as Request

JOSE = "application/jose"
ERROR = "application/json; charset=utf-8"  # the bare type is Chalice's own errors (web.problems)
MANIFEST, FILE = PATH + "/{link_id}", PATH + "/{link_id}/{ticket}"
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    **ANY_ORIGIN,
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "600",
}

routes = GuardedRoutes(__name__)


@routes.sending("OPTIONS", MANIFEST, Operation.OPEN_SHARED, media=(JSON,))
def may_ask_for_manifest(caller: Caller, link_id: str, asked: Request) -> Sent:  # noqa: ARG001
    """Say that a page of any origin may ask; it says nothing of the link."""
    return Sent("", JSON, PREFLIGHT)


@routes.sending(
    "POST", MANIFEST, Operation.OPEN_SHARED, media=(JSON,), takes=Asked, also=(401, 404)
)
def health_link_manifest(caller: Caller, body: Asked, link_id: str, asked: Request) -> Sent:  # noqa: ARG001
    """Answer the manifest of a SMART Health Link to who knows its passcode."""
    try:
        found = health_links.manifest(link_id, body, asked.address)
    except Unauthenticated as wrong:
        return _json({"remainingAttempts": wrong.facts["remaining_attempts"]}, 401)
    except NotFound:
        return _refused()
    return _json(found)


@routes.sending("GET", FILE, Operation.OPEN_SHARED, media=(JOSE,), problems=(404,))
def health_link_file(caller: Caller, link_id: str, ticket: str, asked: Request) -> Sent:  # noqa: ARG001
    """Answer the encrypted file of a SMART Health Link, once for each ticket."""
    return Sent(health_links.fetched(link_id, ticket), JOSE, ANY_ORIGIN)


def _json(body: object, status: int = 200) -> Sent:
    kind = JSON if status == 200 else ERROR
    return Sent(msgspec.json.encode(body).decode(), kind, ANY_ORIGIN, status)


def _refused() -> Sent:
    """Answer that it leads nowhere, in the same bytes whatever the reason."""
    return _json({"error": "there is no such link"}, 404)
