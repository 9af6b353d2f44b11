"""
The organ drawings: five pictures, the places on each, and the words doctors have for them.

They lie in ``drawings``, each a .svg (what is within its <svg>) and a .tsv: a place a line, where
it is, and its words.  A place within another is written behind it: ``stomach/antrum``.  A drawing
faces the patient, so the patient's right is on the left of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.charts.model import Kind

HERE = Path(__file__).parent / "drawings"
WIDTH, HEIGHT = 360, 420
MIDDLE = WIDTH // 2
NAMES: Mapping[Kind, str] = {
    Kind.UPPER_GI: "upper-gi",
    Kind.LOWER_GI: "colon",
    Kind.BRONCHOSCOPY: "bronchi",
    Kind.CYSTOSCOPY: "bladder",
    Kind.LARYNGOSCOPY: "nose-larynx",
}
IGNORED = "-"  # stands for words that tell no place
MODIFIER = "+"
_SHORT = 3  # letters of an abbreviation, whose capitals count: S is the sigmoid colon, s is not
_DISTANCE = (
    r"(?:門歯列?|切歯列?|肛門縁?|AV)(?:より|から|\s)*\d+(?:\.\d+)?\s*(?:cm|㎝|センチ)?"
    r"|(?<![A-Za-z0-9])\d+(?:\.\d+)?(?:\s*(?:[-~〜]|to)\s*\d+(?:\.\d+)?)?\s*(?:cm|mm)"
    r"(?:\s+from\s+(?:the\s+)?(?:incisors|incisor teeth|teeth|anal verge|anus|AV))?"
)


class Point(msgspec.Struct, frozen=True):
    """A place on a drawing."""

    x: int
    y: int

    @property
    def side(self) -> str:
        """The patient's own side it is plainly on; empty near the middle."""
        if abs(self.x - MIDDLE) <= WIDTH // 9:
            return ""
        return "right" if self.x < MIDDLE else "left"


class Atlas(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        svg: The drawing.
        points: Where each region is that can be marked.
        meanings: What each word says: a region, a modifier (``+left``), or nothing (``-``).
        word: Finds the longest word at a place of a text, or a distance.
    """

    svg: str
    points: Mapping[str, Point]
    meanings: Mapping[str, str]
    word: re.Pattern[str]


@cache
def atlas(kind: Kind) -> Atlas | None:
    """Return the drawing for examinations of *kind*; there is none for others."""
    name = NAMES.get(kind)
    if name is None:
        return None
    rows = [*_rows("common"), *_rows(name)]  # the drawing's own words overrule
    meanings = {_key(word): region for region, _, words in rows for word in words}
    return Atlas(
        svg=(HERE / f"{name}.svg").read_text().strip(),
        points={region: point for region, point, _ in rows if point},
        meanings=meanings,
        word=_pattern(meanings),
    )


def folded(text: str) -> str:
    """Return *text* as words are compared: one width of letters, one form of 弯."""
    plain = unicodedata.normalize("NFKC", text)
    return re.sub("[彎湾]", "弯", plain)


def meaning(found: Atlas, word: str) -> str:
    """Return what a *word* says that ``word`` found; a distance says no place."""
    written = _spaced(word)
    return found.meanings.get(written) or found.meanings.get(written.lower(), IGNORED)


def _key(word: str) -> str:
    """Return a word as the table has it."""
    written = _spaced(folded(word))
    return written if _is_exact(written) else written.lower()


def _spaced(word: str) -> str:
    return " ".join(re.split(r"[\s\-]+", word))


def _is_exact(word: str) -> bool:
    return len(word) <= _SHORT and word != word.lower()


def _pattern(words: Mapping[str, str]) -> re.Pattern[str]:
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join((_DISTANCE, *map(_written, ordered))))


def _written(word: str) -> str:
    """Return what finds *word*: whole, if it is of Latin letters."""
    written = re.escape(word).replace(r"\ ", r"[\s\-]+")
    if not _is_exact(word):
        written = f"(?i:{written})"
    start = r"(?<![A-Za-z0-9])" if word[0].isascii() else ""
    end = r"(?![A-Za-z0-9])" if word[-1].isascii() else ""
    return start + written + end


def _rows(name: str) -> list[tuple[str, Point | None, list[str]]]:
    lines = (HERE / f"{name}.tsv").read_text().splitlines()
    return [_row(line) for line in lines if not line.startswith("#")]


def _row(line: str) -> tuple[str, Point | None, list[str]]:
    region, x, y, words = line.split("\t")
    point = Point(int(x), int(y)) if x else None
    return region, point, [each for each in words.split(", ") if each]
