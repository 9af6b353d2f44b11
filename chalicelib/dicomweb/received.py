"""
What came in one request to store (PS3.18, 10.5), and which of it can be kept.  Rules only.

Whoever hears that an instance is stored may delete their own.  So what is cut off, or cannot be
found again by its UIDs, is refused here, though an agent's upload of the same file is kept.
"""

from __future__ import annotations

import hashlib
from email import message_from_bytes
from enum import IntEnum
from typing import Any

import msgspec

from chalicelib.archive.dicom_header import DIRECTORY
from chalicelib.archive.facts import Facts, Flag, Kind
from chalicelib.archive.inspection import inspect
from chalicelib.kernel.errors import Invalid, UnsupportedType

# "Request must be smaller than 6291456 bytes for the InvokeFunction operation", says Lambda of an
# event.  API Gateway puts the body into it in base 64, and its headers (10,240 bytes) twice.
EVENT_BYTES, ENVELOPE_BYTES = 6_291_456, 65_536
MOST_BYTES = (EVENT_BYTES - ENVELOPE_BYTES) * 3 // 4

PARTS, FILE = "multipart/related", "application/dicom"
UNSOUND = {Flag.UNREADABLE_HEADER, Flag.TRUNCATED, Flag.BAD_UID}


class Reason(IntEnum):
    """Why an instance was not stored (PS3.18, table I.2-2; 0124 is PS3.7's)."""

    PROCESSING_FAILED = 0x0110
    CLASS_NOT_SUPPORTED = 0x0122
    NOT_AUTHORIZED = 0x0124
    OUT_OF_RESOURCES = 0xA700
    OTHER_STUDY = 0xA900
    NOT_UNDERSTOOD = 0xC000


class Received(msgspec.Struct, frozen=True):
    """One file of a request."""

    body: bytes
    sha256: str
    facts: Facts


def received(body: bytes) -> Received:
    """Return a file with what its header says."""

    def read(offset: int, length: int) -> bytes:
        return body[offset : offset + length]

    return Received(body, hashlib.sha256(body).hexdigest(), inspect(read, len(body)))


def files_in(media: str, body: bytes) -> list[bytes]:
    """
    Return the files in a body of parts (RFC 2387), as they are.

    Raises:
        Invalid: It has no parts.
        UnsupportedType: The parts are of another type, such as headers without their pixels.
    """
    head = f"Content-Type: {media}\r\n\r\n".encode("ascii", "replace")
    message = message_from_bytes(head + body)
    if str(message.get_param("type", FILE)).lower() != FILE:
        raise UnsupportedType(f'files come as {PARTS}; type="{FILE}"')
    found: Any = message.get_payload()
    if not isinstance(found, list) or not found:
        raise Invalid("there is no file in this request: its parts stand between boundaries")
    return [each.get_payload(decode=True) or b"" for each in found]


def refusal(each: Received, study_uid: str | None) -> Reason | None:
    """
    Return why a file is not kept; None where it is.

    Args:
        study_uid: The only study it may be of; any if None.
    """
    facts = each.facts
    if facts.sop_class_uid == DIRECTORY:
        return Reason.CLASS_NOT_SUPPORTED
    uids = (facts.sop_class_uid, facts.sop_instance_uid, facts.series_uid, facts.study_uid)
    if facts.kind is not Kind.DICOM or None in uids or UNSOUND & set(facts.flags):
        return Reason.NOT_UNDERSTOOD
    return Reason.OTHER_STUDY if study_uid not in {None, facts.study_uid} else None


def path_of(facts: Facts, number: int = 1) -> str:
    """
    Return where a file is put back when it is restored, as ``hokan-agent receive`` names it.

    Args:
        number: Counts different files of one UID in one request.
    """
    name = facts.sop_instance_uid if number == 1 else f"{facts.sop_instance_uid}-{number}"
    return f"{facts.study_uid}/{name}.dcm"
