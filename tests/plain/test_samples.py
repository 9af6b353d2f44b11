"""Whole reports (invented ones): what they become, and what the witness refuses of it, changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from chalicelib.plain import Sentence, convert, readability
from chalicelib.plain.checking import differences

pytestmark = pytest.mark.usefixtures("own_terms")

REPORTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "reports").glob("*.txt"))
}
Change = Callable[[str], Iterator[str]]


def swapped(pattern: str, by: Callable[[re.Match[str]], str]) -> Change:
    """Return what changes one place after the other where *pattern* fits."""

    def changes(text: str) -> Iterator[str]:
        for each in re.finditer(pattern, text, re.IGNORECASE):
            yield text[: each.start()] + by(each) + text[each.end() :]

    return changes


CHANGES: dict[str, Change] = {
    "a digit": swapped(r"\d", lambda each: str((int(each[0]) + 1) % 10)),
    "a unit": swapped(r"(?<=\d )mm\b|(?<=\d )cm\b", lambda _: "mL"),
    "a number gone": swapped(r"\b\d+(?:\.\d+)?\b", lambda _: "some"),
    "a side": swapped(
        r"\b(?:left|right)\b", lambda each: "right" if each[0].lower() == "left" else "left"
    ),
    "a side gone": swapped(r"\b(?:left|right|both)\b ?", lambda _: ""),
    "a negation gone": swapped(r"\b(?:no|not|without)\b ?", lambda _: ""),
    "a negation more": swapped(r"\b(?:was|were|is)\b", lambda each: f"{each[0]} not"),
    "a doubt gone": swapped(r"\b(?:possible|may|suspicious|likely|appeared) ?", lambda _: ""),
    "a doubt more": swapped(r"\b(?:was|were|is)\b", lambda each: f"{each[0]} possibly"),
    "history gone": swapped(r"\b(?:history of|earlier|previous|prior) ?", lambda _: ""),
    "a reassurance": swapped(r"\.$", lambda _: ", which is harmless."),
    "another reassurance": swapped(r"\.$", lambda _: ", with no sign of cancer."),
    "an alarm": swapped(r"\.$", lambda _: ", which is dangerous."),
}


def plain_sentences() -> Iterator[tuple[str, Sentence]]:
    for text in REPORTS.values():
        for each in convert(text).sentences:
            yield text[slice(*each.span)], each


@pytest.mark.parametrize("name", CHANGES)
def test_the_witness_refuses_every_changed_sentence(name: str) -> None:
    changed = [
        (source, mutant)
        for source, each in plain_sentences()
        for mutant in CHANGES[name](each.text)
    ]
    assert changed
    assert [each for each in changed if not differences(*each)] == []


def test_plain_words_say_what_the_reports_say() -> None:
    wrong = (differences(source, each.text) for source, each in plain_sentences())
    assert list(chain.from_iterable(wrong)) == []


def test_few_sentences_stay_as_they_were_written() -> None:
    told = [each for _, each in plain_sentences() if not each.heading]
    assert sum(each.fallback for each in told) <= len(told) / 10


@pytest.mark.parametrize("text", REPORTS.values(), ids=REPORTS)
def test_plain_words_read_more_easily(text: str) -> None:
    told = [each.text for each in convert(text).sentences if not each.heading]
    assert readability.grade(" ".join(told)) < readability.grade(text)
