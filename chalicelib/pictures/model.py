"""What is known of an object's pictures: the words."""

from __future__ import annotations

from enum import StrEnum

import msgspec

RENDERER = 1  # one more whenever pictures come out better: what an older one made is made anew


class State(StrEnum):
    MADE = "made"
    NONE = "none"  # and why: see Reason


class Reason(StrEnum):
    """Why an object has no pictures."""

    NO_PICTURE = "no-picture"  # it holds none: a report, a plan, a text
    TOO_LARGE = "too-large"  # to be decoded within our bounds
    TRUNCATED = "truncated"  # ends before its pixels do
    UNSUPPORTED_SYNTAX = "unsupported-syntax"  # compressed in a way that we cannot undo
    UNSUPPORTED_PIXELS = "unsupported-pixels"  # samples or colours of a kind that we cannot show
    UNDECODABLE = "undecodable"  # says what it is, and is not


class NotShown(Exception):
    """There are no pictures of this, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Rendition(StrEnum):
    """A file that is made of an object."""

    THUMB = "thumb"  # 256 pixels, 8 KB at most
    VIEW = "view"  # 1024 pixels
    STRIP = "strip"  # frames side by side, where there are several


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """
    The pictures of one object, or why there are none.

    Attributes:
        width, height: Of the original, in pixels.
        frames: How many pictures were found in the original.
        sizes: Bytes of each rendition there is.
        made_by: The version of the renderer (see RENDERER).
    """

    sha256: str
    state: State
    reason: Reason | None = None
    width: int = 0
    height: int = 0
    frames: int = 0
    sizes: dict[Rendition, int] = {}
    made_by: int = RENDERER


class Shown(msgspec.Struct, frozen=True):
    """
    The pictures of one object for somebody who looks.

    Attributes:
        picture: What is known of them; None while they are being made.
        urls: Of each rendition there is, for some minutes.
    """

    picture: Picture | None = None
    urls: dict[Rendition, str] = {}

    @property
    def is_being_made(self) -> bool:
        return self.picture is None

    @property
    def reason(self) -> Reason | None:
        """Why there are none."""
        return self.picture.reason if self.picture else None

    @property
    def thumb(self) -> str:
        return self.urls.get(Rendition.THUMB, "")

    @property
    def view(self) -> str:
        return self.urls.get(Rendition.VIEW, "")

    @property
    def strip(self) -> str:
        return self.urls.get(Rendition.STRIP, "")
