"""Captures over HTTP: what devices may send, and what the person whose buffer it is may do."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller, Device
from chalicelib.access.places import address_of
from chalicelib.access.policy import Operation
from chalicelib.buffer import devices, sending, service
from chalicelib.buffer.kinds import MediaType
from chalicelib.buffer.model import (
    Announced,
    Awaited,
    Capture,
    Examination,
    Kept,
    Patient,
    Safe,
)
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)


class CameraCode(msgspec.Struct, frozen=True):
    code: str
    expires_at: str


class CameraEnrolment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        public_key: Base64 of a raw Ed25519 public key.
    """

    code: str
    name: str
    public_key: str


class EnrolledCamera(msgspec.Struct, frozen=True):
    """
    Attributes:
        camera_id: The key id of the device's signatures.
    """

    camera_id: str
    facility_id: str


class ListedCamera(msgspec.Struct, frozen=True):
    """
    Attributes:
        state: enrolled or revoked.
    """

    camera_id: str
    name: str
    state: str
    enrolled_at: str
    revoked_at: str | None


class ListedCapture(msgspec.Struct, frozen=True):
    """
    Attributes:
        sender: The phone's pairing or the device.
        expires_at: Nobody sees it from then on.
    """

    capture_id: str
    sender: str
    media_type: MediaType
    size_bytes: int
    taken_at: str
    arrived_at: str
    expires_at: str


class CapturePicture(msgspec.Struct, frozen=True):
    url: str


class SafeList(msgspec.Struct, frozen=True):
    safe: list[Safe]


class CaptureExamination(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What captures are kept as part of; only its id is required.

    Attributes:
        examined_at: RFC 3339; the time of the first capture where it is left out.
    """

    id: str
    examined_at: str = ""
    kind: str = ""
    description: str = ""


class CapturePatient(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose examination it is: the facility's own number, and what else is known."""

    id: str
    name: str = ""
    birth_date: str = ""
    sex: str = ""


class ToKeep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    capture_ids: list[str]
    target_id: str
    examination: CaptureExamination
    patient: CapturePatient | None = None


class ToDrop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    capture_ids: list[str]


class Life(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hours: int


# --- devices -----------------------------------------------------------------------------------


@routes.on("POST", "/camera-codes", Operation.PAIR_CAMERAS, status=201)
def issue_camera_code(caller: Caller) -> CameraCode:
    """Issue a one-time code that enrols a device for the caller's own buffer."""
    return CameraCode(*devices.issue_code(caller))


@routes.on(
    "POST",
    "/cameras",
    Operation.ENTER_AS_CAMERA,
    body=CameraEnrolment,
    status=201,
    problems=(404,),
)
def enrol_camera(caller: Caller, asked: CameraEnrolment) -> EnrolledCamera:  # noqa: ARG001 - the code is the proof
    """Enrol a device that holds a one-time code."""
    address = address_of(routes.request)
    device = devices.enrol(asked.code, asked.name, asked.public_key, address)
    return EnrolledCamera(device.device_id, device.facility_id)


@routes.on("GET", "/cameras", Operation.PAIR_CAMERAS)
def list_cameras(caller: Caller) -> Page[ListedCamera]:
    """List the caller's devices, oldest first; an administrator sees the facility's."""
    return Page([_listed(each) for each in devices.devices(caller)], None)


@routes.on("DELETE", "/cameras/{camera_id}", Operation.PAIR_CAMERAS, status=204)
def revoke_camera(caller: Caller, camera_id: str) -> None:
    """Revoke a device at once."""
    devices.revoke(caller, camera_id)


@routes.on("POST", "/captures", Operation.SEND_CAPTURES, body=Announced, problems=(409,))
def announce_capture(caller: Caller, asked: Announced) -> Awaited | Safe:
    """Announce a capture, and hear where its bytes go; again under its own name: the same."""
    return sending.announce(devices.camera_of(caller), asked)


@routes.on("POST", "/captures/{capture_id}/arrived", Operation.SEND_CAPTURES, problems=(409, 422))
def capture_arrived(caller: Caller, capture_id: str) -> Safe:
    """Have the service look whether the bytes came whole."""
    return sending.arrived(devices.camera_of(caller), capture_id)


@routes.on("GET", "/captures/safe", Operation.SEND_CAPTURES)
def list_safe(caller: Caller) -> SafeList:
    """List what came whole from the device that asks."""
    return SafeList(sending.safe(devices.camera_of(caller)))


# --- whose buffer it is ------------------------------------------------------------------------


@routes.on("GET", "/captures", Operation.SEE_CAPTURES)
def list_captures(caller: Caller) -> Page[ListedCapture]:
    """List the captures in the caller's own buffer, newest first."""
    return Page([_shown(each) for each in service.captures(caller)], None)


@routes.on("GET", "/captures/{capture_id}/picture", Operation.SEE_CAPTURES)
def see_capture(caller: Caller, capture_id: str) -> CapturePicture:
    """Return a URL of a capture for some minutes."""
    return CapturePicture(service.picture(caller, capture_id))


@routes.on("POST", "/captures/keep", Operation.SEE_CAPTURES, body=ToKeep, problems=(404, 409))
def keep_captures(caller: Caller, asked: ToKeep) -> Kept:
    """Move captures into a target, as files of one examination."""
    examination = msgspec.convert(asked.examination, Examination, from_attributes=True)
    patient = msgspec.convert(asked.patient, Patient | None, from_attributes=True)
    return service.keep(caller, asked.capture_ids, asked.target_id, examination, patient)


@routes.on("POST", "/captures/drop", Operation.SEE_CAPTURES, body=ToDrop, status=204)
def drop_captures(caller: Caller, asked: ToDrop) -> None:
    """Forget captures."""
    service.drop(caller, asked.capture_ids)


@routes.on("PUT", "/captures/life", Operation.SEE_CAPTURES, body=Life, status=204)
def set_captures_life(caller: Caller, asked: Life) -> None:
    """Set how long captures that come from now on live."""
    service.life(caller, asked.hours)


def _listed(device: Device) -> ListedCamera:
    return ListedCamera(
        device.device_id, device.name, device.state, device.enrolled_at, device.revoked_at
    )


def _shown(capture: Capture) -> ListedCapture:
    names = ListedCapture.__struct_fields__
    return ListedCapture(**{name: getattr(capture, name) for name in names})
