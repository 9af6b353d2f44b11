"""Battery endoscopes, and what stands beside them: enrolled as agents are, to send and no more."""

from __future__ import annotations

from chalicelib.access import device_store, people_store
from chalicelib.access.model import Caller, Device, Role
from chalicelib.access.service import audit, key_bytes
from chalicelib.buffer import codes, pairing_store
from chalicelib.buffer.codes import Purpose
from chalicelib.buffer.model import CODE_LIFE, Buffer, Camera, buffer_of
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from chalicelib.tables import expecting, transaction
from chalicelib.telemetry import count


def issue_code(caller: Caller) -> tuple[str, str]:
    """Return a one-time code that enrols a device for the caller's buffer, and when it ends."""
    code, ends_at = codes.new_code(), clock.now() + CODE_LIFE
    audit(caller, "issue-camera-code", caller.id)
    pairing_store.add_code(codes.mac_of(Purpose.DEVICE, code), buffer_of(caller), ends_at)
    return code, clock.text(ends_at)


def enrol(code: str, name: str, public_key: str, address: str) -> Device:
    """
    Turn a one-time code and a device's public key into an enrolled device.

    Args:
        address: Where the request comes from.

    Raises:
        Invalid: *public_key* is not base64 of 32 bytes, or there is no name.
        NotFound: ``no-pairing``: the one answer to whatever is wrong with the code.
    """
    key = key_bytes(public_key)
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("a device needs a name of 1 to 100 characters")
    now = clock.now()
    found = codes.opened(Purpose.DEVICE, code, address, now)
    buffer = found.waiting.buffer
    device = Device(
        device_id=ids.new_id(device_store.KIND, now),
        facility_id=buffer.facility_id,
        person_id=buffer.person_id,
        name=name.strip(),
        public_key=key,
        state="enrolled",
        enrolled_at=clock.text(now),
    )
    camera = Camera(buffer, device.device_id)
    audit(camera.caller, "enrol-camera", device.device_id)
    try:
        with expecting("this code opens nothing"), transaction() as write:
            pairing_store.use_in(write, found.mac, now)
            device_store.enrol_in(write, device)
    except Conflict:
        codes.missed()
    found.was_right()
    count("CamerasEnrolled")
    return device


def camera_of(caller: Caller) -> Camera:
    """
    Return the device that signed a request, as who sends.

    Raises:
        Unauthenticated: The person whose buffer it is may not come in any more themselves.
    """
    device = device_store.device(caller.id)
    if people_store.person(device.facility_id, device.person_id).disabled_at:
        raise Unauthenticated("this device's person was disabled", code="agent-revoked")
    return Camera(Buffer(device.facility_id, device.person_id), device.device_id)


def devices(caller: Caller) -> list[Device]:
    """Return the caller's devices, oldest first; an administrator sees the facility's."""
    found = device_store.devices_of(caller.facility_id)
    return [each for each in found if _is_theirs(caller, each)]


def revoke(caller: Caller, device_id: str) -> None:
    """Revoke a device at once: its next request is refused.  Raises NotFound."""
    found = device_store.device(device_id)
    if found.facility_id != caller.facility_id or not _is_theirs(caller, found):
        raise NotFound("there is no such device")
    audit(caller, "revoke-camera", device_id)
    device_store.revoke(found, clock.text(clock.now()))


def _is_theirs(caller: Caller, device: Device) -> bool:
    return caller.role is Role.FACILITY_ADMIN or device.person_id == caller.id
