"""
Where a long Japanese sentence may be cut in two without changing what it says.

It is cut behind what was seen or done, where no doubt, condition or reason of the other half may
reach over.  The first half is told in the past where the whole was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONG = 28  # characters, from which on cutting helps
_LEAST = 6  # characters of a part
_PAST = re.compile(r"た。?$")
_VERB = re.compile(r"(?:[るたい]|ます)。?$")
_STOP = re.compile(r"[。\n]|$")
_REACHING = re.compile(
    r"考え|思わ|との|診断|判断|説明|可能性|否定|推定|なら|れば|場合|ため|よう|とき|時に"
)
_JOINT = re.compile(
    r"(?<=を認め|められ|みられ|見られ|施行し|を行い|採取し|切除し|確認し|観察し|挿入し|ており)、"
)
_TOLD = re.compile(r"(?:(?<=あり|なし)|(?<=認めず|られず))、")  # whatever the other half says
# How the first half ends in plain words, and as a sentence of its own: in the past, or now.
_ENDED = (
    ("があり", "がありました", "があります"),
    ("みられ", "みられました", "みられます"),
    ("をして", "をしました", "をします"),
    ("していて", "していました", "しています"),
    ("ており", "ていました", "ています"),
    ("とって", "とりました", "とります"),
    ("たしかめて", "たしかめました", "たしかめます"),
    ("みて", "みました", "みます"),
    ("いれて", "いれました", "いれます"),
)


def parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of the sentence [start, end) of *text*, in order and without gap."""
    whole = text[start:end]
    if len(whole) > _LONG and not _REACHING.search(whole):
        for joint in _joints(text, start, end):
            if joint - start >= _LEAST and end - joint >= _LEAST:
                yield start, joint
                start = joint
    yield start, end


def _joints(text: str, start: int, end: int) -> list[int]:
    found = [joint.end() for joint in _TOLD.finditer(text, start, end)]
    if _VERB.search(text[start:end]):
        found += [joint.end() for joint in _JOINT.finditer(text, start, end)]
    return sorted(found)


def ended(text: str, *, past: bool) -> str | None:
    """Return a first half in plain *text* as a sentence; None, if it cannot stand by itself."""
    for ending, was, now in _ENDED:
        if text.endswith(ending):
            return f"{text.removesuffix(ending)}{was if past else now}。"
    return None


def is_past(text: str, place: int) -> bool:
    """Whether the sentence of *text* that goes on at *place* ends in the past."""
    stop = _STOP.search(text, place)
    return bool(stop and _PAST.search(text[place : stop.start()].rstrip()))
