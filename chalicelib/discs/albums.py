"""
The album of a disc, made once and kept beside its image.

Pictures and charts may change between two runs, and the image must not: so what the first run
made is what every other one reads.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

import msgspec

from chalicelib.buckets import discs
from chalicelib.buckets.media import MediaUpload
from chalicelib.media.model import Entry
from chalicelib.offline.model import Named


class _Kept(msgspec.Struct, frozen=True):
    """A file of the album: its name, and where in the kept bytes it is."""

    name: str
    offset: int
    size: int
    sha256: str


class _Album(msgspec.Struct, frozen=True):
    """Attributes: key: of the bytes of all files, one after the other."""

    key: str
    files: list[_Kept]


def entries(place: str, maker: str, make: Callable[[], Iterable[Named]]) -> list[Entry]:
    """
    Return the files of the album kept at *place*, which are made if they are not there.

    Args:
        maker: Who makes them: two at once do not write over each other, and the first one counts.
    """
    listed = f"{place}.json"
    if discs.read(listed) is None:
        key = f"{place}-{maker}"
        found = _Album(key, list(_written(key, make())))
        discs.put_once(listed, msgspec.json.encode(found))
    album = msgspec.json.decode(discs.read(listed) or b"", type=_Album)
    return [_entry(album.key, each) for each in album.files]


def _written(key: str, files: Iterable[Named]) -> Iterator[_Kept]:
    with MediaUpload(key) as upload:
        for name, body in files:
            yield _Kept(name, upload.size_bytes, len(body), hashlib.sha256(body).hexdigest())
            upload.write(body)
        upload.complete()


def _entry(key: str, kept: _Kept) -> Entry:
    def opened() -> BinaryIO:
        return io.BytesIO(discs.read_range(key, kept.offset, kept.size) if kept.size else b"")

    return Entry(kept.name, kept.size, kept.sha256, opened)
