"""The rules as they are typed: moved about, added to and taken away before they are saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from chalicelib.inquiries.departments.rules import MOST_RULES, Rule, Rules
from chalicelib.web.forms import one_line

_BETWEEN_WORDS = re.compile(r"[,、，;；\n]")


class TypedRule(msgspec.Struct, frozen=True):
    """
    Attributes:
        words: As they were typed, with commas between them.
    """

    kind: str = ""
    words: str = ""
    department_id: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.kind or self.words.strip() or self.department_id)


class TypedRules(msgspec.Struct, frozen=True):
    """
    Attributes:
        period: Minutes, as typed.
        version: Of the rules that the form was made from.
    """

    rules: list[TypedRule]
    default_department_id: str
    period: str
    version: int

    def meant(self) -> Rules:
        """Return the rules that are meant; a period that is no number is none that can be kept."""
        return Rules(
            rules=[_rule(each) for each in self.rules if not each.is_empty],
            default_department_id=self.default_department_id,
            period_minutes=_whole(self.period),
            version=self.version,
        )

    def without_empty(self) -> TypedRules:
        return self.with_rules([each for each in self.rules if not each.is_empty])

    def made_from(self, version: int) -> TypedRules:
        return msgspec.structs.replace(self, version=version)

    def with_rules(self, rules: list[TypedRule]) -> TypedRules:
        return msgspec.structs.replace(self, rules=rules)


def of(rules: Rules) -> TypedRules:
    """Return rules as they would have been typed."""
    return TypedRules(
        rules=[
            TypedRule(each.kind, ", ".join(each.words), each.department_id) for each in rules.rules
        ],
        default_department_id=rules.default_department_id,
        period=str(rules.period_minutes),
        version=rules.version,
    )


def read(fields: Mapping[str, str]) -> TypedRules:
    """Return what the fields of the form say."""
    count = min(_whole(fields.get("count", "")), MOST_RULES + 1)
    return TypedRules(
        rules=[_typed(fields, number) for number in range(count)],
        default_department_id=fields.get("default", ""),
        period=one_line(fields.get("period", "")),
        version=_whole(fields.get("version", "")),
    )


def stepped(typed: TypedRules, step: str) -> TypedRules:
    """
    Return the rules after a button was pressed: ``add``, ``up-2``, ``down-0``, ``remove-1``.

    Any other button, and a number that no rule has, change nothing.
    """
    what, _, number = step.partition("-")
    if what == "add":
        return typed.with_rules([*typed.rules, TypedRule()])
    place = _whole(number)
    if what not in STEPS or place >= len(typed.rules):
        return typed
    return typed.with_rules(STEPS[what](typed.rules, place))


def _up(rules: list[TypedRule], place: int) -> list[TypedRule]:
    return _swapped(rules, place - 1) if place else rules


def _down(rules: list[TypedRule], place: int) -> list[TypedRule]:
    return _swapped(rules, place) if place + 1 < len(rules) else rules


def _removed(rules: list[TypedRule], place: int) -> list[TypedRule]:
    return [*rules[:place], *rules[place + 1 :]]


def _swapped(rules: list[TypedRule], place: int) -> list[TypedRule]:
    """Return the rules with the one at *place* after the one that followed it."""
    first, second = rules[place : place + 2]
    return [*rules[:place], second, first, *rules[place + 2 :]]


STEPS: dict[str, Callable[[list[TypedRule], int], list[TypedRule]]] = {
    "up": _up,
    "down": _down,
    "remove": _removed,
}


def _typed(fields: Mapping[str, str], number: int) -> TypedRule:
    names = ("kind", "words", "department")
    return TypedRule(*(fields.get(f"{name}-{number}", "") for name in names))


def _rule(typed: TypedRule) -> Rule:
    words = [one_line(each) for each in _BETWEEN_WORDS.split(typed.words)]
    return Rule(
        kind=typed.kind,
        words=[each for each in words if each],
        department_id=typed.department_id,
    )


def _whole(text: str) -> int:
    """Return a whole number; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
