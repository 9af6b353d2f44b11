"""The pictures of an album, fetched some at a time: a request takes longer than all else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from chalicelib.buckets import derived
from chalicelib.kernel.errors import NotFound
from chalicelib.offline import names
from chalicelib.offline.model import Leaf, Named, Original, some_at_a_time
from chalicelib.telemetry import logger

AT_ONCE = 8


@dataclass
class Pictures:
    """
    The pictures of one album.

    Attributes:
        done: Digests whose files are in the album.
        lost: Digests that have a picture by the catalogue, and none in the bucket.
    """

    target_id: str
    done: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def files(self, leaves: Iterable[Leaf]) -> Iterator[Named]:
        """Yield the files of all pictures of *leaves* that are not in the album yet."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for some in some_at_a_time(self._wanted(leaves), AT_ONCE):
                for (original, rendition), body in zip(
                    some, pool.map(self._read, some), strict=True
                ):
                    if body is None:
                        self.lost.add(original.file.sha256)
                    else:
                        yield names.picture(original.number, rendition), body

    def known(self, leaf: Leaf) -> Leaf:
        """Return *leaf* without the pictures that turned out to be lost."""
        return replace(leaf, originals=[self._known(each) for each in leaf.originals])

    def _known(self, original: Original) -> Original:
        is_lost = original.file.sha256 in self.lost
        return replace(original, picture=None) if is_lost else original

    def _wanted(self, leaves: Iterable[Leaf]) -> Iterator[tuple[Original, str]]:
        for leaf in leaves:
            for original in leaf.shown:
                if original.picture and original.file.sha256 not in self.done:
                    self.done.add(original.file.sha256)
                    yield from ((original, name.value) for name in original.picture.sizes)

    def _read(self, wanted: tuple[Original, str]) -> bytes | None:
        original, rendition = wanted
        key = derived.key(self.target_id, original.file.sha256, rendition)
        try:
            return derived.read_file(key)
        except NotFound:
            logger.error("picture is not there", extra={"key": key})
            return None
