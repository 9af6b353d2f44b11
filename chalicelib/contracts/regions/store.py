"""
Regions in DynamoDB (core).

REGIONS       CLASS#<class>     set_aside_bytes (absent: no limit), rented_bytes
REGIONS       SETTING           the sizes on offer, and the revision of the setting
REGIONS       COUNTING          how far the contracts from before were counted
REGION_AREAS  AREA#<target id>  what the contract on one area holds of each region

Always: what is rented of a region is the sum of what its areas hold.  Both move in the
transaction that writes the contract.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.model import Contract
from chalicelib.contracts.regions.model import NOTHING, Region, Rented, Setting, held_by
from chalicelib.tables import CoreTable, expecting, transaction
from chalicelib.web import cursors

REGIONS, AREAS = "REGIONS", "REGION_AREAS"
SETTING, COUNTING = "SETTING", "COUNTING"


class _Region(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    set_aside_bytes = NumberAttribute(null=True)
    rented_bytes = NumberAttribute(null=True)


class _Setting(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=REGIONS)
    sk = UnicodeAttribute(range_key=True, default=SETTING)
    sizes = JSONAttribute()
    revision = NumberAttribute()


class _Counting(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=REGIONS)
    sk = UnicodeAttribute(range_key=True, default=COUNTING)
    cursor = UnicodeAttribute(null=True)
    is_done = BooleanAttribute(default=False)


class _Area(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=AREAS)
    sk = UnicodeAttribute(range_key=True)
    facility_id = UnicodeAttribute()
    service_class = UnicodeAttribute()
    economy_bytes = NumberAttribute()
    deluxe_bytes = NumberAttribute()


# --- what is there -------------------------------------------------------------------------------


def regions() -> dict[ServiceClass, Region]:
    """Return the region of each class."""
    rows = _Region.query(REGIONS, _Region.sk.startswith("CLASS#"), consistent_read=True)
    found = {each.service_class: each for each in map(_to_region, rows)}
    return {each: found.get(each, Region(each)) for each in ServiceClass}


def setting() -> tuple[Setting, int]:
    """Return what is set, and the revision that who changes it has to name; 0: nobody set any."""
    try:
        row = _Setting.get(REGIONS, SETTING, consistent_read=True)
    except DoesNotExist:
        return Setting(), 0
    aside = {name: region.set_aside_bytes for name, region in regions().items()}
    return Setting(aside, tuple(row.sizes)), int(row.revision)


def sizes() -> tuple[int, ...]:
    """Return the capacities an area is offered in; empty where any is."""
    try:
        return tuple(_Setting.get(REGIONS, SETTING, consistent_read=True).sizes)
    except DoesNotExist:
        return ()


def rented(target_id: str) -> Rented | None:
    """Return what the contract on *target_id* holds; None where nothing is known of it."""
    try:
        return _to_rented(_Area.get(AREAS, f"AREA#{target_id}", consistent_read=True))
    except DoesNotExist:
        return None


def rented_page(cursor: str | None, rows: int) -> tuple[list[Rented], str | None]:
    """Return some of the areas under contract, oldest first, and the cursor of the next ones."""
    page = _Area.query(AREAS, limit=rows, last_evaluated_key=cursors.read(cursor, partition=AREAS))
    return [_to_rented(row) for row in page], cursors.written(page.last_evaluated_key)


# --- what contracts hold -------------------------------------------------------------------------


def follow_in(write: TransactWrite, contract: Contract, *, may_exceed: bool = False) -> None:
    """
    Let the regions follow *contract*; the transaction fails where one has too little room.

    Args:
        may_exceed: Even then: what was agreed on before holds, whatever is left.
    """
    if contract.service_class is None:
        return
    before = rented(contract.target_id)
    held_before, held = before.held if before else NOTHING, held_by(contract)
    now = Rented(contract.facility_id, contract.target_id, contract.service_class, held)
    if now == before:
        return
    row = _row(now)
    if any(held.values()):
        write.save(row, condition=_as_it_was(before))
    else:
        write.delete(row, condition=_as_it_was(before))
    for name in ServiceClass:
        _move_in(write, name, held[name] - held_before[name], may_exceed=may_exceed)


def _move_in(
    write: TransactWrite, service_class: ServiceClass, change: int, *, may_exceed: bool
) -> None:
    if change == 0:
        return
    fits = None if may_exceed or change < 0 else _fits(service_class, change)
    write.update(_region(service_class), [_Region.rented_bytes.add(change)], condition=fits)


def _fits(service_class: ServiceClass, more: int) -> Condition:
    """Say that there is room for *more*, by the limit that is read now and must still hold."""
    aside = regions()[service_class].set_aside_bytes
    if aside is None:
        return _Region.set_aside_bytes.does_not_exist()
    fits: Condition = (_Region.rented_bytes <= aside - more) & (_Region.set_aside_bytes == aside)
    return fits


def _as_it_was(before: Rented | None) -> Condition:
    if before is None:
        return _Area.pk.does_not_exist()
    economy, deluxe = before.held[ServiceClass.ECONOMY], before.held[ServiceClass.DELUXE]
    same: Condition = (_Area.economy_bytes == economy) & (_Area.deluxe_bytes == deluxe)
    return same


# --- setting -------------------------------------------------------------------------------------


def replace(revision: int, wanted: Setting) -> None:
    """
    Put *wanted* in the place of *revision*, all of it or nothing.

    Raises:
        Conflict: Somebody else has replaced that revision, or more is rented than *wanted* sets
            aside.
    """
    row = _Setting(sizes=list(wanted.sizes), revision=revision + 1)
    is_same = _Setting.revision == revision if revision else _Setting.pk.does_not_exist()
    with expecting("the setting or what is rented has changed"), transaction() as write:
        write.save(row, condition=is_same)
        for name in ServiceClass:
            _set_aside_in(write, name, wanted.set_aside.get(name))


def _set_aside_in(
    write: TransactWrite, service_class: ServiceClass, set_aside_bytes: int | None
) -> None:
    if set_aside_bytes is None:
        write.update(_region(service_class), [_Region.set_aside_bytes.remove()])
        return
    actions: list[Action] = [
        _Region.set_aside_bytes.set(set_aside_bytes),
        _Region.rented_bytes.add(0),  # so that there is a number to compare
    ]
    holds = _Region.rented_bytes.does_not_exist() | (_Region.rented_bytes <= set_aside_bytes)
    write.update(_region(service_class), actions, condition=holds)


# --- counting what was there before --------------------------------------------------------------


def counted() -> tuple[str | None, bool]:
    """Return where counting goes on, and whether it is done."""
    try:
        row = _Counting.get(REGIONS, COUNTING, consistent_read=True)
    except DoesNotExist:
        return None, False
    return row.cursor, row.is_done


def count_on(cursor: str | None) -> None:
    """Note that counting goes on at *cursor*, or is done."""
    _Counting(cursor=cursor, is_done=cursor is None).save()


def _region(service_class: ServiceClass) -> _Region:
    return _Region(REGIONS, f"CLASS#{service_class}")


def _row(now: Rented) -> _Area:
    return _Area(
        sk=f"AREA#{now.target_id}",
        facility_id=now.facility_id,
        service_class=now.service_class.value,
        economy_bytes=now.held[ServiceClass.ECONOMY],
        deluxe_bytes=now.held[ServiceClass.DELUXE],
    )


def _to_rented(row: _Area) -> Rented:
    economy, deluxe = int(row.economy_bytes), int(row.deluxe_bytes)
    held = {ServiceClass.ECONOMY: economy, ServiceClass.DELUXE: deluxe}
    target_id = row.sk.removeprefix("AREA#")
    return Rented(row.facility_id, target_id, ServiceClass(row.service_class), held)


def _to_region(row: _Region) -> Region:
    name = ServiceClass(row.sk.removeprefix("CLASS#"))
    aside: float | None = row.set_aside_bytes
    return Region(name, None if aside is None else int(aside), int(row.rented_bytes or 0))
