"""Conversion is tested with a handful of terms of its own, whatever the glossary says today."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.plain import glossary, grades, japanese, lexicon, readings

OWN = Path(__file__).parent / "glossary"
READ_ONCE = (
    glossary.terms,
    glossary.scales,
    glossary.forms,
    glossary.grades,
    lexicon.entries,
    japanese.entries,
    grades.written,
    readings.readings,
)


def read_again() -> None:
    for each in READ_ONCE:
        each.cache_clear()


@pytest.fixture(scope="module")
def own_terms() -> Iterator[None]:
    """A handful of terms, in place of the glossary."""
    patch = pytest.MonkeyPatch()
    patch.setattr(glossary, "HERE", OWN)
    read_again()
    yield
    patch.undo()
    read_again()
