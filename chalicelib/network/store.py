"""
People with cards, and merges, in DynamoDB (core); no row is ever deleted.

NETWORK#<person id>  PERSON           network ID, birth date; its root, and what it is the root of;
                                      who holds records under it (see link_store.py)
NETMERGES            MERGE#<merge id>  which cards came under which, when, why; when it was undone
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import NotFound
from chalicelib.network import merging
from chalicelib.network.model import Merge, NetworkPerson
from chalicelib.tables import CoreTable, expecting, transaction
from chalicelib.web import cursors

MERGES = "NETMERGES"
OVERTAKEN = "somebody changed these cards in the meantime: look again"


class _Person(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="PERSON")
    network_id = UnicodeAttribute()
    birth_date = UnicodeAttribute()
    root = UnicodeAttribute()
    members = UnicodeAttribute()  # JSON, in the order they came
    links = UnicodeSetAttribute(null=True)


class _Merge(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=MERGES)
    sk = UnicodeAttribute(range_key=True)
    merge = UnicodeAttribute()
    undone_at = UnicodeAttribute(null=True)


# --- people ------------------------------------------------------------------------------------


def person(person_id: str) -> NetworkPerson | None:
    """Return whom a card names, read consistently; None when there is no such card."""
    try:
        return _to_person(_Person.get(_pk(person_id), "PERSON", consistent_read=True))
    except DoesNotExist:
        return None


def people(person_ids: Iterable[str]) -> list[NetworkPerson]:
    """Return those of *person_ids* that there are, in no order."""
    keys = [(_pk(each), "PERSON") for each in person_ids]
    return [_to_person(each) for each in _Person.batch_get(keys, consistent_read=True)]


def all_of(member: NetworkPerson) -> list[NetworkPerson]:
    """Return every card that is the same person's as *member*, itself included."""
    root = member if member.is_root else person(member.root)
    return people(root.members if root else member.members)


def add_in(write: TransactWrite, new: NetworkPerson) -> None:
    """Add whom a new card names; the transaction fails where the network ID is taken."""
    row = _row(new)
    row.network_id, row.birth_date = new.network_id, new.birth_date
    row.root, row.members = new.root, _members(new)
    row.links = {_link(*each) for each in new.links}
    write.save(row, condition=_Person.pk.does_not_exist())


def link_in(write: TransactWrite, person_id: str, facility_id: str, patient_key: str) -> None:
    """Note on a card that there is a record; the transaction fails without the card."""
    row = _Person(_pk(person_id), "PERSON")
    added: list[Action] = [_Person.links.add({_link(facility_id, patient_key)})]
    write.update(row, added, condition=_Person.pk.exists())


def unlink_in(write: TransactWrite, person_id: str, facility_id: str, patient_key: str) -> None:
    """Note on a card that there is no such record any more."""
    row = _Person(_pk(person_id), "PERSON")
    write.update(row, [_Person.links.delete({_link(facility_id, patient_key)})])


# --- merges ------------------------------------------------------------------------------------


def merge(kept: NetworkPerson, merged: NetworkPerson, noted: Merge) -> None:
    """
    Put all cards of *merged* under *kept*, and *noted* on the list.

    Raises:
        Conflict: Either was merged otherwise in the meantime.
    """
    row = _Merge(MERGES, f"MERGE#{noted.merge_id}", merge=_json(noted))
    after = merging.with_merged(kept, merged)
    with expecting(OVERTAKEN), transaction() as write:
        write.save(row, condition=_Merge.pk.does_not_exist())
        write.update(_row(kept), [_Person.members.set(_members(after))], condition=_as(kept))
        write.update(_row(merged), [_Person.root.set(kept.person_id)], condition=_as(merged))
        for each in merged.members[1:]:
            moved = _Person(_pk(each), "PERSON")
            write.update(
                moved,
                [_Person.root.set(kept.person_id)],
                condition=_Person.root == merged.person_id,
            )


def undo(kept: NetworkPerson, merge: Merge, undone: Merge) -> None:
    """
    Put the cards that *merge* moved back under the one they came from.

    Raises:
        Conflict: *kept* was merged otherwise, or this was undone, in the meantime.
    """
    row = _Merge(MERGES, f"MERGE#{merge.merge_id}")
    actions: list[Action] = [
        _Merge.merge.set(_json(undone)),
        _Merge.undone_at.set(undone.undone_at),
    ]
    after = merging.without_merged(kept, merge)
    with expecting(OVERTAKEN), transaction() as write:
        write.update(row, actions, condition=_Merge.undone_at.does_not_exist() & _Merge.pk.exists())
        write.update(_row(kept), [_Person.members.set(_members(after))], condition=_as(kept))
        for each in merge.moved:
            moved = _Person(_pk(each), "PERSON")
            write.update(
                moved, [_Person.root.set(merge.merged)], condition=_Person.root == kept.person_id
            )


def merge_noted(merge_id: str) -> Merge:
    """Return a merge; raises NotFound."""
    try:
        row = _Merge.get(MERGES, f"MERGE#{merge_id}", consistent_read=True)
    except DoesNotExist:
        raise NotFound("there is no such merge") from None
    return msgspec.json.decode(row.merge, type=Merge)


def merges(cursor: str | None, rows: int) -> tuple[list[Merge], str | None]:
    """Return some merges, newest first, and the cursor of the next ones."""
    page = _Merge.query(
        MERGES,
        _Merge.sk.startswith("MERGE#"),
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=MERGES),
    )
    found = [msgspec.json.decode(each.merge, type=Merge) for each in page]
    return found, cursors.written(page.last_evaluated_key)


# --- shapes ------------------------------------------------------------------------------------


def _pk(person_id: str) -> str:
    return f"NETWORK#{person_id}"


def _row(of: NetworkPerson) -> _Person:
    return _Person(_pk(of.person_id), "PERSON")


def _as(root: NetworkPerson) -> Condition:
    """Whether *root* still is one, of the same cards."""
    is_root: Condition = _Person.root == root.person_id
    is_unchanged: Condition = _Person.members == _members(root)
    both: Condition = is_root & is_unchanged
    return both


def _members(of: NetworkPerson) -> str:
    return json.dumps(of.members)


def _link(facility_id: str, patient_key: str) -> str:
    return f"{facility_id} {patient_key}"


def _json(noted: Merge) -> str:
    return msgspec.json.encode(noted).decode()


def _to_person(row: _Person) -> NetworkPerson:
    links = (each.partition(" ") for each in row.links or ())
    return NetworkPerson(
        person_id=row.pk.removeprefix("NETWORK#"),
        network_id=row.network_id,
        birth_date=row.birth_date,
        root=row.root,
        members=tuple(json.loads(row.members)),
        links=frozenset((facility_id, patient_key) for facility_id, _, patient_key in links),
    )
