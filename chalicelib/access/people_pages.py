"""People of a facility, or of the provider: who they are, and what an administrator can do."""

from __future__ import annotations

from datetime import datetime

import msgspec
from chalice.app import Response

from chalicelib.access import people, people_store
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.model import Person, home_of
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web import forms, links

PEOPLE = "/portal/people"

pages = PageRoutes(__name__)


class Shown(msgspec.Struct, frozen=True):
    """
    A person on a page.

    Attributes:
        last_in: Local; None before the first time.
        is_oneself: They are the visitor.
    """

    person: Person
    last_in: datetime | None
    is_oneself: bool


@pages.on("GET", PEOPLE, Operation.MANAGE_PEOPLE)
def list_people(visit: Visit) -> Response:
    """Show everybody, and a form to invite somebody."""
    return _list(visit)


@pages.on("POST", PEOPLE, Operation.MANAGE_PEOPLE)
def invite(visit: Visit) -> Response:
    """Invite somebody by their address."""
    typed = forms.one_line(visit.form.get("account", ""))
    try:
        invited = people.invite(visit.caller, typed, visit.form.get("role", ""))
    except (Conflict, Invalid) as refused:
        return _list(visit, typed=typed, refused=refused)
    return _done(visit, invited.person_id, "invited")


@pages.on("GET", "/portal/people/{person_id}", Operation.MANAGE_PEOPLE)
def show_person(visit: Visit, person_id: str) -> Response:
    """Show one person, and what can be done."""
    return _person(visit, person_id)


@pages.on("POST", "/portal/people/{person_id}/disable", Operation.MANAGE_PEOPLE)
def disable(visit: Visit, person_id: str) -> Response:
    """Let them in no more; their sessions end at once."""
    try:
        people.disable(visit.caller, person_id)
    except Conflict as refused:
        return _person(visit, person_id, refused)
    return _done(visit, person_id, "disabled")


@pages.on("POST", "/portal/people/{person_id}/enable", Operation.MANAGE_PEOPLE)
def enable(visit: Visit, person_id: str) -> Response:
    """Let a disabled person in again."""
    try:
        people.enable(visit.caller, person_id)
    except Conflict as refused:
        return _person(visit, person_id, refused)
    return _done(visit, person_id, "enabled")


@pages.on("POST", "/portal/people/{person_id}/new-password", Operation.MANAGE_PEOPLE)
def give_password(visit: Visit, person_id: str) -> Response:
    """Show, once, a password that their next sign-in replaces."""
    try:
        password = people.new_password(visit.caller, person_id)
    except Conflict as refused:
        return _person(visit, person_id, refused)
    person = people_store.person(home_of(visit.caller), person_id)
    return visit.page("access/given_password.html", person=person, password=password)


@pages.on("POST", "/portal/people/{person_id}/new-authenticator", Operation.MANAGE_PEOPLE)
def forget_authenticator(visit: Visit, person_id: str) -> Response:
    """Let them set up another phone at the next sign-in."""
    try:
        people.new_authenticator(visit.caller, person_id)
    except Conflict as refused:
        return _person(visit, person_id, refused)
    return _done(visit, person_id, "authenticator")


@pages.on("POST", "/portal/people/{person_id}/mail", Operation.MANAGE_PEOPLE)
def set_mail(visit: Visit, person_id: str) -> Response:
    """Say whether they get mails about backups."""
    people.set_mail(visit.caller, person_id, gets_mail=visit.form.get("gets_mail") == "yes")
    return _done(visit, person_id, "mail")


# --- pieces ------------------------------------------------------------------------------------


def _list(visit: Visit, *, typed: str = "", refused: HokanError | None = None) -> Response:
    zone = zone_for(visit.caller)
    found = [
        Shown(each, local(each.last_in_at, zone), each.person_id == visit.caller.id)
        for each in people_store.people_of(home_of(visit.caller))
    ]
    return visit.page(
        "access/people.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        people=found,
        roles=people.INVITES[visit.caller.role],
        typed=typed,
        chosen=visit.form.get("role", "") if refused else "",
    )


def _person(visit: Visit, person_id: str, refused: HokanError | None = None) -> Response:
    found = people_store.person(home_of(visit.caller), person_id)
    return visit.page(
        "access/person.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        done=visit.asked("done"),
        shown=Shown(
            found,
            local(found.last_in_at, zone_for(visit.caller)),
            person_id == visit.caller.id,
        ),
    )


def _done(visit: Visit, person_id: str, what: str) -> Response:
    """Lead to the person's page, which says what was done."""
    return visit.redirect(links.with_query(f"{PEOPLE}/{person_id}", done=what))
