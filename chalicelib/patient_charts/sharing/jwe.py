"""
JSON Web Encryption as SMART Health Links use it: compact, ``dir``, ``A256GCM`` (RFC 7516, 7518).

One key encrypts one file once, with a random nonce of 96 bits.
"""

from __future__ import annotations

import secrets
import zlib
from base64 import urlsafe_b64encode

import msgspec

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
RAW = -15  # DEFLATE without the headers of zlib (RFC 1951)


def encrypted(plain: bytes, key: bytes, content_type: str) -> str:
    """Return *plain*, compressed and encrypted by *key* (32 bytes), as a compact JWE."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only where it is used

    said = {"alg": "dir", "enc": "A256GCM", "zip": "DEF", "cty": content_type}
    header = base64url(msgspec.json.encode(said))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, _deflated(plain), header.encode())
    body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    return ".".join((header, "", base64url(nonce), base64url(body), base64url(tag)))


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _deflated(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=RAW)
    return packer.compress(plain) + packer.flush()
