"""
The pictures of a chart within a document, which has to stay readable when no address holds.

They are those that are made by then: a document made later may have more, never others.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass

from chalicelib.archive.model import Examination
from chalicelib.buckets import derived
from chalicelib.charts import pictures
from chalicelib.charts.model import Chart
from chalicelib.kernel.errors import NotFound
from chalicelib.pictures import store
from chalicelib.pictures.model import Picture, Rendition, Shown


@dataclass(frozen=True, slots=True)
class Held:
    """
    A picture that a document holds.

    Attributes:
        picture: What is known of it; None while nobody has made it.
        body: Its file; empty where there is none.
    """

    name: str
    picture: Picture | None
    body: bytes

    @property
    def shown(self) -> Shown:
        """The picture as a page takes it, its bytes in place of an address."""
        urls = {Rendition.THUMB: _uri(self.body)} if self.body else {}
        return Shown(self.picture, urls)


def held(examination: Examination, chart: Chart, most_bytes: int) -> dict[str, Held]:
    """Return the pictures of *chart*: large while all fit into *most_bytes*, or else small."""
    digests = [each.sha256 for each in chart.images]
    if not digests:
        return {}
    own = {each.sha256: pictures.name_of(each) for each in pictures.files(examination)}
    known = store.of(examination.target_id, [each for each in digests if each in own])
    rendition = _largest(known.values(), most_bytes)
    found = {}
    for each in digests:
        if each in own:
            picture = known.get(each)
            body = _body(examination.target_id, picture, rendition) if picture else b""
            found[each] = Held(own[each], picture, body)
    return found


def _largest(found: Collection[Picture], most_bytes: int) -> Rendition:
    whole = sum(each.sizes.get(Rendition.VIEW, 0) for each in found)
    return Rendition.VIEW if whole <= most_bytes else Rendition.THUMB


def _body(target_id: str, picture: Picture, rendition: Rendition) -> bytes:
    """Return a rendition's file; nothing where there is none, or it has to be made again."""
    if rendition not in picture.sizes:
        return b""
    try:
        return derived.read_file(derived.key(target_id, picture.sha256, rendition))
    except NotFound:
        return b""


def _uri(body: bytes) -> str:
    return f"data:{derived.CONTENT_TYPE};base64,{b64encode(body).decode()}"
