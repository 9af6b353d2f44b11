"""What kind of examination a report is of, where it says so."""

from __future__ import annotations

import re

from chalicelib.charts.model import Kind

_BEGINNING = 500  # characters, in which a report names its examination
_NAMES = {
    Kind.UPPER_GI: r"ogd|egd|gastroscop|gastroduodenoscop|upper (?:gi )?endoscop|上部消化管内視鏡",
    Kind.LOWER_GI: r"colonoscop|sigmoidoscop|下部消化管内視鏡|大腸内視鏡",
    Kind.BRONCHOSCOPY: r"bronchoscop|気管支鏡",
    Kind.CYSTOSCOPY: r"cystoscop|cystourethroscop|膀胱鏡",
    Kind.LARYNGOSCOPY: r"laryngoscop|喉頭鏡|喉頭内視鏡",
}
_PATTERNS = {kind: re.compile(names, re.IGNORECASE) for kind, names in _NAMES.items()}


def named(text: str) -> Kind:
    """Return the kind that *text* names at its beginning; other, if it names none or two."""
    found = [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]
    if len(found) == 1 and _PATTERNS[found[0]].search(text, 0, _BEGINNING):
        return found[0]
    return Kind.OTHER
