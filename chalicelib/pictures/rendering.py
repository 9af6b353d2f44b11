"""From an object's bytes to the files that are shown of it.  Pure: no AWS, no clock."""

from __future__ import annotations

from PIL import Image

from chalicelib.archive.facts import Kind
from chalicelib.archive.inspection import Read
from chalicelib.pictures import shrinking
from chalicelib.pictures.film import Film, film_of
from chalicelib.pictures.model import NotShown, Picture, Rendition, State
from chalicelib.pictures.shrinking import STRIP_FRAMES, STRIP_PIXELS, VIEW_PIXELS
from chalicelib.pictures.source import Source

Files = dict[Rendition, bytes]


def rendered(sha256: str, read: Read, size_bytes: int, kind: Kind) -> tuple[Picture, Files]:
    """
    Return what is known of an object's pictures, and their files; none, and why, where it has none.

    No bytes make it raise, or take more time and memory than it should (see source.py, coded.py).
    """
    try:
        film = film_of(Source(read, size_bytes), kind)
        files = _files(film)
    except NotShown as not_shown:
        return Picture(sha256=sha256, state=State.NONE, reason=not_shown.reason), {}
    made = Picture(
        sha256=sha256,
        state=State.MADE,
        width=film.width,
        height=film.height,
        frames=film.count,
        sizes={name: len(file) for name, file in files.items()},
    )
    return made, files


def _files(film: Film) -> Files:
    view = shrinking.shrunk(film.frame(0, VIEW_PIXELS), VIEW_PIXELS)
    files = {Rendition.THUMB: shrinking.thumb_of(view), Rendition.VIEW: shrinking.view_of(view)}
    if film.count > 1:
        files[Rendition.STRIP] = shrinking.strip_of(_chosen(film, view))
    return files


def _chosen(film: Film, first: Image.Image) -> list[Image.Image]:
    """Return up to STRIP_FRAMES frames, evenly chosen; one that cannot be decoded is left out."""
    number = min(film.count, STRIP_FRAMES)
    chosen = [first]
    for each in range(1, number):
        try:
            chosen.append(film.frame(each * film.count // number, STRIP_PIXELS))
        except NotShown:
            continue
    return [shrinking.shrunk(each, STRIP_PIXELS) for each in chosen]
