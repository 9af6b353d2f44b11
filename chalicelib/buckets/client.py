"""The one client of S3, and what every room of this package needs."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config

from chalicelib.sessions import forget_session, session
from chalicelib.settings import settings

CONTENT_TYPE = "application/octet-stream"  # what it really is, only its reader decides


@cache
def client() -> Any:
    config = Config(signature_version="s3v4", retries={"mode": "standard", "max_attempts": 4})
    return session().create_client("s3", config=config)


@cache
def address(bucket: str) -> tuple[str, str, str]:
    """Where *bucket* answers: scheme and host, the Host header, and the path before a key."""
    endpoint = urlsplit(client().meta.endpoint_url)
    if endpoint.hostname is not None and endpoint.hostname.endswith(".amazonaws.com"):
        host = f"{bucket}.{endpoint.netloc}"
        return f"{endpoint.scheme}://{host}", host, ""
    return f"{endpoint.scheme}://{endpoint.netloc}", endpoint.netloc, f"/{bucket}"


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    forget_session()
    for kept in (client, address):
        kept.cache_clear()


def objects() -> str:
    return settings().objects_bucket


def base64_of(hex_digest: str) -> str:
    return base64.b64encode(bytes.fromhex(hex_digest)).decode()
