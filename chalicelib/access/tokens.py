"""Cognito's ID tokens, verified by ourselves: one code path in production, locally and in tests."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from chalicelib.kernel.errors import Unauthenticated, Unavailable
from chalicelib.settings import settings

KEYS_LIVE_SECONDS = 3600
REFETCH_SECONDS = 60  # an unknown key id asks Cognito again, but not more often

_kept: dict[str, Any] = {"keys": {}, "at": 0.0}


def verified_claims(id_token: str) -> dict[str, Any]:
    """
    Return the claims of a Cognito ID token that is ours, signed, current and an ID token.

    Raises:
        Unauthenticated: Anything about the token is wrong (no telling what to a stranger).
        Unavailable: Cognito's keys cannot be read.
    """
    import jwt

    try:
        header = jwt.get_unverified_header(id_token)
        claims = jwt.decode(
            id_token,
            _key(str(header.get("kid"))),
            algorithms=["RS256"],
            issuer=settings().staff_issuer,
            audience=settings().staff_client_id,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError:
        raise Unauthenticated("the token is not valid; sign in again", code="bad-token") from None
    if claims.get("token_use") != "id":
        raise Unauthenticated("this is no ID token; sign in again", code="bad-token")
    return dict(claims)


def forget_keys() -> None:
    """Ask Cognito afresh next time (tests change the world between them)."""
    _kept.update(keys={}, at=0.0)


def _key(key_id: str) -> Any:
    age = time.monotonic() - _kept["at"]
    unknown = key_id not in _kept["keys"]
    if not _kept["keys"] or age > KEYS_LIVE_SECONDS or (unknown and age > REFETCH_SECONDS):
        _kept.update(keys=_fetched(), at=time.monotonic())
    if key_id not in _kept["keys"]:
        raise Unauthenticated("the token is not valid; sign in again", code="bad-token")
    return _kept["keys"][key_id]


def _fetched() -> dict[str, Any]:
    import jwt

    try:
        with urllib.request.urlopen(settings().staff_jwks_url, timeout=5) as answer:  # noqa: S310 - the URL is a setting
            published = json.load(answer)
    except (OSError, ValueError):
        raise Unavailable("the sign-in service does not answer; try again") from None
    return {each["kid"]: jwt.PyJWK(each).key for each in published["keys"]}
