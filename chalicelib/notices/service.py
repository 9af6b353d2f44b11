"""
Sending what is due.

A notice is taken for a minute before it is sent, so that two schedules at once send it once; who
dies in between leaves it to the next minute.  Whoever dies between SES's yes and our note of it
sends it twice: no mail can be taken back.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import mail
from chalicelib.access import people_store
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.notices import store
from chalicelib.notices.model import FOR_THE_PROVIDER_TOO, Fact, Notice, State
from chalicelib.settings import settings
from chalicelib.telemetry import count, logger
from chalicelib.web import letters
from chalicelib.web.letters import Letter

RETRY_AFTER = timedelta(minutes=1)
GIVEN_UP_AFTER = timedelta(hours=24)


def send_due(facility_id: str, key: str, now: datetime) -> None:
    """
    Do with a notice what is due at *now*: send it, or forget it a year after.

    Args:
        key: Its sort key's part after ``NOTICE#``.
    """
    found = store.notice(facility_id, key)
    if found is None or clock.parse(found.due_at) > now:
        return
    if found.state is not State.WAITING:
        store.forget(found)
    elif store.take(found, now + RETRY_AFTER):
        _try(found, now)


def _try(found: Notice, now: datetime) -> None:
    """Send *found* and note it; on SES's trouble it stays for the next minute, for a day."""
    try:
        state = _sent(found)
    except Unavailable as trouble:
        if now - clock.parse(found.put_at) < GIVEN_UP_AFTER:
            logger.warning("notice not sent yet", extra=_named(found) | dict(trouble.facts))
            return
        state = State.GIVEN_UP
    store.settle(found, state, now)
    _tell(found, state)


def _sent(found: Notice) -> State:
    """Send *found* to whom it is for; return what became of it."""
    if not mail.is_on():
        return State.MAIL_OFF
    to, copy = _addresses(found), _provider(found)
    if not to and not copy:
        return State.NO_ADDRESS
    written = letter(found)
    mail.send(written.subject, written.text, to[: mail.RECIPIENTS - len(copy)], copy=copy)
    return State.SENT if to else State.NO_ADDRESS


def _addresses(found: Notice) -> list[str]:
    return [found.to] if found.to else people_store.notice_addresses(found.facility_id)


def letter(found: Notice) -> Letter:
    """Return what *found* says, in both languages."""
    facts = {name: _read(name, fact) for name, fact in found.facts.items()}
    return letters.written(f"notices/{found.kind}.txt", portal=settings().portal_url, **facts)


def _read(name: str, fact: Fact) -> Fact | date:
    """Return dates and moments as such; a moment keeps the offset it was written with."""
    if name.endswith("_on"):
        return date.fromisoformat(str(fact))
    return datetime.fromisoformat(str(fact)) if name.endswith("_at") else fact


def _provider(found: Notice) -> list[str]:
    """Return the provider's own address, where it must hear of *found* too."""
    hears = found.kind in FOR_THE_PROVIDER_TOO and settings().operator_mail
    return [settings().operator_mail] if hears else []


def _tell(found: Notice, state: State) -> None:
    """Count and log what became of *found*, never what it says or to whom."""
    counted = {
        State.SENT: "NoticesSent",
        State.MAIL_OFF: "NoticesWithoutMail",
        State.NO_ADDRESS: "NoticesWithoutAddress",
        State.GIVEN_UP: "NoticesGivenUp",
    }
    count(counted[state])
    log = logger.error if state is State.GIVEN_UP else logger.info
    log("notice settled", extra=_named(found) | {"notice_state": state})


def _named(found: Notice) -> dict[str, Any]:
    return {"facility_id": found.facility_id, "kind": found.kind, "notice_key": found.key}
