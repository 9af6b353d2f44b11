"""The rules as the provider sets them, and what they say of an inquiry."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import store
from chalicelib.inquiries.departments import rule_store, rules
from chalicelib.inquiries.departments import store as department_store
from chalicelib.inquiries.departments.rules import Rules
from chalicelib.inquiries.model import Department, Inquiry, What
from chalicelib.kernel.errors import Invalid


def read() -> Rules:
    """Return the rules as they were last set."""
    return rule_store.rules()


def save(caller: Caller, wanted: Rules) -> Rules:
    """
    Set the rules in place of the version they were made from; return them as they are now.

    Raises:
        Invalid: See :func:`rules.check`; or ``bad-department``: one they name is not there.
        Conflict: ``rules-changed``.
    """
    rules.check(wanted)
    there = {each.department_id for each in _departments().values() if not each.dissolved_at}
    if wanted.named - there:
        raise Invalid("choose departments that are there", code="bad-department")
    audit(caller, "set-inquiry-rules", "inquiry-rules")
    return rule_store.replace(wanted)


def department_for(inquiry: Inquiry) -> Department | None:
    """Return who is to answer an inquiry by the rules that hold now, or None."""
    departments = _departments()
    holding = rules.followed(rule_store.rules(), departments)
    messages = store.messages(inquiry.inquiry_id)
    asked = [each.text for each in messages if each.what in {What.INQUIRY, What.REPLY}]
    said = "\n".join([inquiry.subject, *asked])
    return departments.get(rules.department_for(holding, inquiry.kind, said))


def successor_of(department: Department, inquiry: Inquiry) -> Department | None:
    """Return who goes on with what a department had: its successor, or whom the rules say."""
    departments = _departments()
    successor = rules.living(department.department_id, departments)
    return departments[successor] if successor else department_for(inquiry)


def _departments() -> dict[str, Department]:
    return {each.department_id: each for each in department_store.departments()}
