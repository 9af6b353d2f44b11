"""The active voice where it is certain who did it: a scope is moved by the doctor who looks."""

from __future__ import annotations

import re

_VERBS = {"withdrawn": "pulled back", "removed": "took out", "advanced": "moved"}
_PUT = frozenset({"inserted", "introduced"})
_MOVED = re.compile(
    r"^(?P<article>The|A|An) (?P<scope>(?:[\w#.\-]+ ){0,4}?[a-z]*scope) (?:was|were) "
    r"(?P<how>(?:then |again |also |"
    r"slowly |gently |carefully |easily |next |now )*)"
    r"(?P<verb>advanced|passed|inserted|introduced|placed|"
    r"withdrawn|removed)\b(?P<rest>[^;]*)$"
)
_BY = re.compile(
    r"\b(?:by|not|was|were|had|and|as|while|then|but)\b|,"
)  # somebody else, or something else, may come in


def active(text: str) -> str:
    """Return *text* as "The doctor moved the scope ...", where it says that the scope was moved."""
    moved = _MOVED.match(text)
    if not moved or _BY.search(moved["rest"]):
        return text
    scope = f"{moved['article'].lower()} {moved['scope']}"
    return f"The doctor {moved['how']}{_verb(moved)} {scope}{moved['rest']}"


def _verb(moved: re.Match[str]) -> str:
    verb = moved["verb"]
    if verb in _PUT:
        return "put" if re.match(r" (?:into|through|in|to)\b", moved["rest"]) else "put in"
    return _VERBS.get(verb, verb)
