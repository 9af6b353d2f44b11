"""
What changes the meaning of a plain sentence is noticed: over all invented reports, both languages.

Each plain sentence is changed as a bad rule might change it, and the witness is to refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from chalicelib.plain import Language, convert
from chalicelib.plain.checking import differences
from tests.plain.test_everyday_reports import ENGLISH, JAPANESE

Change = Callable[[str], Iterator[str]]


def exchanged(*pairs: tuple[str, str]) -> Change:
    """Return what puts the second of each pair in the place of the first, one at a time."""

    def changes(text: str) -> Iterator[str]:
        for pattern, by in pairs:
            for each in re.finditer(pattern, text, re.IGNORECASE):
                yield text[: each.start()] + each.expand(by) + text[each.end() :]

    return changes


ENGLISH_CHANGES: dict[str, Change] = {
    "a negation gone": exchanged((r"\b(?:no|not|without|never|neither|nil) ", "")),
    "a side changed": exchanged((r"\bleft\b", "right"), (r"\bright\b", "left")),
    "a unit changed": exchanged((r"(?<=\d)( ?)mm\b", r"\1cm"), (r"(?<=\d)( ?)cm\b", r"\1mm")),
    "a dose changed": exchanged((r"(?<=\d)( ?)mg\b", r"\1mcg"), (r"(?<=\d)( ?)cc\b", r"\1L")),
    "a doubt gone": exchanged(
        (r"\b(?:possible|may|likely|suspicious|suggestive|probable|unlikely|appeared) ", "")
    ),
    "history now": exchanged((r"\b(?:previously|prior|known|earlier|history of) ", "")),
    "a family's now": exchanged((r"\b(?:her mother|sister|his father|family)\b", "she")),
    "an instruction turned": exchanged(
        (r"\bstop\b", "continue"),
        (r"\bcontinue\b", "stop"),
        (r"\bhold\b", "start"),
        (r"\bavoid\b", "take"),
        (r"\bwithhold\b", "give"),
        (r"\bresume\b|\bstart again\b", "stop"),
        (r"\bnot to be stopped\b", "to be stopped"),
    ),
    "a condition gone": exchanged((r"\b(?:if|unless)\b ", "")),
    "upper and lower": exchanged((r"\bupper\b", "lower"), (r"\blower\b", "upper")),
    "another organ": exchanged(
        (r"\bfood pipe\b", "bladder"),
        (r"\bstomach\b", "large bowel"),
        (r"\blarge bowel\b", "stomach"),
        (r"\bbladder\b", "nose"),
    ),
    "before and after": exchanged((r"\bbefore\b", "after")),
    "larger and smaller": exchanged((r"\blarg(?:er|est)\b", "smaller")),
    "a reassurance": exchanged((r"\.$", ", which is harmless.")),
    "an alarm": exchanged((r"\.$", ", which is dangerous.")),
}
JAPANESE_CHANGES: dict[str, Change] = {
    "a negation gone": exchanged(
        ("はありません", "があります"), ("ていません", "ました"), ("なし(?!こり)", "あり")
    ),
    "a side changed": exchanged(("左", "右"), ("右", "左")),
    "a unit changed": exchanged((r"(?<=\d)mm", "cm"), (r"(?<=\d)cm", "mm")),
    "a doubt gone": exchanged(
        ("かもしれません", "です"),
        ("のうたがいがあります", "があります"),
        ("とおもわれます", "です"),
    ),
    "history now": exchanged(("これまでにかかった病気", "今の病気"), ("前の回", "今回")),
    "a family's now": exchanged((r"^父が", "")),
    "an instruction turned": exchanged(
        ("休む", "飲む"), ("続ける", "やめる"), ("さけて", "とって"), ("始める", "やめる")
    ),
    "a plan done": exchanged(
        (r"の予定(?:\(よてい\))?(?:です)?。", "をしました。"),
        (r"をする予定(?:\(よてい\))?。", "をしました。"),
    ),
    "another organ": exchanged(("胃の", "大腸の"), ("食道", "膀胱")),
    "a reassurance": exchanged(("。$", "。安心です。")),
    "an alarm": exchanged(("。$", "。危険です。")),
}
# Of a place that only the plain words name, the source cannot tell that it is another.
SAID = {
    "upper and lower": r"upper|lower",
    "another organ": r"esophag|stomach|gastr|colon|bowel|bladder|食道|胃",
}
CHANGES = [("en", name, each) for name, each in ENGLISH_CHANGES.items()] + [
    ("ja", name, each) for name, each in JAPANESE_CHANGES.items()
]


@cache
def pairs(language: Language) -> list[tuple[str, str]]:
    """Return each plain sentence in our words with its source."""
    texts = ENGLISH if language == "en" else JAPANESE
    return [
        (text[slice(*each.span)], each.text)
        for text in texts.values()
        for each in convert(text, language).sentences
        if not each.fallback and not each.heading
    ]


@pytest.mark.parametrize(
    ("language", "name", "change"), CHANGES, ids=[f"{each[0]}: {each[1]}" for each in CHANGES]
)
def test_a_changed_meaning_is_noticed(language: Language, name: str, change: Change) -> None:
    said = [each for each in pairs(language) if re.search(SAID.get(name, ""), each[0].lower())]
    changed = [(source, wrong) for source, plain in said for wrong in change(plain)]
    assert changed, name
    assert [each for each in changed if not differences(*each, language)] == []
