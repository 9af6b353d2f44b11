"""A text in plain words: sentences that know where they come from, and words explained."""

from __future__ import annotations

from typing import Literal

import msgspec

Language = Literal["en", "ja"]


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        source: Where it comes from: [start, end) in the text, or a field of the chart (findings/0).
        fallback: These are the doctor's own words: plain ones would not have said the same.
        heading: It names what follows.
    """

    text: str
    source: tuple[int, int] | str
    fallback: bool = False
    heading: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """Where it comes from in a text; nowhere, if it comes from a field."""
        return (0, 0) if isinstance(self.source, str) else self.source


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        known: The glossary explains it; otherwise the explanation says whom to ask.
    """

    term: str
    explanation: str
    known: bool = True


class Plain(msgspec.Struct, frozen=True, kw_only=True):
    sentences: tuple[Sentence, ...]
    terms: tuple[Explained, ...]
