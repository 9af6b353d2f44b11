"""
HMACs under a key that nobody can read, and the only module that speaks to KMS.

Whoever reads our tables has no key to try twelve symbols with; whoever can ask KMS leaves a line
in CloudTrail for each try (docs/adr/0033).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from chalicelib.sessions import session
from chalicelib.settings import settings


def made(*parts: str) -> bytes:
    """Return the HMAC of *parts*: of their words and of where one ends and the next begins."""
    told = _client().generate_mac(
        KeyId=settings().slip_key_arn,
        MacAlgorithm="HMAC_SHA_256",
        Message="\x1f".join(parts).encode(),
    )
    return bytes(told["Mac"])


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    _client.cache_clear()


@cache
def _client() -> Any:
    return session().create_client("kms")
