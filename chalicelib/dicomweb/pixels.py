"""A stored file's frames as they are, and as pictures; read by ranges, never all of a film."""

from __future__ import annotations

import io
from functools import lru_cache, partial

from chalicelib import buckets
from chalicelib.archive.facts import Kind
from chalicelib.dicomweb.accepting import BIG_ENDIAN, DEFLATED, EXPLICIT
from chalicelib.dicomweb.model import Instance
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.pictures.dicom_pixels import pixels_of
from chalicelib.pictures.frames import Frames, frames_of
from chalicelib.pictures.model import NotShown
from chalicelib.pictures.source import Source

KEPT = 2  # open files in a function's memory, up to 64 MiB each
MOST_PIXELS = 4096  # of a rendered picture's longer side
QUALITY = 90


def syntax_of(found: Instance) -> str:
    """Return the transfer syntax that frames go out in: uncompressed ones little endian."""
    return EXPLICIT if found.syntax in {BIG_ENDIAN, DEFLATED, ""} else found.syntax


def frames(target_id: str, found: Instance, numbers: list[int]) -> list[bytes]:
    """
    Return frames by number, from 1 on.

    Raises:
        NotFound: There are not so many.
        Conflict: The file holds no pixels, or not all it says.
    """
    try:
        film = opened(target_id, found.sha256, found.size_bytes)
        if any(not 1 <= each <= film.count for each in numbers):
            raise NotFound(f"this instance has frames 1 to {film.count}")
        return [film[each - 1] for each in numbers]  # little endian, see frames.py
    except NotShown as not_shown:
        raise _not_there(not_shown) from None


@lru_cache(maxsize=KEPT)
def opened(target_id: str, sha256: str, size_bytes: int) -> Frames:
    return frames_of(pixels_of(_source(target_id, sha256, size_bytes)))


def _source(target_id: str, sha256: str, size_bytes: int) -> Source:
    return Source(partial(buckets.read_range, buckets.object_key(target_id, sha256)), size_bytes)


def picture(target_id: str, found: Instance, number: int, media: str, longest: int) -> bytes:
    """
    Return a frame as a picture of type *media*, no longer than *longest* on either side.

    Raises:
        NotFound: There is no such frame.
        Conflict: It cannot be shown; the code says why.
    """
    from chalicelib.pictures.film import film_of  # it imports Pillow, 30 ms of a cold start
    from chalicelib.pictures.shrinking import shrunk

    longest = min(longest, MOST_PIXELS)
    try:
        film = film_of(_source(target_id, found.sha256, found.size_bytes), Kind.DICOM)
        if not 1 <= number <= film.count:
            raise NotFound(f"this instance has frames 1 to {film.count}")
        image = shrunk(film.frame(number - 1, longest), longest)
    except NotShown as not_shown:
        raise _not_there(not_shown) from None
    file = io.BytesIO()
    image.convert("RGB").save(file, media.rpartition("/")[2].upper(), quality=QUALITY)
    return file.getvalue()


def _not_there(not_shown: NotShown) -> Conflict:
    reason = not_shown.reason.value
    return Conflict(f"this instance cannot be shown: {reason}", code=f"picture-{reason}")


def viewport(asked: str, usual: int) -> int:
    """
    Return the longer side of ``viewport=width,height`` (PS3.18, 8.3.5.1.3); raises Invalid.

    >>> viewport("256,192", 1024), viewport("", 1024)
    (256, 1024)
    """
    if not asked:
        return usual
    sides = asked.split(",")[:2]
    if not all(each.isascii() and each.isdigit() and int(each[:6]) > 0 for each in sides):
        raise Invalid("viewport is width,height in pixels", code="bad-query")
    return max(int(each[:6]) for each in sides)
