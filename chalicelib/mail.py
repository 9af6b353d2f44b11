"""SES, and the only module that speaks to it: one mail, in plain text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import Unavailable
from chalicelib.sessions import session
from chalicelib.settings import settings

RECIPIENTS = 50  # a mail, SES's limit


def is_on() -> bool:
    """Whether this deployment has an address to send from."""
    return bool(settings().mail_from)


def send(subject: str, text: str, to: Sequence[str], *, copy: Sequence[str] = ()) -> None:
    """
    Send one mail to all of *to*, who see each other, and unseen by them to *copy*.

    Args:
        to, copy: Together 50 addresses at most.

    Raises:
        Unavailable: ``mail-not-taken``: SES did not take it; ``reason`` names its error.
    """
    try:
        _client().send_email(
            FromEmailAddress=settings().mail_from,
            Destination={"ToAddresses": list(to), "BccAddresses": list(copy)},
            Content={"Simple": {"Subject": _utf8(subject), "Body": {"Text": _utf8(text)}}},
        )
    except ClientError as error:
        reason = error.response["Error"]["Code"]
    except BotoCoreError as error:
        reason = type(error).__name__
    else:
        return
    # Without the cause: SES's own texts quote addresses.
    raise Unavailable("the mail was not taken; try again", code="mail-not-taken", reason=reason)


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    _client.cache_clear()


@cache
def _client() -> Any:
    return session().create_client("sesv2")


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
