"""
What becomes of contracts as dates pass: they are told of, renewed, and ended.

A function of the contract and of the moment: done twice or late, it is done once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from chalicelib.contracts import changing, local, signing, store, timers
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import RUNNING, Contract, is_over
from chalicelib.contracts.renewal import book_from, in_next_term, next_look_on, outlook
from chalicelib.contracts.shown import price_of
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import Conflict
from chalicelib.notices import store as notices
from chalicelib.notices.model import Fact, Kind
from chalicelib.telemetry import count

A_DAY = timedelta(days=1)


def look_ahead(facility_id: str, contract_id: str, now: datetime) -> None:
    """Do what is due of a contract at *now*, and set when to look at it again."""
    today = local_date(now, local.zone_of(facility_id))
    found = changing.in_effect(store.contract(facility_id, contract_id), today)
    if found.state in RUNNING and is_over(found, today):
        _end(found, now)
        return
    _remind(found, today)
    zone = local.zone_of(facility_id)
    timers.look_again(found, next_look_on(found, today, zone, since=today + A_DAY))


def _end(found: Contract, now: datetime) -> None:
    with suppress(Conflict):  # somebody else changed it: the next minute looks again
        store.change(signing.ended(found, clock.text(now)))
        count("ContractsEnded")


def _remind(found: Contract, today: date) -> None:
    """Tell of the renewal or the end that comes, once for each of its days."""
    ahead = outlook(found, today, local.zone_of(found.facility_id))
    comes_on = ahead.ends_on or ahead.renews_on
    told_on = max((each for each in ahead.reminders if each <= today), default=None)
    if comes_on is None or told_on is None or comes_on <= today:
        return
    renews = ahead.ends_on is None
    facts: dict[str, Fact] = {
        "target_name": store.target(found.facility_id, found.target_id).name,
        "days": (comes_on - today).days,
        "comes_on": comes_on.isoformat(),
        "renews": renews,
        "stores": goods_of(found).stores,
        "total_yen": _next_price_yen(found, comes_on) if renews else 0,
    }
    key = f"reminder-{found.contract_id}-{comes_on}-{(comes_on - told_on).days}"
    notices.put(found.facility_id, Kind.CONTRACT_REMINDER, key, facts)


def _next_price_yen(found: Contract, on: date) -> int:
    return price_of(in_next_term(found, book_from(found, on)), on).total_yen
