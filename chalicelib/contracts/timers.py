"""
Timers of plans in DynamoDB (core), on the index of what falls due (see chalicelib/due.py).

FACILITY#<id>  TIMER#run#<target id>     when a nightly plan runs next, and all a job is made from
FACILITY#<id>  TIMER#change#<target id>  when the upcoming version of a contract holds
FACILITY#<id>  TIMER#disc#<target id>    when the next discs of a deluxe area are due

FACILITY#<id>  AHEAD#<target id>         when something becomes of its contract by itself: it is
                                         told of, renewed, or ended

They are written with the contract, all or nothing: no state in which only one has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.due_times import newest_run, next_run
from chalicelib.contracts.local import zone_of
from chalicelib.contracts.model import Contract, State, TimingKind, ends_on
from chalicelib.contracts.renewal import next_look_on
from chalicelib.due import DueRow, shard_of
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date, months_after, months_between, start_of_day
from chalicelib.tables import CoreTable, condition_failed, expecting, transaction

RUN, CHANGE, AHEAD = "TIMER#run#", "TIMER#change#", "AHEAD#"
DISC = "TIMER#disc#"
WORKING = {State.ACTIVE, State.GRACE}
A_MOMENT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)


class RunTimer(msgspec.Struct, frozen=True):
    """
    When a nightly plan runs next.

    Attributes:
        at: Local time HH:MM in *zone*.
        ends_on: The first local date on which nothing runs any more.
    """

    facility_id: str
    target_id: str
    contract_id: str
    at: str
    zone: str
    ends_on: str | None
    due_at: str

    def newest(self, now: datetime) -> datetime:
        """Return the newest run that is due at *now*: it makes up for those that were missed."""
        until = now
        if self.ends_on is not None:
            end = start_of_day(date.fromisoformat(self.ends_on), self._zone)
            until = min(now, end - A_MOMENT)
        return newest_run(self.at, self._zone, clock.parse(self.due_at), until)

    def following(self, run: datetime) -> datetime | None:
        """Return the run after *run*, or None when the contract has ended by then."""
        following = next_run(self.at, self._zone, run)
        if self.ends_on and local_date(following, self._zone) >= date.fromisoformat(self.ends_on):
            return None
        return following

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class DiscTimer(msgspec.Struct, frozen=True):
    """
    When the next discs of a deluxe area are due: after each month from the contract's start on.

    Attributes:
        anchor: The first local date of the contract.
        ends_on: The first local date on which nothing is due any more: a day after the contract
            ends or the area becomes economy, for on that one the discs of the last month are due.
    """

    facility_id: str
    target_id: str
    anchor: date
    zone: str
    ends_on: date | None
    due_at: str

    def following(self) -> datetime | None:
        """Return when the discs after these are due, or None when the contract ends by then."""
        zone = ZoneInfo(self.zone)
        on = _months_on(self.anchor, local_date(clock.parse(self.due_at), zone))
        return None if self.ends_on and on >= self.ends_on else start_of_day(on, zone)


class _Timer(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()
    contract_id = UnicodeAttribute()
    at = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    revision = NumberAttribute(null=True)  # of AHEAD: that of the contract it was written with


def follow_in(write: TransactWrite, contract: Contract) -> None:
    """
    Let the timers of the contract's target follow *contract*; what need not move is not touched.

    A minute that is due must not be lost by an amendment of something else, nor discs that are due.
    """
    now = clock.now()
    for prefix, wanted in (
        (RUN, _run_timer(contract, now)),
        (CHANGE, _change_timer(contract)),
        (DISC, _disc_timer(contract, now)),
    ):
        kept = _kept(contract.facility_id, prefix + contract.target_id)
        if prefix == DISC and kept is not None and kept.due_at <= clock.text(now):
            wanted = _with_what_is_due(kept, wanted)  # noqa: PLW2901
        if wanted is not None and kept is not None and not _differ(kept, wanted):
            continue
        if wanted is not None and not _is_past_end(wanted):
            write.save(wanted)
        elif kept is not None:
            write.delete(kept)
    _look_ahead_in(write, contract)


def look_again(contract: Contract, on: date | None) -> None:
    """Move the look ahead of *contract* on to a later date, unless it has changed meanwhile."""
    row = _Timer(f"FACILITY#{contract.facility_id}", AHEAD + contract.target_id)
    unchanged = _Timer.revision == contract.revision
    with _not_if_changed():
        if on is None:
            row.delete(condition=unchanged)
        else:
            due = clock.text(start_of_day(on, zone_of(contract.facility_id)))
            row.update([_Timer.due_at.set(due)], condition=unchanged)


def advance_in(write: TransactWrite, timer: RunTimer, to: datetime | None) -> None:
    """Move *timer* on, or away when nothing follows, if nobody has moved it meanwhile."""
    row = _Timer(f"FACILITY#{timer.facility_id}", RUN + timer.target_id)
    unmoved = _Timer.due_at == timer.due_at
    if to is None:
        write.delete(row, condition=unmoved)
    else:
        write.update(row, [_Timer.due_at.set(clock.text(to))], condition=unmoved)


def disc_timer(row: DueRow) -> DiscTimer:
    """Return the timer of discs that a due row is."""
    facts = row.attributes
    ends = facts.get("ends_on")
    return DiscTimer(
        facility_id=row.facility_id,
        target_id=row.sk.removeprefix(DISC),
        anchor=date.fromisoformat(facts["at"]),
        zone=facts["zone"],
        ends_on=date.fromisoformat(ends) if ends else None,
        due_at=row.due_at,
    )


def advance_disc_in(write: TransactWrite, timer: DiscTimer) -> None:
    """Move *timer* on by a month, or away at the end, if nobody has moved it meanwhile."""
    row = _Timer(f"FACILITY#{timer.facility_id}", DISC + timer.target_id)
    end = timer.ends_on.isoformat() if timer.ends_on else None
    unmoved = (_Timer.due_at == timer.due_at) & (
        _Timer.ends_on == end if end else _Timer.ends_on.does_not_exist()
    )
    if following := timer.following():
        write.update(row, [_Timer.due_at.set(clock.text(following))], condition=unmoved)
    else:
        write.delete(row, condition=unmoved)


def advance_disc(timer: DiscTimer) -> None:
    """Do the same where nothing is ordered."""
    with expecting("somebody else moved it"), transaction() as write:
        advance_disc_in(write, timer)


def run_timers_of(facility_id: str) -> Iterator[RunTimer]:
    """Yield when each nightly plan of the facility runs next."""
    for row in _Timer.query(f"FACILITY#{facility_id}", _Timer.sk.startswith(RUN)):
        facts = {"contract_id": row.contract_id, "at": row.at, "zone": row.zone}
        yield _run(facility_id, row.sk, row.due_at, facts, row.ends_on)


def run_timer(row: DueRow) -> RunTimer:
    """Return the timer that a due row is."""
    ends = row.attributes.get("ends_on")
    return _run(row.facility_id, row.sk, row.due_at, row.attributes, ends)


def _run(
    facility_id: str, sk: str, due_at: str, facts: dict[str, str], ends: str | None
) -> RunTimer:
    return RunTimer(
        facility_id=facility_id,
        target_id=sk.removeprefix(RUN),
        contract_id=facts["contract_id"],
        at=facts["at"],
        zone=facts["zone"],
        ends_on=ends,
        due_at=due_at,
    )


def _run_timer(contract: Contract, now: datetime) -> _Timer | None:
    """Return the timer that *contract* needs from *now* on, or None where it never runs."""
    timing, zone = contract.timing, zone_of(contract.facility_id)
    is_working = contract.state in WORKING and not contract.paused
    if not is_working or timing is None or timing.kind is not TimingKind.NIGHTLY:
        return None
    begins = start_of_day(contract.starts_on, zone) - A_MOMENT
    due = next_run(str(timing.at), zone, max(now, begins))
    end_on = ends_on(contract)
    row = _row(contract, RUN, due)
    row.at, row.zone = timing.at, zone.key
    row.ends_on = end_on.isoformat() if end_on else None
    return row


def _disc_timer(contract: Contract, now: datetime) -> _Timer | None:
    """Return the timer of a deluxe area's discs, or None for anything else."""
    if contract.state not in WORKING or contract.service_class is not ServiceClass.DELUXE:
        return None
    zone = zone_of(contract.facility_id)
    on = _months_on(contract.starts_on, local_date(now, zone))
    row = _row(contract, DISC, start_of_day(on, zone))
    until = _deluxe_until(contract)
    row.at, row.zone = contract.starts_on.isoformat(), zone.key
    row.ends_on = (until + A_DAY).isoformat() if until else None  # on that day the last are due
    return row


def _deluxe_until(contract: Contract) -> date | None:
    """Return the first date on which a deluxe area is none any more, or None for no such date."""
    ends, upcoming = ends_on(contract), contract.upcoming
    if upcoming is None or upcoming.service_class is ServiceClass.DELUXE:
        return ends
    return min(filter(None, (ends, upcoming.effective_on)), default=None)


def _with_what_is_due(kept: _Timer, wanted: _Timer | None) -> _Timer:
    """Return *wanted* with the discs that are due by *kept*: the last ones where none is wanted."""
    row = wanted or _Timer(**kept.attribute_values)
    row.due_at = kept.due_at
    if wanted is None:
        due_on = local_date(clock.parse(kept.due_at), ZoneInfo(kept.zone))
        row.ends_on = (due_on + A_DAY).isoformat()
    return row


def _months_on(anchor: date, day: date) -> date:
    """Return the first date after *day* that lies whole months after *anchor*, one at least."""
    return months_after(anchor, max(months_between(anchor, day), 0) + 1)


def _is_past_end(timer: _Timer) -> bool:
    """Whether the contract has ended when *timer* is due."""
    if not timer.ends_on:
        return False
    due_on = local_date(clock.parse(timer.due_at), ZoneInfo(timer.zone))
    return due_on >= date.fromisoformat(timer.ends_on)


def _change_timer(contract: Contract) -> _Timer | None:
    upcoming = contract.upcoming
    if contract.state is State.ENDED or upcoming is None or upcoming.effective_on is None:
        return None
    zone = zone_of(contract.facility_id)
    return _row(contract, CHANGE, start_of_day(upcoming.effective_on, zone))


def _look_ahead_in(write: TransactWrite, contract: Contract) -> None:
    zone = zone_of(contract.facility_id)
    today = local_date(clock.now(), zone)
    on = next_look_on(contract, today, zone, since=today)
    if on is None:
        write.delete(_Timer(f"FACILITY#{contract.facility_id}", AHEAD + contract.target_id))
        return
    row = _row(contract, AHEAD, start_of_day(on, zone))
    row.revision = contract.revision
    write.save(row)


@contextmanager
def _not_if_changed() -> Iterator[None]:
    """Let a write go that somebody else's has overtaken: it has set what comes next."""
    try:
        yield
    except (DeleteError, UpdateError) as error:
        if not condition_failed(error):
            raise


def _row(contract: Contract, prefix: str, due: datetime) -> _Timer:
    return _Timer(
        f"FACILITY#{contract.facility_id}",
        prefix + contract.target_id,
        due_shard=shard_of(contract.target_id),
        due_at=clock.text(due),
        contract_id=contract.contract_id,
    )


def _kept(facility_id: str, sk: str) -> _Timer | None:
    try:
        return _Timer.get(f"FACILITY#{facility_id}", sk, consistent_read=True)
    except _Timer.DoesNotExist:
        return None


def _differ(kept: _Timer, wanted: _Timer) -> bool:
    """Whether two timers of a target tell of different plans; when they are due is not asked."""
    if kept.sk.startswith(CHANGE):
        return (kept.contract_id, kept.due_at) != (wanted.contract_id, wanted.due_at)
    names = ("contract_id", "at", "zone", "ends_on")
    return any(getattr(kept, each) != getattr(wanted, each) for each in names)
