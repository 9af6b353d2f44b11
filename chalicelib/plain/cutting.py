"""
Where a long English sentence may be cut in two without changing what it says.

A part is cut off where it has a subject and a verb of its own, so that no negation and no doubt of
the first part reaches into it.  In doubt nothing is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.plain import joints
from chalicelib.plain.checking import facts

_LONG = 9  # words, from which on cutting helps
_LEAST = 3  # words of a part
_TOO_LONG = 2_000  # characters: nobody writes such a sentence


class Part(NamedTuple):
    """
    A part of a sentence, [start, end) of it.

    Attributes:
        skip: How many characters at its start are the joint, which the part goes without.
        lead: What it begins with instead.
    """

    start: int
    end: int
    skip: int = 0
    lead: str = ""


def parts(sentence: str, whole: Sequence[tuple[int, int]] = ()) -> list[Part]:
    """
    Return the parts of a *sentence*, in order and without gap.

    Args:
        whole: What is not to be cut, [start, end) each: phrases that mean something as they are.
    """
    if len(sentence) > _TOO_LONG:
        return [Part(0, len(sentence))]
    if _is_list(sentence):
        return _listed(sentence)
    kept = frozenset(place for start, end in whole for place in range(start + 1, end))
    first = joints.AFTER.match(sentence)
    if (
        first
        and not joints.NOT_PAST.search(sentence)
        and not joints.NEGATION.search(first["first"])
    ):
        rest = first.end()
        head = Part(0, rest, first.start("first"))
        return [head, *_cut(sentence, rest, "Then ", kept)]
    return _cut(sentence, 0, "", kept)


def _is_list(sentence: str) -> bool:
    """Whether things are named one after the other, and nothing is said of them."""
    told = (joints.FINITE, joints.NEGATION, joints.SCOPE)
    return ";" in sentence and not any(each.search(sentence) for each in told)


def _listed(sentence: str) -> list[Part]:
    found, start, skip = [], 0, 0
    for joint in re.finditer(r";\s*(?:and\s+)?(?=\w)", sentence):
        if not re.search(r"\w", sentence[start + skip : joint.start()]):
            continue
        found.append(Part(start, joint.start(), skip))
        start, skip = joint.start(), joint.end() - joint.start()
    return [*found, Part(start, len(sentence), skip)]


def _cut(sentence: str, start: int, lead: str, kept: frozenset[int]) -> list[Part]:
    found, skip = [], 0
    for joint in joints.JOINT.finditer(sentence, start):
        if joint.start() in kept:
            continue
        before, after = lead + sentence[start + skip : joint.start()], sentence[joint.end() :]
        following = _lead(joint, sentence, before)
        if following is None or not _is_safe(before, after, joint[0]):
            continue
        found.append(Part(start, joint.start(), skip, lead))
        start, skip, lead = joint.start(), joint.end() - joint.start(), following
    return [*found, Part(start, len(sentence), skip, lead)]


def _is_safe(before: str, after: str, joint: str) -> bool:
    """Whether both sides of a joint can stand by themselves, and mean what they meant together."""
    return (
        len((before + after).split()) >= _LONG
        and min(_words(before), _words(after)) >= _LEAST
        and before.count("(") == before.count(")")
        and bool(joints.FINITE.search(before))
        and not joints.SCOPE.search(before)
        and not _hangs(before, joint)
        and not (_is_bare(joint, after) and _reaches_over(before))
    )


def _hangs(before: str, joint: str) -> bool:
    """Whether *before* waits for what follows ("After he was asleep, ...")."""
    if joints.OPEN.search(before):
        return True
    if joint.strip() == "," and not joints.FINITE.search(re.split("[,;]", before)[-1]):
        return True  # "...; however, in the lower third, there were"
    return bool(joints.UNDER.match(before)) and not re.match(
        r"\s*,?\s*(?:and|but|so|however|;)", joint
    )


def _reaches_over(before: str) -> bool:
    """Whether a negation, or another subject, may reach into what has none of its own."""
    several = len(joints.FINITE.findall(before)) != 1 or joints.RELATIVE.search(before)
    return bool(several or joints.NEGATION.search(before))


def _is_bare(joint: str, after: str) -> bool:
    """Whether what follows has no subject of its own, or perhaps no verb."""
    return "which" in joint or not joints.OWN.match(after)


def _words(text: str) -> int:
    return len(text.split())


def _lead(joint: re.Match[str], sentence: str, before: str) -> str | None:
    """Return what the part behind the joint begins with; None if it cannot stand by itself."""
    word = joint[0].strip(" ,;\t").lower()
    after = sentence[joint.end() :]
    then = "then " if "then" in word.split() else ""
    contrast = "But " if word.startswith(("but", "however")) else ""
    if "which point" in word or "which time" in word:
        return "Then "
    if word == "which":
        return "These " if re.match(r"(?:were|are|have)\b", after) else "This "
    if joints.STANDS.match(after) or ";" in joint[0]:
        lead = contrast or ("So " if word.startswith("so") else "")
        return (lead + then).capitalize() if lead + then else ""
    subject = joints.SUBJECT.match(before)
    if not subject:
        return None
    return contrast + _repeated(subject, after, then)


def _repeated(subject: re.Match[str], after: str, then: str) -> str:
    name = re.sub(r"^An? ", "The ", subject[1])
    if facts(name):  # what it says of a side or a number is said once
        name = "They" if subject[2] in {"were", "are"} else "It"
    if re.match(r"(?:was|were|is|are|had|has|did|will|could)\b", after):
        return f"{name} {then}"
    return f"{name} {subject[2]} {then}"
