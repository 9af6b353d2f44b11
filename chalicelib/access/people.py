"""
People of the caller's own facility, or of the provider: invited, disabled, helped.

Only somebody with a row under the caller's home can be acted on; anybody else is not found.
"""

from __future__ import annotations

import re

from chalicelib.access import accounts, people_store
from chalicelib.access.model import Caller, Person, Role, home_of
from chalicelib.access.service import audit
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.telemetry import count

PASSWORD_LETTERS = 20  # of 5 bits each, in groups that can be read out
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
MAX_ADDRESS = 254  # RFC 5321

INVITES = {  # who invites whom
    Role.FACILITY_ADMIN: (Role.DOCTOR, Role.FACILITY_ADMIN),
    Role.OPERATOR: (Role.OPERATOR, Role.CLERK),
}


def invite(caller: Caller, account: str, role: str) -> Person:
    """
    Make an account for *account* in *role*, and let Cognito mail its first password.

    Asked again after it was cut off, it goes on.

    Raises:
        Invalid: ``bad-address``, or ``bad-role``: not one that *caller* may give.
        Conflict: ``account-exists``.
    """
    address = account.lower()
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Invalid("type an e-mail address such as sato@clinic.example", code="bad-address")
    if role not in INVITES[caller.role]:
        raise Invalid("choose one of the roles that are offered", code="bad-role")
    audit(caller, "invite-person", home_of(caller))
    given = Role(role)
    person_id = accounts.make(address, given, caller.facility_id, _password())
    wants_mail = people_store.gets_mail_at_first(given)
    now = clock.text(clock.now())
    invited = Person(person_id, address, given, gets_mail=wants_mail, invited_at=now)
    people_store.add(home_of(caller), invited)
    count("PeopleInvited")
    return invited


def disable(caller: Caller, person_id: str) -> None:
    """
    Let a person in no more, and end their sessions at once.

    The last administrator cannot be disabled: whoever asks is one, and stays.

    Raises:
        NotFound: They are not of the caller's facility.
        Conflict: ``not-oneself``.
    """
    _other(caller, person_id)
    audit(caller, "disable-person", person_id)
    now = clock.text(clock.now())
    people_store.disable(home_of(caller), person_id, now, by=caller.id)
    people_store.end_sessions(person_id)
    accounts.close(person_id)
    count("PeopleDisabled")


def enable(caller: Caller, person_id: str) -> None:
    """Let a disabled person in again; raises NotFound."""
    _other(caller, person_id)
    audit(caller, "enable-person", person_id)
    accounts.reopen(person_id)
    people_store.enable(home_of(caller), person_id)


def new_password(caller: Caller, person_id: str) -> str:
    """
    Return a password that the person's next sign-in replaces; their sessions end.

    Raises:
        NotFound: They are not of the caller's facility.
        Conflict: ``not-oneself``.
    """
    _other(caller, person_id)
    audit(caller, "reset-password", person_id)
    password = _password()
    accounts.set_password(person_id, password)
    people_store.end_sessions(person_id)
    return password


def new_authenticator(caller: Caller, person_id: str) -> None:
    """
    Let a person set up another phone at the next sign-in; their sessions end.

    Raises:
        NotFound: They are not of the caller's facility.
        Conflict: ``not-oneself``: one's own needs the password again, see pages.py.
    """
    _other(caller, person_id)
    audit(caller, "reset-authenticator", person_id)
    accounts.forget_authenticator(person_id)
    people_store.end_sessions(person_id)


def set_mail(caller: Caller, person_id: str, *, gets_mail: bool) -> None:
    """Say whether a person gets mails about backups; raises NotFound."""
    audit(caller, "set-mail", person_id)
    people_store.set_mail(home_of(caller), person_id, gets_mail=gets_mail)


def _other(caller: Caller, person_id: str) -> None:
    """Let pass somebody else of the caller's home."""
    people_store.person(home_of(caller), person_id)
    if person_id == caller.id:
        raise Conflict("ask another administrator to do this to your account", code="not-oneself")


def _password() -> str:
    """Return a fresh password of 100 bits, which can be read out and typed."""
    return ids.one_time_code(PASSWORD_LETTERS)
