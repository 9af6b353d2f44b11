"""Sentences that say no twice, or in an odd way: nobody but a person may put them otherwise."""

from __future__ import annotations

import re

_ODD = re.compile(
    r"\b(?:not|no|never|cannot)\b(?:(?!and|or|but|nor)[^.;,]){0,40}?\b(?:"
    r"un(?!der|til|less|ion|it|iform|eventful|ilateral)[a-z]{4,}"
    r"|in(?:conceivable|significant|frequent|appropriate|adequate)|impossible|improbable"
    r"|without|no|not|none|never|den(?:y|ied|ies)|lack|absence)\b"
    r"|\b(?:not only|not until|cannot be denied|nothing but|all but)\b",
    re.IGNORECASE,
)
_ODD_IN_JAPANESE = re.compile(
    r"ないと[はも](?:いえ|言え|限ら)|なく[はも]な|ないわけ|ないこと[はも]な|否め|ざるを[得え]|否定(?:は)?しな"
)


def is_odd(sentence: str) -> bool:
    """Whether *sentence* negates a negation, or negates less than it seems to."""
    return bool(_ODD.search(sentence) or _ODD_IN_JAPANESE.search(sentence))
