"""
Where a long English sentence may be cut in two without changing what it says.

A part is cut off where it has a subject and a verb of its own, so that no negation and no doubt of
the first part reaches into it.  In doubt nothing is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_LONG = 9  # words, from which on cutting helps
_LEAST = 3  # words of a part
_TOO_LONG = 2_000  # characters: nobody writes such a sentence
_FINITE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|did|does|will|could|can|would|should|may|might|appeared|seemed"
    r"|showed|revealed|demonstrated|went|came|became|underwent|felt|remained|began|tolerated|elected"
    r"|(?:I|[Ww]e|[Hh]e|[Ss]he|[Tt]hey|[Ii]t) (?:then |also |again )?"
    r"[a-z]+(?:ed|ew|ook|an|ut|ade))\b"
)
_SCOPE = re.compile(
    r"\b(?:that|whether|if|unless|until|suspicious|suspected|suggest\w*|possib\w+|probab\w+|likely|"
    r"consistent|concern\w*|questionable|rule out)\b|\?",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|without|neither|nor|none|den\w+|unable)\b", re.IGNORECASE
)
_SUBORDINATE = (
    r"(?:after|before|once|when|while|if|although|though|because|since|as|until|whether|unless"
    r"|upon|following|given|where|during|with)\b"
)
_UNDER = re.compile(rf"^\W*{_SUBORDINATE}", re.IGNORECASE)
# A subordinate clause stands at the end, and the main one has yet to come.
_OPEN = re.compile(
    rf"(?:^\W*|,\s*(?:and |but )?|\b(?:and|but) ){_SUBORDINATE}[^,]*$", re.IGNORECASE
)
_IS = (
    r"(?:was|were|is|are|had|has|have|did|will|could|can"
    r"|showed|revealed|demonstrated|appeared|remained)"
)
_DID = rf"(?:{_IS}|may|[a-z]{{2,}}ed|took|went|came|made|ran|put|saw|felt)"
_DETERMINER = (
    r"(?:the|a|an|this|these|his|her|its|their|both|all|some|any|no|multiple|several|two|one)"
)
_OWN_VERB = (
    rf"(?:{_DETERMINER}\s(?:[\w'#.\-]+\s){{1,6}}?{_IS}\b"
    r"|there\s(?:was|were|is|are|has|had|did)\b"
    rf"|(?:he|she|it|they|we|I|this|these)\s(?:[\w]+\s){{0,2}}?{_DID}\b)"
)
_PLACES = r"(?:to|into|through|over|under|with|from|for|down|up|out|in|using|by)"
_JOINT = re.compile(
    r";\s+(?:(?:however,?|but|and)\s+)?(?=\S)"
    rf"|\s*,?\s+(?:and|but|so)\s+(?:then\s+|also\s+|again\s+)?(?={_OWN_VERB})"
    rf"|\s*,\s*(?:however|then|at which point|at which time),?\s+(?={_OWN_VERB})"
    rf"|\s*,\s+(?={_OWN_VERB})"
    rf"|\s*,?\s+(?:and|but)\s+(?=(?:after|once|when)\s[^,.;]{{5,120}},\s+{_OWN_VERB})"
    r"|\s*,\s+which\s+(?=(?:was|were|is|are|had|has|showed|revealed|appeared|could|may)\b)"
    r"|\s*,?\s+(?:and|but)\s+(?:then\s+)?(?=(?:was|were|is|are|had|has|did|will|could)\b)"
    rf"|\s+and\s+(?:then\s+)?(?=[a-z]{{3,}}ed\s+{_PLACES}\b)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\W*(?:\d{1,2}[.)]\s+)?"
    r"(?:(He|She|It|They|We|I|This|These|The patient|This patient)"
    r"|(?:The|A|An|His|Her)(?: [\w'#\-]+){1,5}?)"
    r"(?: then| also| again)?\s+(was|were|is|are|had|has)\b"
)
_AFTER = re.compile(
    r"^(?P<word>After|Once)\s+(?P<first>[^,;.]{5,120}?\b(?:was|were|had been|had)\b[^,;.]{2,120})"
    rf",\s+(?={_OWN_VERB})",
    re.IGNORECASE,
)
_NOT_PAST = re.compile(r"\b(?:will|should|may|can|is|are|if|would)\b", re.IGNORECASE)


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
    kept = frozenset(place for start, end in whole for place in range(start + 1, end))
    first = _AFTER.match(sentence)
    if first and not _NOT_PAST.search(sentence) and not _NEGATION.search(first["first"]):
        rest = first.end()
        head = Part(0, rest, first.start("first"))
        return [head, *_cut(sentence, rest, "Then ", kept)]
    return _cut(sentence, 0, "", kept)


def _cut(sentence: str, start: int, lead: str, kept: frozenset[int]) -> list[Part]:
    found, skip = [], 0
    for joint in _JOINT.finditer(sentence, start):
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
        and bool(_FINITE.search(before))
        and not _SCOPE.search(before)
        and not _hangs(before, joint)
        and not (_is_bare(joint, after) and _reaches_over(before))
    )


def _hangs(before: str, joint: str) -> bool:
    """Whether *before* waits for what follows ("After he was asleep, ...")."""
    if _OPEN.search(before):
        return True
    return bool(_UNDER.match(before)) and not re.match(r"\s*,?\s*(?:and|but|so|however|;)", joint)


def _reaches_over(before: str) -> bool:
    """Whether a negation, or another subject, may reach into what has none of its own."""
    return bool(_NEGATION.search(before)) or len(_FINITE.findall(before)) != 1


def _is_bare(joint: str, after: str) -> bool:
    """Whether what follows has no subject of its own, or perhaps no verb."""
    return "which" in joint or not re.match(_OWN_VERB, after, re.IGNORECASE)


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
    if re.match(_OWN_VERB, after, re.IGNORECASE) or ";" in joint[0] or _UNDER.match(after):
        lead = contrast or ("So " if word.startswith("so") else "")
        return (lead + then).capitalize() if lead + then else ""
    subject = _SUBJECT.match(before)
    if not subject:
        return None
    return contrast + _repeated(subject, after, then)


def _repeated(subject: re.Match[str], after: str, then: str) -> str:
    plural = subject[2] in {"were", "are"}
    name = subject[1] or ("They" if plural else "It")
    if re.match(r"(?:was|were|is|are|had|has|did|will|could)\b", after):
        return f"{name} {then}"
    return f"{name} {subject[2]} {then}"
