"""
When what an ended contract left is deleted: what the law asks for, a hold, and the facility's word.

Deleting itself is chalicelib/purges: its function alone may.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from chalicelib import queues
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.store import batches, examinations
from chalicelib.contracts import local, purge_store, store
from chalicelib.contracts.purge_store import Certificate, Hold, Phase, Purge
from chalicelib.due import DueRow
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date, months_after, start_of_day
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.settings import settings
from chalicelib.telemetry import count

KEPT_MONTHS = 60  # charts in Japan, after the treatment; images are kept for 36
A_DAY = timedelta(days=1)
MOST_REASON = 500  # characters


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What the queue carries: whose target, and nothing about it.

    Attributes:
        contents: Of a rented area, what nothing refers to any more; else all of a target.
    """

    facility_id: str
    target_id: str
    contents: bool = False


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """
    What becomes of what a contract left.

    Attributes:
        purge: None where nothing is to be deleted.
        on: The first local date on which it is deleted, if no hold stands.
    """

    purge: Purge | None
    on: date | None
    hold: Hold | None
    certificate: Certificate | None


def outlook(facility_id: str, contract_id: str, target_id: str) -> Outlook:
    """Return what becomes of what the contract left on its target."""
    found = purge_store.purge(facility_id, target_id)
    ours = found if found is not None and found.contract_id == contract_id else None
    return Outlook(
        purge=ours,
        on=purged_on(ours) if ours else None,
        hold=purge_store.hold(facility_id, target_id),
        certificate=purge_store.find_certificate(facility_id, contract_id),
    )


def purged_on(found: Purge) -> date:
    """Return the first local date on which it may be deleted, by law and by the facility's word."""
    purge_on = date.fromisoformat(found.purge_on)
    kept_until = None if found.asked_by else kept_by_law_until(found.facility_id, found.target_id)
    return max(purge_on, kept_until) if kept_until else purge_on


def kept_by_law_until(facility_id: str, target_id: str) -> date | None:
    """Return until when the newest record has to be kept; None where nothing was ever stored."""
    dates = [*_examined_on(target_id), *_stored_on(facility_id, target_id)]
    return months_after(max(dates), KEPT_MONTHS) if dates else None


def _examined_on(target_id: str) -> list[date]:
    """Return the dates of the newest examinations, where they have any."""
    newest, _ = examinations.examinations(target_id, None)
    found: list[date] = []
    for each in newest:
        try:
            found.append(date.fromisoformat(each.examined_at[:10]))
        except ValueError:  # as a device wrote it; when it was stored says enough
            continue
    return found


def _stored_on(facility_id: str, target_id: str) -> list[date]:
    """Return the local dates on which the newest batches ended."""
    newest, _ = batches.of_target(target_id, None)
    zone = local.zone_of(facility_id)
    return [local_date(clock.parse(each.completed_at or each.opened_at), zone) for each in newest]


# --- by the minute -------------------------------------------------------------------------------


def look(row: DueRow, now: datetime) -> None:
    """
    Let what is due be deleted, if it may be; or look again on the day it may.

    A purge under way is sent again once a day: one that died, or waits for a lock, goes on.
    """
    found = purge_store.purge(row.facility_id, row.sk.removeprefix(purge_store.PREFIX))
    if found is None or clock.parse(found.due_at) > now:
        return
    at = may_begin_at(found, now) if found.phase is Phase.WAITING else now
    if at <= now:
        send(found.facility_id, found.target_id)
        at = now + A_DAY
    purge_store.look_again(found, at)


def may_begin_at(found: Purge, now: datetime) -> datetime:
    """Return when *found* may begin, seen from *now*; with a hold, when to ask again."""
    if purge_store.hold(found.facility_id, found.target_id) is not None:
        return now + A_DAY
    return start_of_day(purged_on(found), local.zone_of(found.facility_id))


def send(facility_id: str, target_id: str) -> None:
    """Let the purge's function go on with a target; however often, it does everything once."""
    body = msgspec.json.encode(Message(facility_id, target_id)).decode()
    queues.send(settings().purge_queue, body)


def send_contents(facility_id: str, target_id: str) -> None:
    """Let the purge's function delete what nothing in an area refers to any more."""
    body = msgspec.json.encode(Message(facility_id, target_id, contents=True)).decode()
    queues.send(settings().purge_queue, body)


# --- what people decide --------------------------------------------------------------------------


def ask(caller: Caller, contract_id: str, typed_name: str) -> Purge:
    """
    Note that the facility keeps its records elsewhere: delete at the purge date.

    Args:
        typed_name: The target's name, typed by who means it.

    Raises:
        Invalid: ``name-differs``.
        Conflict: ``nothing-to-purge``: the contract has not ended, or it was deleted.
    """
    contract = store.contract(caller.facility_id, contract_id)
    target = store.target(caller.facility_id, contract.target_id)
    found = purge_store.purge(caller.facility_id, contract.target_id)
    if found is None or found.contract_id != contract_id or found.phase is not Phase.WAITING:
        raise Conflict(
            "nothing waits to be deleted here: the contract has not ended, another one followed,"
            " or deleting has begun",
            code="nothing-to-purge",
        )
    if typed_name.strip() != target.name:
        raise Invalid("type the name of the target exactly as it is shown", code="name-differs")
    if found.asked_by is not None:
        return found
    now, zone = clock.now(), local.zone_of(caller.facility_id)
    due = max(now, start_of_day(date.fromisoformat(found.purge_on), zone))
    audit(caller, "ask-purge", contract_id)
    told = {"target_name": target.name, "purge_on": found.purge_on}
    if not purge_store.ask(found, caller.id, clock.text(now), clock.text(due), told):
        raise Conflict("it was called off meanwhile: look again", code="nothing-to-purge")
    count("PurgesAsked")
    return purge_store.purge(caller.facility_id, contract.target_id) or found


def hold(caller: Caller, facility_id: str, target_id: str, reason: str) -> Hold:
    """
    Let nothing of a target be deleted until the hold is lifted, for *reason*.

    What a purge under way has deleted stays deleted; it stops at its next page.

    Raises:
        Invalid: No reason, or a long one.
        NotFound: The facility has no such target.
    """
    if not 1 <= len(reason.strip()) <= MOST_REASON:
        raise Invalid(f"a hold needs a reason of 1 to {MOST_REASON} characters", code="no-reason")
    store.target(facility_id, target_id)
    placed = Hold(clock.text(clock.now()), caller.id, reason.strip())
    audit(caller, "hold-records", target_id, facility_id=facility_id)
    purge_store.put_hold(facility_id, target_id, placed)
    count("HoldsPlaced")
    return placed


def lift(caller: Caller, facility_id: str, target_id: str) -> None:
    """
    Lift the hold of a target; deleting goes on within a day, where it is due.

    Raises:
        NotFound: The facility has no such target.
    """
    store.target(facility_id, target_id)
    audit(caller, "lift-hold", target_id, facility_id=facility_id)
    purge_store.lift_hold(facility_id, target_id)
    count("HoldsLifted")
