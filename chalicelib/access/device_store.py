"""
Devices that send captures, in DynamoDB.

core  CAMERA#<device id>   CAMERA               the device: key, state, whose buffer (one read)
core  FACILITY#<id>        CAMERA#<device id>   which devices a facility has
"""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.access.model import Device
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CoreTable, held

KIND = "camera"  # what ids of devices begin with


class _Device(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="CAMERA")
    facility_id = UnicodeAttribute()
    person_id = UnicodeAttribute()
    device_name = UnicodeAttribute()
    public_key = BinaryAttribute(legacy_encoding=False)
    state = UnicodeAttribute()
    enrolled_at = UnicodeAttribute()
    revoked_at = UnicodeAttribute(null=True)


class _Membership(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def enrol_in(write: TransactWrite, device: Device) -> None:
    """Add a device to its facility."""
    row = _Device(f"CAMERA#{device.device_id}", device_name=device.name, state=device.state)
    row.facility_id, row.person_id = device.facility_id, device.person_id
    row.public_key, row.enrolled_at = device.public_key, device.enrolled_at
    write.save(row, condition=_Device.pk.does_not_exist())
    write.save(_Membership(f"FACILITY#{device.facility_id}", f"CAMERA#{device.device_id}"))


def device(device_id: str) -> Device:
    """Return one device, read consistently so that a revocation counts at once."""
    try:
        return _to_device(_Device.get(f"CAMERA#{device_id}", "CAMERA", consistent_read=True))
    except _Device.DoesNotExist:
        raise NotFound("there is no such device") from None


def devices_of(facility_id: str) -> list[Device]:
    """Return the facility's devices, oldest first."""
    rows = _Membership.query(f"FACILITY#{facility_id}", _Membership.sk.startswith("CAMERA#"))
    found = [_to_device(row) for row in _Device.batch_get([(row.sk, "CAMERA") for row in rows])]
    return sorted(found, key=lambda each: each.device_id)


def revoke(known: Device, at: str) -> None:
    """Revoke a device; revoking twice is the same as once."""
    row = _Device(f"CAMERA#{known.device_id}", "CAMERA")
    actions: list[Action] = [
        _Device.state.set("revoked"),
        _Device.revoked_at.set(_Device.revoked_at | at),
    ]
    is_theirs = _Device.facility_id == known.facility_id
    if not held(lambda: row.update(actions, condition=is_theirs)):
        raise NotFound("there is no such device")


def _to_device(row: _Device) -> Device:
    return Device(
        device_id=row.pk.removeprefix("CAMERA#"),
        facility_id=row.facility_id,
        person_id=row.person_id,
        name=row.device_name,
        public_key=row.public_key,
        state=row.state,
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
    )
