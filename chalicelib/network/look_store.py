"""
Passes, and who looked at what, in DynamoDB.

box   FACILITY#<asking>     PASS#<pass id>      what a search opened, for its finder, until it ends
core  NETWORK#<person id>   LOOK#<look id>      for the patient: one for each card that was read
core  FACILITY#<holder>     LOOKEDAT#<look id>  for the facility whose records they are
core  FACILITY#<asking>     LOOKEDFOR#<look id> for the facility that looked
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.access.model import Caller
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.network.model import Link, Look, Pass
from chalicelib.tables import BoxTable, CoreTable
from chalicelib.web import cursors

AT_OURS, BY_US = "LOOKEDAT#", "LOOKEDFOR#"


class _Pass(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    shown = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Look(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    look = UnicodeAttribute()


def add_pass_in(write: TransactWrite, given: Pass) -> None:
    """Add a pass; the transaction fails where it is there already."""
    row = _Pass(f"FACILITY#{given.facility_id}", f"PASS#{given.pass_id}", shown=_json(given))
    row.expires_at = int(clock.parse(given.ends_at).timestamp())
    write.save(row, condition=_Pass.pk.does_not_exist())


def pass_of(caller: Caller, pass_id: str, now: datetime) -> Pass:
    """Return *caller*'s own pass; raises NotFound when it is another's, or over."""
    try:
        row = _Pass.get(f"FACILITY#{caller.facility_id}", f"PASS#{pass_id}", consistent_read=True)
    except DoesNotExist:
        raise NotFound("there is no such pass, or it is not yours") from None
    found = msgspec.json.decode(row.shown, type=Pass)
    if found.caller_id != caller.id or clock.parse(found.ends_at) <= now:
        raise NotFound("there is no such pass, or it is over")
    return found


def add_in(write: TransactWrite, look: Look, links: Iterable[Link]) -> None:
    """Write *look* at *links* down for everybody it concerns."""
    patients: dict[str, tuple[str, ...]] = {}
    for link in links:
        patients[link.facility_id] = (*patients.get(link.facility_id, ()), link.patient_key)
    for person_id in {each.person_id for each in links}:
        write.save(_row(f"NETWORK#{person_id}", "LOOK#", look))
    for holder, keys in patients.items():
        own = replace(look, holders=(holder,), patient_keys=keys)
        write.save(_row(f"FACILITY#{holder}", AT_OURS, own))
    write.save(_row(f"FACILITY#{look.facility_id}", BY_US, look))


def page_of(
    facility_id: str, side: str, cursor: str | None, rows: int
) -> tuple[list[Look], str | None]:
    """
    Return some looks, newest first, and the cursor of the next ones.

    Args:
        side: AT_OURS or BY_US.
    """
    pk = f"FACILITY#{facility_id}"
    page = _Look.query(
        pk,
        _Look.sk.startswith(side),
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_look(each) for each in page], cursors.written(page.last_evaluated_key)


def newest_of_person(person_id: str, rows: int) -> list[Look]:
    """Return the newest looks at what one card leads to, newest first."""
    page = _Look.query(
        f"NETWORK#{person_id}", _Look.sk.startswith("LOOK#"), scan_index_forward=False, limit=rows
    )
    return [_to_look(each) for each in page]


def _row(pk: str, prefix: str, look: Look) -> _Look:
    return _Look(pk, prefix + look.look_id, look=_json(look))


def _json(of: Look | Pass) -> str:
    return msgspec.json.encode(of).decode()


def _to_look(row: _Look) -> Look:
    return msgspec.json.decode(row.look, type=Look)
