"""
Forms with files in them: multipart/form-data (RFC 7578), read by the standard library.

Bytes of a file stay as they are; what encoding a text file has is for its reader to find out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any

from chalicelib.kernel.errors import Invalid

TYPE = "multipart/form-data"
MAX_PARTS = 3_000  # a chart in rows is the longest form
_FILE_NAME = re.compile(r'\bfilename="([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """
    One field of a form.

    Attributes:
        is_file: Somebody chose a file in it, or left the choice empty.
        file_name: As the browser says it, without folders.
    """

    name: str
    body: bytes
    is_file: bool
    file_name: str = ""


def parts(content_type: str, raw: bytes) -> list[Part]:
    """
    Return the parts of the body *raw*, in order.

    Raises:
        Invalid: No browser writes such a form.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii", "replace")
    message = message_from_bytes(head + raw)
    found: Any = message.get_payload() if message.get_content_type() == TYPE else []
    if not isinstance(found, list) or not 1 <= len(found) <= MAX_PARTS:
        raise Invalid("this is no form of ours")
    return [_part(each) for each in found]


def _part(written: Message[str, str]) -> Part:
    name = written.get_param("name", header="content-disposition")
    body = written.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(body, bytes):
        raise Invalid("this is no form of ours")
    is_file = written.get_param("filename", header="content-disposition") is not None
    return Part(name, body, is_file, _file_name(written) if is_file else "")


def _file_name(written: Message[str, str]) -> str:
    """Read a file's name as it came: browsers write UTF-8 into a header, which is for ASCII."""
    raw = {name.lower(): str(value) for name, value in written.raw_items()}
    text = raw["content-disposition"].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    said = _FILE_NAME.search(text)
    return re.split(r"[/\\]", said[1].replace("%22", '"'))[-1] if said else ""
