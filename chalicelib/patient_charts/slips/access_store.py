"""
How a facility lets its patients in, in DynamoDB.

core  FACILITY#<id>  PATIENTACCESS   whom patients call, and whether their number alone will do
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from chalicelib.tables import CoreTable


class _Access(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="PATIENTACCESS")
    access = UnicodeAttribute()


class PatientAccess(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    Attributes:
        phone: Whom patients call, as it stands on slips; or empty.
        is_by_number_alone: A patient's number opens what their newest slip opens, without its code.
    """

    phone: str = ""
    is_by_number_alone: bool = False


def of(facility_id: str) -> PatientAccess:
    """Return how it stands; where nobody said anything, no number opens anything alone."""
    try:
        row = _Access.get(f"FACILITY#{facility_id}", "PATIENTACCESS", consistent_read=True)
    except DoesNotExist:
        return PatientAccess()
    return msgspec.json.decode(row.access, type=PatientAccess)


def put(facility_id: str, access: PatientAccess) -> None:
    row = _Access(f"FACILITY#{facility_id}", access=msgspec.json.encode(access).decode())
    row.save()
