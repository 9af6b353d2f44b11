"""
A form of many fields, as typed and as meant.

Every wrong field is found, not only the first; each is named with a code that the templates say in
the reader's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeVar

from chalicelib.web.forms import one_line

WRONG_FIELDS = "wrong-fields"  # the code of a refusal that the fields tell themselves

S = TypeVar("S", bound=StrEnum)


@dataclass
class TypedForm:
    """
    A form's fields.

    Attributes:
        field_of: Where what the service refuses is shown, by its code.
        wrong: Of each field that cannot be meant, why not.
    """

    field_of: ClassVar[Mapping[str, str]] = {}

    fields: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    def refuse(self, code: str) -> None:
        """Note what the service refused; without a field of its own it concerns the whole form."""
        if code != WRONG_FIELDS:
            self.wrong[self.field_of.get(code, "")] = code

    @property
    def wrong_in_order(self) -> dict[str, str]:
        """What is wrong, in the order of the form; first what concerns all of it."""
        return {name: self.wrong[name] for name in ("", *self.fields) if name in self.wrong}

    def line(self, name: str) -> str:
        return one_line(self.fields[name])

    def one_of(self, name: str, choices: type[S]) -> S | None:
        """Return which of *choices* was ticked."""
        try:
            return choices(self.fields[name])
        except ValueError:
            self.wrong[name] = "choose"
            return None

    def whole(self, name: str, low: int, high: int, code: str) -> int:
        """Return a whole number between *low* and *high*; anything else is wrong by *code*."""
        plain = self.line(name).replace(",", "")
        if not (plain.isascii() and plain.isdigit() and low <= int(plain[:20]) <= high):
            self.wrong[name] = code
            return low
        return int(plain)
