"""
The provider's departments, and who works in which.

core  FACILITY#provider  DEPARTMENT#<department id>   name, hours, when it was dissolved
                         DISSOLVED#<department id>    due while one that was dissolved has any left
                         DESKPERSON#<person id>       the departments somebody works in

A dissolved one stays: inquiries tell of it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.access.model import PROVIDER
from chalicelib.inquiries.model import Department
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.tables import CoreTable, expecting, held, transaction

PK = f"FACILITY#{PROVIDER}"
PREFIX, DISSOLVED, PERSON = "DEPARTMENT#", "DISSOLVED#", "DESKPERSON#"
CHANGED = "the department changed in the meantime; look again", "department-changed"


class _Department(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=PK)
    sk = UnicodeAttribute(range_key=True)
    department = UnicodeAttribute()
    version = NumberAttribute()
    dissolved_at = UnicodeAttribute(null=True)


class _Dissolved(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=PK)
    sk = UnicodeAttribute(range_key=True)
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()


class _Person(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=PK)
    sk = UnicodeAttribute(range_key=True)
    department_ids = UnicodeAttribute()


def departments() -> list[Department]:
    """Return all there are and were; one request."""
    found = _Department.query(PK, _Department.sk.startswith(PREFIX), consistent_read=True)
    return [_to_department(row) for row in found]


def department(department_id: str) -> Department:
    """Return one of them; raises NotFound."""
    try:
        return _to_department(_Department.get(PK, PREFIX + department_id, consistent_read=True))
    except _Department.DoesNotExist:
        raise NotFound("there is no such department") from None


def add(department: Department) -> None:
    """Write a new one."""
    _to_row(department).save(_Department.pk.does_not_exist())


def change(before: Department, after: Department) -> None:
    """Write the next version; raises Conflict ``department-changed``."""
    if not held(lambda: _to_row(after).save(_Department.version == before.version)):
        raise Conflict(CHANGED[0], code=CHANGED[1])


def dissolve(before: Department, after: Department) -> None:
    """
    Write that one is dissolved, and that the schedule looks after what it had.

    Raises:
        Conflict: ``department-changed``: it is not as it was read, or its successor is no more.
    """
    with expecting(*CHANGED), transaction() as write:
        write.save(_to_row(after), condition=_Department.version == before.version)
        write.save(_dissolved(after.department_id, after.dissolved_at))
        if after.successor_id:
            check_in(write, after.successor_id)


def check_in(write: TransactWrite, department_id: str) -> None:
    """Let the transaction fail where a department is not there any more."""
    is_there = _Department.pk.exists() & _Department.dissolved_at.does_not_exist()
    write.condition_check(_Department, PK, PREFIX + department_id, condition=is_there)


def look_again(department_id: str, at: datetime) -> None:
    """Have the schedule look at a dissolved department again."""
    _dissolved(department_id, clock.text(at)).save()


def emptied(department_id: str) -> None:
    """Have the schedule look at a dissolved department no more."""
    _Dissolved(PK, DISSOLVED + department_id).delete()


# --- who works there ---------------------------------------------------------------------------


def of_person(person_id: str) -> list[str]:
    """Return the ids of the departments somebody works in, or worked in until its end."""
    try:
        row = _Person.get(PK, PERSON + person_id, consistent_read=True)
    except _Person.DoesNotExist:
        return []
    return _read(row)


def everybody() -> dict[str, list[str]]:
    """Return the departments of everybody who works in one, by the person's id."""
    found = _Person.query(PK, _Person.sk.startswith(PERSON), consistent_read=True)
    return {row.sk.removeprefix(PERSON): _read(row) for row in found}


def set_person(person_id: str, department_ids: list[str]) -> None:
    """Write in which departments somebody works from now on."""
    written = msgspec.json.encode(department_ids).decode()
    _Person(PK, PERSON + person_id, department_ids=written).save()


# --- shapes ------------------------------------------------------------------------------------


def _read(row: _Person) -> list[str]:
    return msgspec.json.decode(row.department_ids, type=list[str])


def _dissolved(department_id: str, due_at: str) -> _Dissolved:
    sk, shard = DISSOLVED + department_id, due.shard_of(department_id)
    return _Dissolved(PK, sk, due_shard=shard, due_at=due_at)


def _to_row(department: Department) -> _Department:
    row = _Department(PK, PREFIX + department.department_id, version=department.version)
    row.department = msgspec.json.encode(department).decode()
    row.dissolved_at = department.dissolved_at or None
    return row


def _to_department(row: _Department) -> Department:
    return msgspec.json.decode(row.department, type=Department)
