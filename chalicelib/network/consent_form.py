"""What a patient agreed to, as facility staff type it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from chalicelib.kernel.errors import Invalid
from chalicelib.network import consents
from chalicelib.network.consenting import Agreed
from chalicelib.network.model import Form, Scope
from chalicelib.web.typed import WRONG_FIELDS, TypedForm

FIELDS = ("to_whom", "facility", "scope", "starts_on", "last_on", "form", "given_on")


@dataclass
class ConsentForm(TypedForm):
    """The form, and which kinds or examinations were ticked."""

    field_of: ClassVar[Mapping[str, str]] = {
        "no-such-facility": "facility",
        "nothing-chosen": "scope",
        "ends-before-it-starts": "last_on",
        "longer-than-5-years": "last_on",
        "before-it-was-given": "starts_on",
        "given-later": "given_on",
    }

    kinds: tuple[str, ...] = ()
    examinations: tuple[str, ...] = ()

    @property
    def agreed(self) -> Agreed:
        """
        Return what was meant.

        Raises:
            Invalid: ``wrong-fields``: what is wrong with each stands in *wrong*.
        """
        scope, form = self.one_of("scope", Scope), self.one_of("form", Form)
        starts_on, last_on = self._day("starts_on"), self._day("last_on")
        given_on = self._day("given_on")
        to = self.fields["facility"] if self.fields["to_whom"] == "one" else ""
        if self.fields["to_whom"] not in {"any", "one"}:
            self.wrong["to_whom"] = "choose"
        elif self.fields["to_whom"] == "one" and not to:
            self.wrong["facility"] = "no-such-facility"
        if self.wrong or not (scope and form and starts_on and last_on and given_on):
            raise Invalid("some answers cannot be meant", code=WRONG_FIELDS)
        chosen = {Scope.KINDS: self.kinds, Scope.EXAMINATIONS: self.examinations}
        subjects = chosen.get(scope, ())
        return Agreed(to, scope, subjects, starts_on, last_on, form, given_on)

    def _day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.line(name))
        except ValueError:
            self.wrong[name] = "not-a-date"
            return None


def usual(today: date) -> ConsentForm:
    """Return the form as it is mostly wanted: everything, to everybody, on paper, for a year."""
    return ConsentForm(
        {
            "to_whom": "any",
            "facility": "",
            "scope": Scope.ALL,
            "starts_on": today.isoformat(),
            "last_on": consents.usual_last_day(today).isoformat(),
            "form": Form.PAPER,
            "given_on": today.isoformat(),
        }
    )


def typed(came_in: Mapping[str, str]) -> ConsentForm:
    """Return the form as it came in."""
    return ConsentForm(
        {name: came_in.get(name, "") for name in FIELDS},
        kinds=_ticked(came_in, "kind-"),
        examinations=_ticked(came_in, "examination-"),
    )


def _ticked(came_in: Mapping[str, str], prefix: str) -> tuple[str, ...]:
    return tuple(value for name, value in came_in.items() if name.startswith(prefix))
