"""What came in: bodies read into structs, with an error that names the field and the cure."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from chalice.app import Request

from chalicelib.kernel import ids
from chalicelib.kernel.errors import Invalid, TooLarge

MAX_BODY_BYTES = 2_000_000  # API Gateway takes 10 MB, Lambda 6 MB; nothing of ours needs more

Id = Annotated[str, msgspec.Meta(max_length=ids.LONGEST)]

T = TypeVar("T")


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of every request body: a field nobody knows is an error, not a silent skip."""


def raw_body(request: Request) -> bytes:
    """Return the body's bytes; API Gateway hands text and binary bodies over differently."""
    raw = request.raw_body
    return raw.encode() if isinstance(raw, str) else bytes(raw)


def read(request: Request, shape: type[T]) -> T:
    """
    Return the JSON body of *request* as *shape*.

    Raises:
        Invalid: Not JSON, a field is missing, unknown or of the wrong type.
        TooLarge: More than MAX_BODY_BYTES.
    """
    raw = raw_body(request)
    if len(raw) > MAX_BODY_BYTES:
        raise TooLarge("the body is larger than 2,000,000 bytes", limit_bytes=MAX_BODY_BYTES)
    try:
        return msgspec.json.decode(raw or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"the body is not JSON: {error}", code="malformed-json") from None
