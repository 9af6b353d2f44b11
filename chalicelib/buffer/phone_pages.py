"""The phone's page, and what its script asks: pair, announce, say that bytes have come, leave."""

from __future__ import annotations

import hashlib

import msgspec
from chalice.app import Response

from chalicelib import buckets
from chalicelib.access import sign_in
from chalicelib.access.policy import Operation
from chalicelib.buffer import pairing, sending
from chalicelib.buffer.model import MOST_BYTES, PAIRING_LIFE, Announced, Buffer
from chalicelib.buffer.phone_guard import CAPTURE, PhoneRoutes, PhoneVisit
from chalicelib.kernel.errors import Invalid, NotFound
from chalicelib.web import cookies, forms, links
from chalicelib.web.pages import may_send_to, may_show_from

FORM_SECONDS = 3600
OWN_PICTURES = "blob:"  # those that wait on the phone itself

pages = PhoneRoutes(__name__)


@pages.on("GET", CAPTURE, Operation.ENTER_AS_CAMERA)
def show(visit: PhoneVisit) -> Response:
    """Show what a phone can send; or, while it is not paired, ask for the code."""
    return _page(visit)


@pages.on("POST", CAPTURE, Operation.ENTER_AS_CAMERA)
def pair(visit: PhoneVisit) -> Response:
    """Pair the phone by a code, which then is used up."""
    typed = forms.one_line(visit.form.get("code", ""))
    try:
        session_id = pairing.enter(typed, visit.address)
    except NotFound as missed:
        return _page(visit, status=missed.status, is_missed=True)
    seconds = int(PAIRING_LIFE.total_seconds())
    visit.cookies.append(cookies.strict(cookies.CAMERA, session_id, seconds=seconds))
    visit.cookies.append(cookies.forgotten(cookies.CAMERA_FORM))
    return visit.redirect(CAPTURE)


@pages.on("POST", f"{CAPTURE}/announce", Operation.SEND_CAPTURES)
def announce(visit: PhoneVisit) -> Response:
    """Tell the script where a picture's bytes go, or that it is safe already."""
    return visit.told(sending.announce(visit.camera, _announced(visit)))


@pages.on("POST", f"{CAPTURE}/arrived", Operation.SEND_CAPTURES)
def arrived(visit: PhoneVisit) -> Response:
    """Look whether a picture's bytes have come."""
    return visit.told(sending.arrived(visit.camera, visit.form.get("capture_id", "")))


@pages.on("POST", f"{CAPTURE}/leave", Operation.SEND_CAPTURES)
def leave(visit: PhoneVisit) -> Response:
    """End the pairing from the phone."""
    pairing.leave(visit.camera)
    visit.cookies.append(cookies.forgotten(cookies.CAMERA))
    return visit.redirect(links.with_query(CAPTURE, done="left"))


def _page(visit: PhoneVisit, *, status: int = 200, is_missed: bool = False) -> Response:
    camera = visit.paired
    if camera is None and not visit.sign_in_id:
        visit.sign_in_id = sign_in.new_id()
        form = cookies.strict(cookies.CAMERA_FORM, visit.sign_in_id, seconds=FORM_SECONDS)
        visit.cookies.append(form)
    is_over = camera is None and bool(cookies.read(visit.request, cookies.CAMERA))
    if is_over:
        visit.cookies.append(cookies.forgotten(cookies.CAMERA))
    answer = visit.page(
        "captures/phone.html",
        status=status,
        is_paired=camera is not None,
        buffer=_mark(camera.buffer) if camera else "",
        most_bytes=MOST_BYTES,
        safe=len(sending.safe(camera)) if camera else 0,
        is_missed=is_missed,
        is_over=is_over,
        done=visit.asked("done"),
    )
    return may_show_from(may_send_to(answer, buckets.download_origin()), OWN_PICTURES)


def _mark(buffer: Buffer) -> str:
    """Return what a phone knows a buffer by, so that nothing goes into another's; not who it is."""
    return hashlib.sha256(f"{buffer.facility_id} {buffer.person_id}".encode()).hexdigest()[:16]


def _announced(visit: PhoneVisit) -> Announced:
    fields = ("client_id", "sha256", "size_bytes", "media_type", "taken_at")
    given = {name: visit.form.get(name, "") for name in fields}
    try:
        return msgspec.convert(given, Announced, strict=False)
    except msgspec.ValidationError:
        raise Invalid("this announces no picture", code="bad-capture") from None
