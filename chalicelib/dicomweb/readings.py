"""
Who reads which study, in DynamoDB (box): a viewer asks a hundred times for one look.

READING#<caller id>  <target id>#<study id>   expires_at
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.tables import BoxTable


class _Reading(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()


def is_known(caller_id: str, target_id: str, study_id: str, now: datetime) -> bool:
    """Whether a reading is noted that goes on at *now*."""
    row = _Reading(f"READING#{caller_id}", f"{target_id}#{study_id}")
    try:
        row.refresh(consistent_read=True)
    except _Reading.DoesNotExist:
        return False
    return int(row.expires_at) > now.timestamp()


def note(caller_id: str, target_id: str, study_id: str, until: datetime) -> None:
    """Note a reading that has been audited."""
    row = _Reading(f"READING#{caller_id}", f"{target_id}#{study_id}")
    row.expires_at = int(until.timestamp())
    row.save()
