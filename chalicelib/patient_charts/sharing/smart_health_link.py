"""
SMART Health Links (HL7, STU 1): what stands in a link, and its passcode.

The key to the file stands in the link and nowhere else; of the passcode we keep a digest.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel.errors import Invalid
from chalicelib.patient_charts.sharing.jwe import base64url

URL, LABEL = 128, 80  # characters, at most
MOST_TRIES = 10  # wrong passcodes, for life
PASSCODE_DIGITS = 8
RECIPIENT = 100  # characters of it that are kept
_SCRYPT: dict[str, int] = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**25}


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    What a receiving application sends for the manifest.

    Attributes:
        recipient: Who asks, as the sharer may see it.
        embedded_length_max: How long a file may be within the answer; longer ones are fetched.
    """

    recipient: str
    passcode: str = ""
    embedded_length_max: int | None = None


class File(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A file of the manifest: within it, or where it can be fetched once."""

    content_type: str
    fhir_version: str
    status: str
    embedded: str = ""
    location: str = ""


class Manifest(msgspec.Struct, frozen=True):
    files: tuple[File, ...]


def link(url: str, key: bytes, ends_at: datetime, label: str) -> str:
    """
    Return ``shlink:/...``: where the manifest is, and the key to its file.

    Raises:
        Invalid: *url* is longer than such a link may hold.
    """
    if len(url) > URL:
        raise Invalid("this service's address is too long for a SMART Health Link")
    payload: dict[str, Any] = {
        "url": url,
        "key": base64url(key),
        "exp": int(ends_at.timestamp()),
        "flag": "P",
        "label": label[:LABEL],
        "v": 1,
    }
    return f"shlink:/{base64url(msgspec.json.encode(payload))}"


def new_passcode() -> str:
    """Return digits that a person can say on the telephone, in groups of four."""
    digits = "".join(secrets.choice("0123456789") for _ in range(PASSCODE_DIGITS))
    return f"{digits[:4]} {digits[4:]}"


def digest(passcode: str, salt: bytes) -> bytes:
    """Return what is kept of a passcode, however its digits were typed."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", passcode) if each.isalnum())
    return hashlib.scrypt(plain.encode(), salt=salt, **_SCRYPT)
