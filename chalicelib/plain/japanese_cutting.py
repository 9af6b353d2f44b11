"""
Where a long Japanese sentence may be cut in two without changing what it says.

It is cut behind what was seen or done, where no doubt, condition or reason of the other half may
reach over.  Both halves are told in the past, as the whole was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONG = 28  # characters, from which on cutting helps
_LEAST = 6  # characters of a part
_PAST = re.compile(r"(?:た|ました)[。]?$")
_REACHING = re.compile(
    r"疑|考え|思わ|可能性|示唆|否定|推定|なら|れば|場合|ため|よう|とき|時に|が、"
)
_JOINT = re.compile(
    r"(?<=を認め|みられ|見られ|施行し|を行い|採取し|切除し|確認し|観察し|挿入し|ており)、"
)
# How the first half ends in plain words, and how it ends there as a sentence of its own.
_ENDED = (
    ("があり", "がありました"),
    ("みられ", "みられました"),
    ("をして", "をしました"),
    ("していて", "していました"),
    ("ており", "ていました"),
    ("とって", "とりました"),
    ("たしかめて", "たしかめました"),
    ("みて", "みました"),
    ("いれて", "いれました"),
)


def parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of the sentence [start, end) of *text*, in order and without gap."""
    whole = text[start:end]
    if len(whole) > _LONG and _PAST.search(whole) and not _REACHING.search(whole):
        for joint in _JOINT.finditer(text, start, end):
            if joint.end() - start >= _LEAST and end - joint.end() >= _LEAST:
                yield start, joint.end()
                start = joint.end()
    yield start, end


def ended(text: str) -> str | None:
    """Return a first half in plain *text* as a sentence; None, if it cannot stand by itself."""
    for ending, past in _ENDED:
        if text.endswith(ending):
            return f"{text.removesuffix(ending)}{past}。"
    return None
