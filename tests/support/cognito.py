"""A user pool's word: its published keys on a server, and tokens signed with them."""

from __future__ import annotations

import functools
import http.server
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.settings import settings
from tests.support.serving import serving


@functools.cache
def key(number: int) -> rsa.RSAPrivateKey:  # noqa: ARG001 - another number, another key
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Keys(http.server.BaseHTTPRequestHandler):
    """What Cognito publishes: the public half of key 0."""

    def do_GET(self) -> None:
        published = jwt.algorithms.RSAAlgorithm.to_jwk(key(0).public_key(), as_dict=True)
        body = json.dumps({"keys": [{**published, "kid": "k0", "alg": "RS256"}]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def publishing() -> Iterator[str]:
    """Publish key 0 meanwhile; yields where."""
    with serving(http.server.HTTPServer(("127.0.0.1", 0), Keys)) as server:
        yield f"http://127.0.0.1:{server.server_port}/keys"


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    usual = {
        "sub": "person-1",
        "iss": settings().staff_issuer,
        "aud": settings().staff_client_id,
        "token_use": "id",
        "iat": now,
        "exp": now + timedelta(minutes=15),
        "cognito:groups": ["operators"],
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(number: int = 0, kid: str = "k0", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key(number), "RS256", headers={"kid": kid})
