"""
The glossary: doctors' words with plain ones, and scales explained, in English and in Japanese.

The words lie beside this file, a term a line in ``terms`` and a scale a line in ``scales``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Language = Literal["en", "ja"]
Kind = Literal[
    "abbreviation",
    "anatomy",
    "descriptor",
    "device",
    "diagnosis",
    "finding",
    "general",
    "medicine",
    "procedure",
    "unit",
]
Better = Literal["lower", "higher", "none"]
HERE = Path(__file__).parent


class _Line(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What stands in a line: a misspelt field is an error, not a default."""


class _Told(_Line, frozen=True, kw_only=True):
    """
    A term in one language.

    Attributes:
        named: Every form that names the term, with what stands for it in the same grammatical
            place; a form that stands for itself is explained and not replaced.  ``words`` in JSON.
        also: Forms of related things: what stands for each of them explains it, too.
        short: What the term is, in a sentence.
        more: Two or three sentences for who wants to know more.
    """

    named: dict[str, str] = msgspec.field(name="words")
    short: str
    more: str = ""
    also: dict[str, str] = {}

    @property
    def words(self) -> dict[str, str]:
        """Every form with what stands for it; those that name the term come first."""
        return self.named | self.also

    def _aside(self, form: str) -> str:
        """Return what stands for a related *form*: of "bcg (bladder drug)" the drug."""
        said, _, aside = self.also[form].partition("(")
        return aside.removesuffix(")") if said.strip() == form else self.also[form]


class English(_Told, frozen=True, kw_only=True):
    """
    A term in English; its forms are in lower case.

    Attributes:
        aloud: How to say the first of them.
    """

    aloud: str = ""

    def meaning(self, form: str) -> str:
        """Return what *form* means, in a sentence."""
        return f"It means: {self._aside(form)}." if form in self.also else self.short


class Japanese(_Told, frozen=True, kw_only=True):
    """
    A term in Japanese.

    Attributes:
        reading: The first of its forms, in kana.
    """

    reading: str

    @property
    def aloud(self) -> str:
        """How to say it: as it is read."""
        return self.reading

    def meaning(self, form: str) -> str:
        """Return what *form* means, in a sentence."""
        return f"「{self._aside(form)}」という意味です。" if form in self.also else self.short


class Term(_Line, frozen=True):
    """
    One thing that doctors write of.

    Attributes:
        organs: Where it is met; none means anywhere.
        ambiguous: Its forms mean other things elsewhere: they are shown as they stand.
        needs: The kinds of examination in which an ambiguous term is sure after all.
    """

    id: str
    kind: Kind
    organs: tuple[str, ...]
    en: English
    ja: Japanese
    ambiguous: bool = False
    needs: tuple[str, ...] = ()

    def told(self, language: Language) -> English | Japanese:
        """Return the term's words and what they mean, in *language*."""
        return self.en if language == "en" else self.ja

    def is_sure(self, examination: str) -> bool:
        """Whether its forms mean this in a chart of that kind of *examination*."""
        return not self.ambiguous or examination in self.needs


class Name(_Line, frozen=True):
    name: str
    short: str


class Meaning(_Line, frozen=True):
    """
    Attributes:
        plain: What the grade says.
        direction: Where it stands on its scale: which end is worse, or that none is.
    """

    plain: str
    direction: str


class Grade(_Line, frozen=True):
    """
    Attributes:
        forms: How it is written; each names the scale or cannot be anything else.
        rank: Its place on the scale, from 0; grades may share one.
    """

    code: str
    forms: tuple[str, ...]
    rank: int
    en: Meaning
    ja: Meaning

    def told(self, language: Language) -> Meaning:
        """Return what the grade says, in *language*."""
        return self.en if language == "en" else self.ja


class Scale(_Line, frozen=True):
    """
    A classification.

    Attributes:
        better: Which end of the ranks is better for the patient; none where it only describes.
    """

    id: str
    organs: tuple[str, ...]
    better: Better
    en: Name
    ja: Name
    grades: tuple[Grade, ...]

    def told(self, language: Language) -> Name:
        """Return the scale's name and what it is for, in *language*."""
        return self.en if language == "en" else self.ja


@cache
def terms() -> tuple[Term, ...]:
    """Return every term of the glossary."""
    return tuple(term for each in _files("terms") for term in _TERM.decode_lines(each))


@cache
def scales() -> tuple[Scale, ...]:
    """Return every scale."""
    return tuple(scale for each in _files("scales") for scale in _SCALE.decode_lines(each))


@cache
def forms(language: Language) -> dict[str, Term]:
    """Return whose each form is, in *language*; those of ambiguous terms too."""
    return {form: term for term in terms() for form in term.told(language).words}


@cache
def grades() -> dict[str, tuple[Scale, Grade]]:
    """Return what each form of a grade stands for; they are written alike in both languages."""
    return {
        form: (scale, grade) for scale in scales() for grade in scale.grades for form in grade.forms
    }


def _files(folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((HERE / folder).glob("*.jsonl"))]


_TERM = msgspec.json.Decoder(Term)
_SCALE = msgspec.json.Decoder(Scale)
