"""Where a listing goes on: DynamoDB's key of the last row, as an opaque text."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from chalicelib.kernel.errors import Invalid

PAGE_ROWS = 100


def written(last_key: dict[str, Any] | None) -> str | None:
    """Return *last_key* as a cursor, or None at the end of a listing."""
    if last_key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(last_key).encode()).decode()


def read(cursor: str | None, *, partition: str) -> dict[str, Any] | None:
    """
    Return the key *cursor* stands for.

    Raises:
        Invalid: Not a cursor of ours, or one of another *partition* (another tenant's).
    """
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        owner = key["pk"]["S"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise Invalid("cursor is not one of ours; start the listing again") from None
    if owner != partition:
        raise Invalid("cursor belongs to another listing; start the listing again")
    return dict(key)
