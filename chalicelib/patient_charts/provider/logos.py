"""A provider's logo: decoded to be sure that it is a picture, and written anew."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode

from chalicelib.kernel.errors import Invalid

MAX_BYTES = 20 * 1024
LONGEST = 480  # pixels; larger than any place it appears at
_MOST_PIXELS = 4_000_000  # a small file may unfold to gigabytes


def data_url(written: bytes) -> str:
    """
    Return the picture in a file as a data: URL of at most MAX_BYTES, without what else it held.

    Raises:
        Invalid: ``logo-too-large``; ``bad-logo``: no PNG or JPEG, or not readable to its end.
    """
    if len(written) > MAX_BYTES:
        raise Invalid(f"a logo has at most {MAX_BYTES:,} bytes", code="logo-too-large")
    kind, body = _anew(written)
    return f"data:image/{kind};base64,{b64encode(body).decode()}"


def file(url: str) -> tuple[str, bytes]:
    """Return the ending and the bytes of a logo that :func:`data_url` made."""
    head, _, text = url.partition(";base64,")
    return head.removeprefix("data:image/"), b64decode(text)


def _anew(written: bytes) -> tuple[str, bytes]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(written), formats=["PNG", "JPEG"]) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _bad()
            kind = str(image.format).lower()
            pixels = image.convert("RGB" if kind == "jpeg" else "RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, UnidentifiedImageError):
        raise _bad() from None
    longest = LONGEST
    while True:
        pixels.thumbnail((longest, longest))
        file = io.BytesIO()
        pixels.save(file, kind, optimize=True)
        if file.tell() <= MAX_BYTES:
            return kind, file.getvalue()
        longest = longest * 3 // 4


def _bad() -> Invalid:
    return Invalid("a logo is a PNG or JPEG that can be read to its end", code="bad-logo")
