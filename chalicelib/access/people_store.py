"""
People in DynamoDB, and the sessions each of them holds.

core  FACILITY#<home>       PERSON#<person id>   account, role; when invited, last in, disabled
box   PERSON#<person id>    <pk of a session>    which sessions they hold; goes when it ends

The provider's own people have PROVIDER for a home.  A session begins in one write with its entry
here and with a look at whether its holder is disabled: so disabling, which notes it first and then
ends what is listed, misses none, and no request has to ask again.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, TransactWriteError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.access.model import Caller, Person, Role, home_of
from chalicelib.kernel.errors import Conflict, NotAllowed, NotFound
from chalicelib.tables import BoxTable, CoreTable, condition_failed, transaction


class _Person(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    account = UnicodeAttribute()
    role = UnicodeAttribute()
    gets_mail = BooleanAttribute()
    invited_at = UnicodeAttribute(null=True)
    last_in_at = UnicodeAttribute(null=True)
    disabled_at = UnicodeAttribute(null=True)


class _Held(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()


class _Session(Model):
    """A session of either kind, as far as ending it goes."""

    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


# --- people ------------------------------------------------------------------------------------


def add(home: str, person: Person) -> None:
    """Add somebody who was invited; raises Conflict ``account-exists`` when they are there."""
    row = _row(home, person.person_id)
    row.account, row.role = person.account, person.role.value
    row.gets_mail, row.invited_at = person.gets_mail, person.invited_at
    try:
        with transaction() as write:
            write.save(row, condition=_Person.pk.does_not_exist())
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        raise Conflict("this address has an account already", code="account-exists") from None


def person(home: str, person_id: str) -> Person:
    """Return somebody of *home*; another facility's are not found."""
    try:
        row = _Person.get(_pk(home), f"PERSON#{person_id}", consistent_read=True)
    except DoesNotExist:
        raise NotFound("there is no such person") from None
    return _to_person(row)


def people_of(home: str) -> list[Person]:
    """Return everybody of *home*, by account."""
    rows = _Person.query(_pk(home), _Person.sk.startswith("PERSON#"))
    return sorted(map(_to_person, rows), key=lambda each: each.account)


def notice_addresses(home: str) -> list[str]:
    """Return the addresses of those of *home* who want its notices and are not disabled."""
    wanting = [each for each in people_of(home) if each.gets_mail and not each.disabled_at]
    return [each.account for each in wanting if "@" in each.account]


def set_mail(home: str, person_id: str, *, gets_mail: bool) -> None:
    _change(home, person_id, [_Person.gets_mail.set(gets_mail)])


def disable(home: str, person_id: str, at: str, *, by: str) -> None:
    """
    Note that a person may not come in any more.

    Raises:
        NotFound: They are not of *home*.
        Conflict: Whoever asks (*by*) was disabled in the meantime: so two administrators who
            disable each other leave one.
    """
    actions: list[Action] = [_Person.disabled_at.set(_Person.disabled_at | at)]
    try:
        with transaction() as write:
            write.update(_row(home, person_id), actions, condition=_Person.pk.exists())
            write.condition_check(
                _Person, _pk(home), f"PERSON#{by}", condition=_Person.disabled_at.does_not_exist()
            )
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        person(home, person_id)
        raise Conflict("your own account was disabled in the meantime") from None


def enable(home: str, person_id: str) -> None:
    _change(home, person_id, [_Person.disabled_at.remove()])


def _change(home: str, person_id: str, actions: list[Action]) -> None:
    try:
        _row(home, person_id).update(actions, condition=_Person.pk.exists())
    except UpdateError as error:
        if not condition_failed(error):
            raise
        raise NotFound("there is no such person") from None


# --- their sessions ----------------------------------------------------------------------------


def begin_session(
    caller: Caller, account: str, at: str, session: Model, *, pk: str, expires_at: int
) -> None:
    """
    Write a *session* row and note that its holder came in, both or neither.

    Somebody who is not known here yet (made at the command line) is from now on.

    Args:
        pk: The row's, to find it by.
        expires_at: When it goes by itself; so does its entry here.

    Raises:
        NotAllowed: ``disabled``: they may not come in.
    """
    held = _Held(f"PERSON#{caller.id}", pk, expires_at=expires_at)
    row = _row(home_of(caller), caller.id)
    try:
        with transaction() as write:
            write.update(
                row, _entered(caller, account, at), condition=_Person.disabled_at.does_not_exist()
            )
            write.save(session)
            write.save(held)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        raise NotAllowed(
            "this account is disabled; ask your administrator", code="disabled"
        ) from None


def hold_in(write: TransactWrite, home: str, person_id: str, pk: str, expires_at: int) -> None:
    """
    Note a session that somebody lets another in by: it ends with their own.

    The transaction fails where they may not come in themselves.

    Args:
        pk: The session's row; its sort key is what stands before the first "#".
    """
    is_enabled = _Person.disabled_at.does_not_exist()
    write.condition_check(_Person, _pk(home), f"PERSON#{person_id}", condition=is_enabled)
    write.save(_Held(f"PERSON#{person_id}", pk, expires_at=expires_at))


def end_sessions(person_id: str) -> None:
    """End every session the person holds."""
    for held in _Held.query(f"PERSON#{person_id}", consistent_read=True):
        _Session(held.sk, held.sk.partition("#")[0]).delete()
        held.delete()


def _entered(caller: Caller, account: str, at: str) -> list[Action]:
    wants_mail = gets_mail_at_first(caller.role)
    named = account or (_Person.account | "")
    return [
        _Person.account.set(named),
        _Person.role.set(caller.role.value),
        _Person.gets_mail.set(_Person.gets_mail | wants_mail),
        _Person.last_in_at.set(at),
    ]


def gets_mail_at_first(role: Role) -> bool:
    """Whether somebody of *role* gets mails about backups until told otherwise."""
    return role is Role.FACILITY_ADMIN


# --- shapes ------------------------------------------------------------------------------------


def _pk(home: str) -> str:
    return f"FACILITY#{home}"


def _row(home: str, person_id: str) -> _Person:
    return _Person(_pk(home), f"PERSON#{person_id}")


def _to_person(row: _Person) -> Person:
    return Person(
        person_id=row.sk.removeprefix("PERSON#"),
        account=row.account,
        role=Role(row.role),
        gets_mail=row.gets_mail,
        invited_at=row.invited_at,
        last_in_at=row.last_in_at,
        disabled_at=row.disabled_at,
    )
