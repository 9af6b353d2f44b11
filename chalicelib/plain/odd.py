"""Sentences that say no twice, or in an odd way: nobody but a person may put them otherwise."""

from __future__ import annotations

import re

_ODD = re.compile(
    r"\b(?:not|no|never|cannot)\b(?:(?!and|or|but|nor)[^.;,]){0,40}?\b(?:un(?!der|til|less|ion|it|iform|eventful|ilateral|able)[a-z]{4,}|in(?:conceivable|significant|frequent|appropriate|adequate)"
    r"|impossible|improbable|without|no|not|none|never|den(?:y|ied|ies)|lack|absence)\b"
    r"|\bnot only\b|\bnot until\b|\bneither\b|\bcannot be denied\b|\bnothing but\b|\ball but\b",
    re.IGNORECASE,
)


def is_odd(sentence: str) -> bool:
    """Whether *sentence* negates a negation, or negates less than it seems to."""
    return _ODD.search(sentence) is not None
