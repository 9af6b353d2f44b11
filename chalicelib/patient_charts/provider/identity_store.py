"""
Who the provider is, as patients see it, in DynamoDB (core).

PROVIDER  IDENTITY  the name, the contact, the logo, and where they may appear
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from chalicelib.kernel.errors import Conflict
from chalicelib.patient_charts.page.sheet import Identity
from chalicelib.tables import CoreTable, held

PROVIDER = "PROVIDER"


class _Identity(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=PROVIDER)
    sk = UnicodeAttribute(range_key=True, default="IDENTITY")
    identity = UnicodeAttribute()
    revision = NumberAttribute()


def current() -> tuple[Identity | None, int]:
    """Return the identity and its revision; None and 0 until somebody has set it."""
    try:
        row = _Identity.get(PROVIDER, "IDENTITY", consistent_read=True)
    except DoesNotExist:
        return None, 0
    return msgspec.json.decode(row.identity, type=Identity), int(row.revision)


def replace(revision: int, identity: Identity) -> None:
    """
    Put *identity* in the place of *revision*.

    Raises:
        Conflict: ``overtaken``: somebody else has replaced that revision.
    """
    text = msgspec.json.encode(identity).decode()
    row = _Identity(identity=text, revision=revision + 1)
    is_same = _Identity.revision == revision if revision else _Identity.pk.does_not_exist()
    if not held(lambda: row.save(is_same)):
        raise Conflict("somebody changed it in the meantime: look again", code="overtaken")
