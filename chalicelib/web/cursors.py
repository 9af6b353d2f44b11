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


def read(cursor: str | None, *, partition: str, of: str = "pk") -> dict[str, Any] | None:
    """
    Return the key *cursor* stands for.

    Args:
        of: The attribute that *partition* is a value of; an index has its own.

    Raises:
        Invalid: Not a cursor of ours, or one of another *partition* (another tenant's).
    """
    if not cursor:
        return None
    try:
        key = dict(json.loads(base64.urlsafe_b64decode(cursor.encode())))
        texts = {name: _text(value) for name, value in key.items()}
        owner, *_ = texts[of], texts["pk"], texts["sk"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise Invalid("cursor is not one of ours; start the listing again") from None
    if owner != partition:
        raise Invalid("cursor belongs to another listing; start the listing again")
    return key


def _text(value: object) -> str:
    """Return the text of one part of a key, as DynamoDB writes it; raises ValueError."""
    match value:
        case {"S": str(text), **others} if text and not others:
            return text
    raise ValueError("every part of our keys is text")
