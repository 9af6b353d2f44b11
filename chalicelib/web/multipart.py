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
    said = written.get_param("filename", header="content-disposition")
    return Part(name, body, said is not None, _file_name(said))


def _file_name(said: object) -> str:
    """Read the name of a file: browsers write UTF-8 into a header, which takes only ASCII."""
    if not isinstance(said, str):
        return ""
    written = said.encode("ascii", "surrogateescape").decode("utf-8", "replace")
    return re.split(r"[/\\]", written.replace("%22", '"'))[-1]
