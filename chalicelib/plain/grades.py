"""Grades of classifications in a text: they stay as they are written, and are explained."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.plain import glossary
from chalicelib.plain.model import Explained, Language


def places(text: str) -> list[tuple[int, int]]:
    """Return where grades stand in *text*, [start, end) each."""
    pattern = written()
    return [each.span() for each in pattern.finditer(text)] if pattern else []


def explained(text: str, language: Language) -> list[Explained]:
    """Return what the grades in *text* mean, each with its direction, once."""
    found: dict[str, Explained] = {}
    for start, end in places(text):
        form = text[start:end]
        scale, grade = glossary.grades()[form]
        told, name = grade.told(language), scale.told(language).name
        means, way = told.plain.rstrip(".。"), told.direction.rstrip(".。")
        said = f"{name}: {means}; {way}." if language == "en" else f"{name}:{means}。{way}。"
        found.setdefault(form, Explained(term=form, explanation=said))
    return list(found.values())


@cache
def written() -> re.Pattern[str] | None:
    """Return the pattern of every grade; None while there are none."""
    forms = sorted(glossary.grades(), key=len, reverse=True)
    joined = "|".join(map(re.escape, forms))
    return re.compile(rf"(?<![A-Za-z0-9_-])(?:{joined})(?![A-Za-z0-9_])") if forms else None
