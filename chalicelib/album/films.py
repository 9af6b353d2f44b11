"""A film of an open case, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.album.model import Picture
from chalicelib.archive.facts import Kind
from chalicelib.kernel.errors import NotFound
from chalicelib.pictures import single
from chalicelib.pictures.model import NotShown

MOST_MARKS = 8  # as many frames as a strip shows


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One frame, and how it is seen.

    Attributes:
        number: From 1 on.
        url: Where it is at its own size, for some minutes; empty where it cannot be shown.
        reason: Why not.
    """

    number: int
    url: str = ""
    reason: str = ""


def frame_of(target_id: str, picture: Picture, number: int) -> Frame:
    """
    Return frame *number* of *picture*, made now; raises NotFound beyond the last.

    The caller has committed the audit row.
    """
    if not 1 <= number <= picture.frames:
        raise NotFound("there is no such frame")
    kind = picture.facts.kind if picture.facts else Kind.OTHER
    try:
        url = single.frame(target_id, picture.sha256, picture.file.size, kind, number)
    except NotShown as not_shown:
        return Frame(number, reason=not_shown.reason.value)
    return Frame(number, url)


def marks(count: int) -> list[int]:
    """
    Return the numbers of the frames that a strip of *count* shows, evenly chosen.

    >>> marks(3), marks(64)
    ([1, 2, 3], [1, 9, 17, 25, 33, 41, 49, 57])
    """
    chosen = min(count, MOST_MARKS)
    return [each * count // chosen + 1 for each in range(chosen)]
