"""
What the script that sends files asks for: the protocol of uploads, with the cookie of the portal.

Each request is a form with the page's token and, as JSON, what a bearer would send as its body.
A refusal tells its code, so that the script can say it in the page's words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, View, Visit
from chalicelib.access.policy import Operation
from chalicelib.areas import rights, service
from chalicelib.areas.model import ROOT, OnTaken, Right
from chalicelib.areas.shown import AREA
from chalicelib.kernel.errors import HokanError, Invalid
from chalicelib.uploads.model import ChunkIn
from chalicelib.uploads.multipart import PartIn
from chalicelib.web.problems import told

UPLOADS = AREA + "/uploads"
UPLOAD = UPLOADS + "/{batch_id}"
MULTIPART = UPLOAD + "/multipart/{sha256}"

T = TypeVar("T")
pages = PageRoutes(__name__)


def on(path: str) -> Callable[[Callable[..., Any]], View]:
    """Have a function answer the script at *path*; it gets the visit, and returns what is told."""

    def decorate(tell: Callable[..., Any]) -> View:
        def view(visit: Visit, **parts: str) -> Response:
            try:
                rights.require(visit.caller, parts["target_id"], Right.WRITE)
                return visit.told(tell(visit, **parts))
            except HokanError as error:
                found = told(error)
                return visit.told({"code": found.code}, status=found.status)

        registered: View = pages.on("POST", path, Operation.CHANGE_AREAS)(view)
        return registered

    return decorate


@on(UPLOADS)
def open_upload(visit: Visit, target_id: str) -> Any:
    """Open a batch."""
    return {"batch_id": service.open_upload(visit.caller, target_id)}


@on(UPLOAD + "/chunks/{number}")
def put_chunk(visit: Visit, target_id: str, batch_id: str, number: str) -> Any:
    """Declare files and tell what to do with each."""
    if not (number.isascii() and number.isdecimal() and len(number) <= 5):
        raise Invalid("a chunk's number is a whole number from 0")
    chunk = _sent(visit, ChunkIn)
    return {"answers": service.put_chunk(visit.caller, target_id, batch_id, int(number), chunk)}


@on(UPLOAD + "/urls")
def fresh_urls(visit: Visit, target_id: str, batch_id: str) -> Any:
    """Give fresh URLs for contents that are awaited."""
    digests = _sent(visit, list[str])
    return {"answers": service.fresh_urls(visit.caller, target_id, batch_id, digests)}


@on(MULTIPART)
def start_multipart(visit: Visit, target_id: str, batch_id: str, sha256: str) -> Any:
    """Start a large upload, or tell which of its parts are there."""
    return service.start_multipart(visit.caller, target_id, batch_id, sha256)


@on(MULTIPART + "/parts")
def sign_parts(visit: Visit, target_id: str, batch_id: str, sha256: str) -> Any:
    """Give URLs for parts."""
    wanted = _sent(visit, list[PartIn])
    return {"parts": service.sign_parts(visit.caller, target_id, batch_id, sha256, wanted)}


@on(MULTIPART + "/complete")
def complete_multipart(visit: Visit, target_id: str, batch_id: str, sha256: str) -> Any:
    """Join the parts."""
    service.complete_multipart(visit.caller, target_id, batch_id, sha256)
    return {}


@on(UPLOAD + "/finish")
def finish(visit: Visit, target_id: str, batch_id: str) -> Any:
    """End the batch and give its files their place; ``settling``: ask again."""
    replaces = visit.form.get("on_taken") == OnTaken.REPLACE
    folder_id = visit.form.get("folder_id", "") or ROOT
    on_taken = OnTaken.REPLACE if replaces else OnTaken.KEEP_BOTH
    return service.finish_upload(visit.caller, target_id, batch_id, folder_id, on_taken).summary


def _sent(visit: Visit, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(visit.form.get("sent", ""), type=kind)
    except msgspec.DecodeError:
        raise Invalid("this is not what our script sends") from None
