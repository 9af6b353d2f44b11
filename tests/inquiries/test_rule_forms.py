"""Rules as they are typed, moved about and taken away."""

from __future__ import annotations

import pytest

from chalicelib.inquiries.departments import rule_forms
from chalicelib.inquiries.departments.rule_forms import TypedRule, TypedRules
from chalicelib.inquiries.departments.rules import Rule, Rules


def typed(*words: str) -> TypedRules:
    return TypedRules([TypedRule("", each, "d-1") for each in words], "", "15", 0)


@pytest.mark.parametrize(
    ("step", "then"),
    [
        ("up-1", ["b", "a", "c"]),
        ("down-1", ["a", "c", "b"]),
        ("remove-1", ["a", "c"]),
        ("add", ["a", "b", "c", ""]),
        ("up-0", ["a", "b", "c"]),
        ("down-2", ["a", "b", "c"]),
        ("remove-3", ["a", "b", "c"]),
        ("leap-1", ["a", "b", "c"]),
    ],
)
def test_a_button_changes_the_order(step: str, then: list[str]) -> None:
    assert [each.words for each in rule_forms.stepped(typed("a", "b", "c"), step).rules] == then


def test_words_stand_between_commas_of_any_kind() -> None:
    assert typed(" one two ，三、four; ").meant().rules[0].words == ["one two", "三", "four"]


def test_rules_are_typed_as_they_are_read() -> None:
    rules = Rules(rules=[Rule(kind="fault", words=["a", "b"], department_id="d-1")], version=3)
    assert rule_forms.of(rules).meant() == rules
