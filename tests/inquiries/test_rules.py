"""Rules that route inquiries by kind and words."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.inquiries.departments import ruling
from chalicelib.inquiries.departments.rules import Rule, Rules, check, department_for
from chalicelib.inquiries.model import InquiryKind
from chalicelib.kernel.errors import Conflict, Invalid
from tests.inquiries.desk_scene import OPERATOR, a_department, ruled


def rule(department_id: str = "d-1", **changes: Any) -> Rule:
    return Rule(department_id=department_id, **changes)


def test_the_first_rule_that_fits_decides() -> None:
    rules = Rules(rules=[rule("d-1", words=["invoice"]), rule("d-2", kind="billing")])
    assert department_for(rules, InquiryKind.BILLING, "Invoice of May") == "d-1"
    assert department_for(rules, InquiryKind.BILLING, "May") == "d-2"


def test_kind_and_words_must_both_fit() -> None:
    rules = Rules(rules=[rule(kind="fault", words=["dark"])], default_department_id="d-9")
    assert department_for(rules, InquiryKind.FAULT, "A dark picture") == "d-1"
    assert department_for(rules, InquiryKind.WISH, "A dark picture") == "d-9"
    assert department_for(rules, InquiryKind.FAULT, "A bright picture") == "d-9"


@pytest.mark.parametrize(
    ("word", "text", "stands"),
    [
        ("請求", "今月の請求書について", True),
        ("ｴﾗｰ", "エラーが出ます", True),
        ("INVOICE", "two invoices", True),
        ("fee", "coffee", False),
        ("fee", "月額fee", True),
        ("a.c", "abc", False),
        ("out of  paper", "It is OUT OF\npaper.", True),
    ],
)
def test_words_are_found_however_they_are_written(word: str, text: str, stands: bool) -> None:  # noqa: FBT001
    assert (
        department_for(Rules(rules=[rule(words=[word])]), InquiryKind.OTHER, text) == "d-1"
    ) == stands


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (Rules(period_minutes=0), "bad-period"),
        (Rules(period_minutes=1_441), "bad-period"),
        (Rules(rules=[rule()]), "empty-rule"),
        (Rules(rules=[rule(kind="joke")]), "bad-kind"),
        (Rules(rules=[rule(words=["　"])]), "bad-words"),
        (Rules(rules=[rule(words=["x"] * 21)]), "bad-words"),
        (Rules(rules=[rule(kind="wish")] * 51), "too-many-rules"),
    ],
)
def test_what_is_no_rule_is_refused(rules: Rules, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(rules)
    assert refused.value.code == code


@pytest.mark.usefixtures("aws")
def test_who_saves_rules_that_somebody_changed_meanwhile_is_told() -> None:
    department = a_department()
    ruled(rule(department.department_id, kind="wish"))
    with pytest.raises(Conflict):
        ruling.save(OPERATOR, Rules(version=0))


@pytest.mark.usefixtures("aws")
def test_rules_name_departments_that_are_there() -> None:
    with pytest.raises(Invalid):
        ruling.save(OPERATOR, Rules(rules=[rule(kind="wish")]))
