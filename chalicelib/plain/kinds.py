"""What kind of examination a report is of, where it says so."""

from __future__ import annotations

import re

from chalicelib.charts.model import Kind

_BEGINNING = 500  # characters, in which a report names its examination
_NAMES = {
    Kind.UPPER_GI: (
        r"ogd|egd|gastroscop|gastroduodenoscop|upper (?:gi )?endoscop"
        r"|上部(?:消化管|内視鏡)|胃カメラ|胃内視鏡"
    ),
    Kind.LOWER_GI: r"colonoscop|sigmoidoscop|下部(?:消化管|内視鏡)|大腸内視鏡|大腸カメラ",
    Kind.BRONCHOSCOPY: r"bronchoscop|気管支鏡",
    Kind.CYSTOSCOPY: r"cystoscop|cystourethroscop|膀胱鏡",
    Kind.LARYNGOSCOPY: r"laryngoscop|喉頭(?:鏡|内視鏡|ファイバ)|nasoendoscop",
}
_PATTERNS = {kind: re.compile(names, re.IGNORECASE) for kind, names in _NAMES.items()}


def named(text: str) -> Kind:
    """Return the kind that *text* names at its beginning; other, if it names none or two."""
    found = [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]
    if len(found) == 1 and _PATTERNS[found[0]].search(text, 0, _BEGINNING):
        return found[0]
    return Kind.OTHER
