"""
The issuer in DynamoDB (core): every version is kept, the newest one holds.

ISSUER  VERSION#<number, 6 digits>  what invoices name from then on
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from chalicelib.billing.issuer import Issuer
from chalicelib.kernel.errors import Conflict
from chalicelib.tables import CoreTable, condition_failed

ISSUER = "ISSUER"


class _Version(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=ISSUER)
    sk = UnicodeAttribute(range_key=True)
    issuer = UnicodeAttribute()
    since = UnicodeAttribute()


def newest() -> tuple[Issuer | None, int]:
    """Return the issuer and its version; None and 0 until somebody has told who it is."""
    rows = _Version.query(
        ISSUER, scan_index_forward=False, limit=1, page_size=1, consistent_read=True
    )
    for row in rows:
        return msgspec.json.decode(row.issuer, type=Issuer), int(row.sk.removeprefix("VERSION#"))
    return None, 0


def replace(version: int, issuer: Issuer, since: str) -> None:
    """
    Put *issuer* in the place of *version*.

    Raises:
        Conflict: ``overtaken``: somebody else has replaced that version.
    """
    text = msgspec.json.encode(issuer).decode()
    row = _Version(ISSUER, f"VERSION#{version + 1:06}", issuer=text, since=since)
    try:
        row.save(_Version.pk.does_not_exist())
    except PutError as error:
        if not condition_failed(error):
            raise
        raise Conflict(
            "somebody changed it in the meantime: look again", code="overtaken"
        ) from error
