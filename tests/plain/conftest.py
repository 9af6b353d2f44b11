"""Conversion is tested with a handful of terms of its own, whatever the glossary says today."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chalicelib.plain import glossary, grades, japanese_lexicon, lexicon, readings

OWN = Path(__file__).parent / "glossary"
MADE_OF_IT = (lexicon.entries, japanese_lexicon.entries, grades.written, readings.readings)


def made_anew() -> None:
    for each in MADE_OF_IT:
        each.cache_clear()


@pytest.fixture(scope="module")
def own_terms() -> Iterator[None]:
    """A handful of terms, in place of the glossary."""
    patch = pytest.MonkeyPatch()
    patch.setattr(glossary, "HERE", OWN)
    for name in ("terms", "scales", "forms", "grades"):  # the real ones keep what they have read
        patch.setattr(glossary, name, cache(getattr(glossary, name).__wrapped__))
    made_anew()
    yield
    patch.undo()
    made_anew()
