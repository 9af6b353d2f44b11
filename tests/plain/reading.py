"""How the tests read the glossary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.plain import glossary
from chalicelib.plain.glossary import Term, terms

ORGANS = {
    "airway", "anus", "bile-duct", "bladder", "colon", "duodenum", "esophagus", "heart", "kidney",
    "larynx", "liver", "lung", "mouth", "nose", "pancreas", "prostate", "rectum", "small-bowel",
    "stomach", "throat", "ureter", "urethra",
}  # fmt: skip
REASSURING = re.compile(
    r"\b(safe|harmless|nothing to worry|don't worry|no danger|fortunately)", re.IGNORECASE
)
SOOTHING_JA = re.compile(r"安心|心配|異常なし|大丈夫|安全|無害|問題ありません")


def each_word(language: glossary.Language) -> Iterator[tuple[Term, str, str]]:
    """Yield every form with what stands for it, and its term."""
    for term in terms():
        for form, plain in term.told(language).words.items():
            yield term, form, plain


def replaced(language: glossary.Language) -> Iterator[tuple[Term, str, str]]:
    """Yield the forms that do not stand for themselves."""
    return (each for each in each_word(language) if each[1] != each[2])


def texts(term: Term, language: glossary.Language) -> str:
    told = term.told(language)
    return f"{told.short} {told.more}"
