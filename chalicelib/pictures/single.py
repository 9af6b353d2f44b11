"""
One frame of a stored object at its own size, made while somebody waits for it.

The function that answers pages does it, and is held to that one's time and memory: so it is a
JPEG, not a WebP, which takes twenty times as long to write.
"""

from __future__ import annotations

import io
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from chalicelib import buckets
from chalicelib.archive.facts import Kind
from chalicelib.buckets import derived
from chalicelib.pictures.model import NotShown, Reason
from chalicelib.pictures.source import MOST_BYTES, Source

if TYPE_CHECKING:
    from chalicelib.pictures.film import Film

LONGEST = 4096  # pixels of the longer side
MOST_PIXELS = LONGEST * LONGEST  # of a frame that somebody waits for
QUALITY = 90
KEPT = 1  # open film in a function's memory, up to 64 MiB
MEDIA = "image/jpeg"


def frame(target_id: str, sha256: str, size_bytes: int, kind: Kind, number: int) -> str:
    """
    Return an address of frame *number*, from 1 on, that holds for some minutes.

    The caller has made sure that the target is the reader's, and committed the audit row.

    Raises:
        NotShown: It cannot be found or shown, and why.
    """
    film = opened(target_id, sha256, size_bytes, kind)
    if number > film.count:  # of a large film without a table the first alone is found
        raise NotShown(Reason.TOO_LARGE if size_bytes > MOST_BYTES else Reason.TRUNCATED)
    if film.width * film.height > MOST_PIXELS:
        raise NotShown(Reason.TOO_LARGE)
    key = derived.frame_key(target_id, sha256, number)
    derived.put_file(key, _written(film, number), MEDIA)
    return derived.signed_file(key, MEDIA)


@lru_cache(maxsize=KEPT)
def opened(target_id: str, sha256: str, size_bytes: int, kind: Kind) -> Film:
    """Return a film that is read as far as its frames were asked for; raises NotShown."""
    from chalicelib.pictures.film import film_of  # it imports Pillow, 30 ms of a cold start

    read = partial(buckets.range_or_nothing, buckets.object_key(target_id, sha256))
    return film_of(Source(read, size_bytes), kind)


def _written(film: Film, number: int) -> bytes:
    from chalicelib.pictures.shrinking import shrunk

    image = shrunk(film.frame(number - 1, LONGEST), LONGEST)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
