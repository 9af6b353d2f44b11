"""The doctor's page: phones are paired, pictures come in, and each has its time there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalice.app import Response

from chalicelib import buckets
from chalicelib.access.local_times import zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.buffer import devices, pairing, service, shown
from chalicelib.buffer.model import CAP_BYTES, MOST_KEPT, Capture, Pairing
from chalicelib.buffer.phone_guard import CAPTURE
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.web import links, qr
from chalicelib.web.pages import may_show_from, redirect

CAPTURES = "/portal/captures"
MOST_SHOWN = 100
LIVES = (24, 48, 72, 168, 336)  # hours that can be chosen
OVERLAP = timedelta(seconds=5)  # what is written while a page is made is seen by the next look

pages = PageRoutes(__name__)


@pages.on("GET", CAPTURES, Operation.SEE_CAPTURES)
def show(visit: Visit) -> Response:
    """Show the visitor's phones and pictures; to the page's script, only what came since."""
    return captures_page(visit, since=visit.asked("since"), done=visit.asked("done"))


@pages.on("GET", f"{CAPTURES}/{{capture_id}}/file", Operation.SEE_CAPTURES)
def download(visit: Visit, capture_id: str) -> Response:
    """Lead to a capture's bytes, to be looked at by a program that can."""
    url = service.picture(visit.caller, capture_id)
    return redirect("", url, cookies=visit.cookies)


@pages.on("POST", f"{CAPTURES}/pair", Operation.PAIR_CAMERAS)
def pair(visit: Visit) -> Response:
    """Show, once, a code that pairs a phone, with the pictures that come in below it."""
    return captures_page(visit, made=pairing.pair(visit.caller, _origin(visit)))


@pages.on("POST", f"{CAPTURES}/phones/{{pairing_id}}/end", Operation.PAIR_CAMERAS)
def end(visit: Visit, pairing_id: str) -> Response:
    """End a pairing at once."""
    pairing.unpair(visit.caller, pairing_id)
    return visit.redirect(links.with_query(CAPTURES, done="ended"))


@pages.on("POST", f"{CAPTURES}/devices/code", Operation.PAIR_CAMERAS)
def issue_device_code(visit: Visit) -> Response:
    """Show, once, a code that enrols a device for the visitor's own buffer."""
    code, ends_at = devices.issue_code(visit.caller)
    ends = shown.local(ends_at, zone_for(visit.caller))
    service_url = _origin(visit)
    return visit.page("captures/device_code.html", code=code, ends=ends, service=service_url)


@pages.on("POST", f"{CAPTURES}/devices/{{camera_id}}/revoke", Operation.PAIR_CAMERAS)
def revoke_device(visit: Visit, camera_id: str) -> Response:
    """Revoke a device at once."""
    devices.revoke(visit.caller, camera_id)
    return visit.redirect(links.with_query(CAPTURES, done="revoked"))


@pages.on("POST", f"{CAPTURES}/life", Operation.SEE_CAPTURES)
def change_life(visit: Visit) -> Response:
    """Change how long pictures stay."""
    hours = visit.form.get("hours", "")
    if not (hours.isascii() and hours.isdigit()):
        raise Invalid("that is no number of hours", code="bad-life")
    service.life(visit.caller, int(hours))
    return visit.redirect(links.with_query(CAPTURES, done="life"))


def captures_page(
    visit: Visit,
    *,
    since: str = "",
    made: Pairing | None = None,
    done: str = "",
    refused: str = "",
) -> Response:
    """Answer the page: all that is there, or what came *since*."""
    looked_at, zone = clock.now(), zone_for(visit.caller)
    there = service.captures(visit.caller, since)
    found = there[:MOST_SHOWN]
    life_hours = service.room(visit.caller).life_hours
    values: dict[str, Any] = {
        "phones": shown.phones(pairing.paired(visit.caller), zone),
        "devices": shown.devices(devices.devices(visit.caller), zone),
        "more": len(there) - len(found),
        "captures": shown.captures(found, urls(visit, found), zone),
        "since": clock.text(looked_at - OVERLAP),
        "used_bytes": service.used_bytes(visit.caller),
        "cap_bytes": CAP_BYTES,
        "life_hours": life_hours,
        "lives": sorted({*LIVES, life_hours}),
        "made": made,
        "qr": qr.drawn(made.url) if made else "",
        "most": MOST_KEPT,
        "ends": shown.local(made.expires_at, zone) if made else None,
        "address": _origin(visit) + CAPTURE,
    }
    status = 422 if refused else 200
    answer = visit.page(
        "captures/captures.html", status=status, done=done, refused=refused, **values
    )
    return with_pictures(answer)


def with_pictures(answer: Response) -> Response:
    """Let a page show pictures from where they are stored."""
    return may_show_from(answer, buckets.download_origin())


def urls(visit: Visit, found: list[Capture]) -> dict[str, str]:
    """Return where the pictures that a browser shows are; that they are looked at is on record."""
    shown_ids = [each.capture_id for each in found if each.media_type.is_shown]
    return service.pictures(visit.caller, shown_ids) if shown_ids else {}


def _origin(visit: Visit) -> str:
    """Return what stands before our paths for a phone: where this browser found us."""
    host = str(visit.request.headers.get("host", ""))
    return str(visit.request.headers.get("origin") or f"https://{host}") + visit.prefix
