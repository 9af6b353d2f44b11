"""
Letters: plain text in both languages, Japanese first, then English below a rule.

Each line of a template is a paragraph, and the first one the subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.web import pages
from chalicelib.web.languages import LANGUAGES

RULE = "-" * 40


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def written(template: str, **values: Any) -> Letter:
    """Return the letter that *template* makes of *values*."""
    subjects, texts = [], []
    for language in LANGUAGES:
        subject, *paragraphs = _lines(template, language, values)
        subjects.append(subject)
        texts.append("\n\n".join(paragraphs))
    return Letter(" / ".join(subjects), f"\n\n{RULE}\n\n".join(texts) + "\n")


def _lines(template: str, language: str, values: dict[str, Any]) -> list[str]:
    filled = pages.plain(template, language, **values)
    return [line.strip() for line in filled.splitlines() if line.strip()]
