"""The rules by which inquiries go to departments, and how often they are collected."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries.departments import rule_forms, rules, ruling
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.departments.rule_forms import TypedRules
from chalicelib.inquiries.departments.rules import Rules
from chalicelib.inquiries.model import InquiryKind
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web import links

RULES = "/portal/inquiry-rules"

pages = PageRoutes(__name__)


@pages.on("GET", RULES, Operation.MANAGE_DEPARTMENTS)
def show_rules(visit: Visit) -> Response:
    """Show the rules in their order."""
    return _page(visit, rule_forms.of(ruling.read()))


@pages.on("POST", RULES, Operation.MANAGE_DEPARTMENTS)
def change_rules(visit: Visit) -> Response:
    """Save the rules; or move one, add one or take one away, and go on."""
    typed, step = rule_forms.read(visit.form), visit.form.get("step", "")
    if step:
        return _page(visit, rule_forms.stepped(typed, step), is_changed=True)
    typed = typed.without_empty()
    try:
        ruling.save(visit.caller, typed.meant())
    except Invalid as refused:
        return _page(visit, typed, refused=refused)
    except Conflict as refused:  # saved again, what is typed takes the place of the others' rules
        now = ruling.read().version
        return _page(visit, typed.made_from(now), refused=refused)
    return visit.redirect(links.with_query(RULES, done="saved"))


def _page(
    visit: Visit,
    typed: TypedRules,
    *,
    is_changed: bool = False,
    refused: HokanError | None = None,
) -> Response:
    return visit.page(
        "inquiries/rules.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        wrong=_wrong(typed) if refused else {},
        typed=typed,
        is_changed=is_changed,
        kinds=list(InquiryKind),
        departments=departments.every(dissolved=True),
        most=rules.MOST_RULES,
        done=visit.asked("done"),
    )


def _wrong(typed: TypedRules) -> dict[int, str]:
    """Return what is wrong with each rule by itself, by its place."""
    there = {each.department_id for each in departments.every()}
    found = {
        place: _code(Rules(rules=[each]), there) for place, each in enumerate(typed.meant().rules)
    }
    return {place: code for place, code in found.items() if code}


def _code(alone: Rules, there: set[str]) -> str:
    try:
        rules.check(alone)
    except Invalid as refused:
        return refused.code
    return "bad-department" if alone.named - there else ""
