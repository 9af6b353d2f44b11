"""
Patients under cards, with what they agreed to, in DynamoDB (core).

FACILITY#<id>  NETLINK#<patient key>              the link in force; its consents, ended ones too
FACILITY#<id>  PASTLINK#<patient key>#<ended at>  a link that was ended, as it was; never rewritten

A link stands in the set of its card, too: both are written, and end, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError
from pynamodb.models import Model

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.network import store
from chalicelib.network.model import Link, NetworkPerson
from chalicelib.tables import CoreTable, condition_failed, expecting, transaction
from chalicelib.web import cursors

NOWHERE = ("none", "none")  # a key of no link: so that a search reads as much where there is none
OVERTAKEN = "somebody changed this patient in the meantime: look again"


class _Link(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    link = UnicodeAttribute()
    revision = NumberAttribute()
    ended_at = UnicodeAttribute(null=True)
    ended_by = UnicodeAttribute(null=True)


def find(facility_id: str, patient_key: str) -> Link | None:
    """Return the link of a patient of *facility_id*, read consistently; None without one."""
    try:
        row = _Link.get(_pk(facility_id), f"NETLINK#{patient_key}", consistent_read=True)
    except DoesNotExist:
        return None
    return _to_link(row)


def link(facility_id: str, patient_key: str) -> Link:
    """Return the link of a patient of *facility_id*; raises NotFound."""
    found = find(facility_id, patient_key)
    if found is None:
        raise NotFound("this patient has no card, or is not yours")
    return found


def links(keys: Iterable[tuple[str, str]]) -> list[Link]:
    """Return the links of these facilities and patients, in no order, read consistently."""
    wanted = [(_pk(facility_id), f"NETLINK#{key}") for facility_id, key in {*keys} or {NOWHERE}]
    return [_to_link(each) for each in _Link.batch_get(wanted, consistent_read=True)]


def page_of(facility_id: str, cursor: str | None, rows: int) -> tuple[list[Link], str | None]:
    """Return some of the facility's links, and the cursor of the next ones."""
    pk = _pk(facility_id)
    page = _Link.query(
        pk,
        _Link.sk.startswith("NETLINK#"),
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_link(each) for each in page], cursors.written(page.last_evaluated_key)


def add_card(person: NetworkPerson, first: Link) -> None:
    """
    Write a new card with its first link.

    Raises:
        Conflict: ``has-card-already``: the patient is under a card.
    """
    with expecting("this patient has a card already", "has-card-already"), transaction() as write:
        store.add_in(write, person)
        write.save(_row(first), condition=_Link.pk.does_not_exist())


def add(new: Link) -> None:
    """
    Put a patient under a card there is.

    Raises:
        Conflict: ``has-card-already``.
    """
    with expecting("this patient has a card already", "has-card-already"), transaction() as write:
        store.link_in(write, new.person_id, new.facility_id, new.patient_key)
        write.save(_row(new), condition=_Link.pk.does_not_exist())


def change(changed: Link) -> None:
    """
    Write *changed* over the revision before it.

    Raises:
        Conflict: Somebody changed it in the meantime.
    """
    try:
        _row(changed).save(_Link.revision == changed.revision - 1)
    except PutError as error:
        if not condition_failed(error):
            raise
        raise Conflict(OVERTAKEN) from None


def end(ended: Link, at: str, by: str) -> None:
    """
    Take a patient from under their card; what was agreed ends with it, and is kept.

    Raises:
        Conflict: Somebody changed it in the meantime.
    """
    past = _row(ended)
    past.sk = f"PASTLINK#{ended.patient_key}#{at}"
    past.ended_at, past.ended_by = at, by
    with expecting(OVERTAKEN), transaction() as write:
        store.unlink_in(write, ended.person_id, ended.facility_id, ended.patient_key)
        write.delete(_row(ended), condition=_Link.revision == ended.revision)
        write.save(past)


def _pk(facility_id: str) -> str:
    return f"FACILITY#{facility_id}"


def _row(of: Link) -> _Link:
    return _Link(
        _pk(of.facility_id),
        f"NETLINK#{of.patient_key}",
        link=msgspec.json.encode(of).decode(),
        revision=of.revision,
    )


def _to_link(row: _Link) -> Link:
    return msgspec.json.decode(row.link, type=Link)
