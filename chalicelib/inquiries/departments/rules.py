"""Which department an inquiry goes to: the first rule that fits it, else the default.  Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import msgspec

from chalicelib.inquiries.model import Department, InquiryKind
from chalicelib.kernel.errors import Invalid

MOST_RULES, MOST_WORDS, LONGEST_WORD = 50, 20, 50  # rules; words of one; characters
SHORTEST_PERIOD, LONGEST_PERIOD = 1, 1_440  # minutes


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Attributes:
        kind: What it is for; empty for every kind.
        words: One of them must stand in the subject or text; none need where there are none.
    """

    department_id: str
    kind: str = ""
    words: list[str] = []


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        default_department_id: Who gets what no rule fits; empty leaves it to the operator.
        period_minutes: How often inquiries are collected.
        version: Of what was read; 0 before anybody set any.
    """

    rules: list[Rule] = []
    default_department_id: str = ""
    period_minutes: int = 15
    version: int = 0

    @property
    def named(self) -> set[str]:
        """The departments they name."""
        return {each.department_id for each in self.rules} | ({self.default_department_id} - {""})


def department_for(rules: Rules, kind: InquiryKind, text: str) -> str:
    """
    Return the department for an inquiry of *kind* whose subject and text are *text*; or nothing.

    >>> rule = Rule(department_id="d-1", words=["ＦＥＥ", "請求"])
    >>> rules, other = Rules(rules=[rule]), InquiryKind.OTHER
    >>> [department_for(rules, other, each) for each in ("Fees?", "Coffee")]
    ['d-1', '']
    """
    told = _plain(text)
    fitting = (each for each in rules.rules if each.kind in {"", kind} and _stands(each, told))
    rule = next(fitting, None)
    return rule.department_id if rule else rules.default_department_id


def followed(rules: Rules, departments: Mapping[str, Department]) -> Rules:
    """
    Return the rules that hold: what went to a department that is no more goes to its successor.

    A rule whose department left none holds no more.
    """
    rerouted = [
        msgspec.structs.replace(each, department_id=living(each.department_id, departments))
        for each in rules.rules
    ]
    return msgspec.structs.replace(
        rules,
        rules=[each for each in rerouted if each.department_id],
        default_department_id=living(rules.default_department_id, departments),
    )


def living(department_id: str, departments: Mapping[str, Department]) -> str:
    """Return a department, or the one that goes on with what it had; empty where none does."""
    found = departments.get(department_id)
    while found and found.dissolved_at:
        found = departments.get(found.successor_id)
    return found.department_id if found else ""


def check(rules: Rules) -> None:
    """
    Let rules pass that can be kept.

    Raises:
        Invalid: ``bad-period``, ``too-many-rules``, ``bad-kind``, ``bad-words``, ``empty-rule``.
    """
    if not SHORTEST_PERIOD <= rules.period_minutes <= LONGEST_PERIOD:
        limits = f"{SHORTEST_PERIOD} to {LONGEST_PERIOD}"
        raise Invalid(f"inquiries are collected every {limits} minutes", code="bad-period")
    if len(rules.rules) > MOST_RULES:
        raise Invalid(f"there are at most {MOST_RULES} rules", code="too-many-rules")
    for each in rules.rules:
        _check_rule(each)


def _check_rule(rule: Rule) -> None:
    if rule.kind not in {"", *InquiryKind}:
        raise Invalid("a rule is for one of the kinds, or for all of them", code="bad-kind")
    if len(rule.words) > MOST_WORDS or any(not _is_word(each) for each in rule.words):
        limits = f"at most {MOST_WORDS} words of at most {LONGEST_WORD} characters"
        raise Invalid(f"a rule has {limits}", code="bad-words")
    if not rule.kind and not rule.words:
        raise Invalid("a rule names a kind, or words, or both", code="empty-rule")


def _is_word(word: str) -> bool:
    return bool(_plain(word)) and len(word) <= LONGEST_WORD


def _stands(rule: Rule, told: str) -> bool:
    return not rule.words or any(_begins(_plain(each), told) for each in rule.words)


def _begins(word: str, told: str) -> bool:
    """Whether a word, or one that begins with it, is told: Japanese has none, and needs none."""
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", word) else ""
    return re.search(before + re.escape(word), told) is not None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
