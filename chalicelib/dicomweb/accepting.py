"""
What a client takes, as it says so (PS3.18, 8.7.5), and answers in several parts (8.6.1.2).

Nothing is ever transcoded: a frame goes out as it was stored, to whoever takes it so.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

import msgspec

from chalicelib.kernel.errors import NotAcceptable

IMPLICIT, EXPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
OCTETS = "application/octet-stream"
MEDIA_OF = {  # PS3.18, table 8.7.3-2: of compressed frames
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^;,\s]*))')


class Accepted(msgspec.Struct, frozen=True):
    """
    One of the types a client takes.

    Attributes:
        media: Of the whole answer.
        type: Of its parts, where it has parts; empty where any will do.
        syntax: The transfer syntax of what is in it; empty or ``*`` for any.
    """

    media: str
    type: str = ""
    syntax: str = ""

    @property
    def is_in_parts(self) -> bool:
        return self.media == "multipart/related"

    def takes(self, media: str) -> bool:
        """Whether a part of type *media* will do."""
        return self.type in {"", "*/*", media} or self.type == f"{media.partition('/')[0]}/*"


def accepted(header: str) -> list[Accepted]:
    """
    Return what an Accept header names, in its order; anything where it names nothing.

    >>> accepted('multipart/related; type="application/dicom"; transfer-syntax=*')
    [Accepted(media='multipart/related', type='application/dicom', syntax='*')]
    """
    found = []
    for each in _ranges(header):
        media, _, rest = each.partition(";")
        said = _PARAMETER.findall(f";{rest}")
        named = {name.lower(): quoted or plain for name, quoted, plain in said}
        kind, syntax = named.get("type", ""), named.get("transfer-syntax", "")
        found.append(Accepted(media.strip().lower(), kind.lower(), syntax))
    return found or [Accepted("*/*")]


def _ranges(header: str) -> list[str]:
    """Split at commas that stand in no quotes."""
    return [each for each in re.findall(r'(?:[^,"]|"[^"]*")+', header) if each.strip()]


def of_frames(header: str, syntax: str) -> str:
    """
    Return the type a frame of *syntax* goes out as, in a part.

    A client that takes octets gets them of any syntax, which then stands beside them.

    Raises:
        NotAcceptable: It takes neither the frame's own type nor octets.
    """
    own = MEDIA_OF.get(syntax, OCTETS)
    for each in accepted(header):
        is_any = each.media in {"*/*", "multipart/*"}
        if not (is_any or each.is_in_parts) or each.syntax not in {"", "*", syntax}:
            continue
        for media in (own, OCTETS):
            if each.takes(media):
                return media
    raise NotAcceptable(
        f"this frame is stored as {own} ({syntax}) and is not transcoded: accept"
        f' multipart/related; type="{own}", or type="{OCTETS}"; transfer-syntax=*'
    )


def of_picture(header: str) -> str:
    """Return the type a rendered picture goes out as; raises NotAcceptable."""
    for each in accepted(header):
        match each.media:
            case "image/jpeg" | "*/*" | "image/*":
                return "image/jpeg"
            case "image/png" | "image/webp" as media:
                return media
    raise NotAcceptable("a rendered picture is image/jpeg, image/png or image/webp")


def in_parts(parts: Iterable[tuple[str, bytes]], media: str) -> tuple[bytes, str]:
    """
    Return an answer in parts, and its Content-Type (RFC 2387).

    Args:
        parts: The type and the bytes of each.
        media: The type of them all.
    """
    boundary = secrets.token_hex(16)  # nobody can have put it into a file of theirs
    pieces = []
    for written, body in parts:
        pieces += [f"--{boundary}\r\nContent-Type: {written}\r\n\r\n".encode(), body, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f'multipart/related; type="{media}"; boundary={boundary}'


def takes_parts(header: str) -> bool:
    """Whether a client asks for its file in an answer in parts, and not for the file alone."""
    return accepted(header)[0].is_in_parts


def require_one_of(header: str, *media: str) -> None:
    """Let pass who takes one of *media*, which is what we write; raises NotAcceptable."""
    taken = {each.media for each in accepted(header)}
    if not taken & {"*/*", "application/*", *media}:
        raise NotAcceptable(f"this is answered as {media[0]}: accept that")


def require_file(header: str, syntaxes: Iterable[str]) -> None:
    """Let pass who takes files as they were stored, in *syntaxes*; raises NotAcceptable."""
    for each in accepted(header):
        is_file = each.takes("application/dicom") if each.is_in_parts else each.media == "*/*"
        if is_file and (each.syntax in {"", "*"} or {each.syntax} >= set(syntaxes)):
            return
    raise NotAcceptable(
        'files come as they were stored: accept multipart/related; type="application/dicom";'
        " transfer-syntax=*"
    )
