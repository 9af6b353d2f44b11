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

from chalicelib.archive.model import RestoredFile
from chalicelib.buckets import discs
from chalicelib.buckets.media import MediaUpload
from chalicelib.discs.model import Order
from chalicelib.media.model import Entry, File
from chalicelib.media.planning import Plan
from chalicelib.media.tree import Placed
from chalicelib.offline import service as offline
from chalicelib.offline.model import Named, Wanted


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


def files(order: Order, plan: Plan, placed: Iterable[Placed]) -> Iterator[Named]:
    """Yield the files of the album that shows what is *placed* on a disc of the order."""
    ids_of = {
        share.number: share.examination.examination_id
        for disc in plan.discs
        for share in disc.shares
    }
    named = {each.place: _restored(each.file, ids_of[each.examination]) for each in placed}
    wanted = Wanted(order.facility_id, order.target_id, order.selection.as_of, order.language)
    return offline.files(wanted, named)


def _restored(file: File, examination_id: str) -> RestoredFile:
    return RestoredFile(
        path=file.path,
        sha256=file.sha256,
        size=file.size,
        examination_id=examination_id,
        backed_up_at="",
        modified_at="",
    )


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
