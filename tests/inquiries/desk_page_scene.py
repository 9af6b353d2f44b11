"""A department's desk and the provider's settings of it, as browsers find them, on moto."""

from __future__ import annotations

from chalicelib.access.model import Role
from chalicelib.inquiries import store
from chalicelib.inquiries.model import Department, Inquiry
from tests.inquiries.desk_scene import CLERK, OPERATOR, a_department, employed, with_department
from tests.support.visitor import Answer, Texts, Visitor, signed_in

DESK = "/portal/desk"
DEPARTMENTS = "/portal/departments"
RULES = "/portal/inquiry-rules"


def said(answer: Answer) -> str:
    return " ".join(text for _, text in Texts(answer.text).said)


def at_desk(*where: Department, language: str = "en") -> Visitor:
    """Return the browser of somebody who works in departments."""
    employed(CLERK, *where)
    visitor = signed_in(Role.CLERK)
    visitor.language = language
    return visitor


def operator_at(*where: Department, language: str = "en") -> Visitor:
    """Return the browser of an operator, who may work in departments, too."""
    employed(OPERATOR, *where)
    visitor = signed_in(Role.OPERATOR)
    visitor.language = language
    return visitor


class Desk:
    """A department with an inquiry, somebody who works there, and another department."""

    def __init__(self, language: str = "en") -> None:
        self.department, self.other = a_department(), a_department("Billing")
        self.inquiry_id = with_department(self.department).inquiry_id
        self.clerk = at_desk(self.department, language=language)
        self.path = f"{DESK}/{self.inquiry_id}"

    def opened(self) -> Answer:
        return self.clerk.get(self.path)

    def does(self, what: str, **typed: str) -> Answer:
        """Let the clerk send a form of the inquiry's page, which they have just opened."""
        version = str(self.now.version)
        self.opened()
        return self.clerk.send(f"{self.path}/{what}", seen=version, **typed)

    @property
    def now(self) -> Inquiry:
        return store.inquiry(self.inquiry_id)
