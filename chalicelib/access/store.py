"""
Facilities, agents, codes and sessions in DynamoDB.

core  FACILITIES            FACILITY#<facility id>   name, time zone
core  AGENT#<agent id>      AGENT                    the agent: key, state (one read a request)
core  FACILITY#<id>         AGENT#<agent id>         which agents a facility has
box   CODE#<sha256>         CODE                     an enrolment code, deleted by its use
box   NONCE#<agent id>      <nonce>                  a signature that has been used
box   SESSION#<sha256>      SESSION                  a staff session; the id itself is not kept
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from pynamodb.attributes import (
    BinaryAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.access import people_store
from chalicelib.access.model import DEFAULT_ZONE, Agent, Caller, Facility, Role, Session
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotAllowed, NotFound
from chalicelib.tables import BoxTable, CoreTable, condition_failed, transaction
from chalicelib.web import cursors

SEEN_EVERY = timedelta(minutes=1)  # is written no more often


class _Facility(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default="FACILITIES")
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    zone = UnicodeAttribute(null=True)


class _Agent(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="AGENT")
    facility_id = UnicodeAttribute()
    agent_name = UnicodeAttribute()
    public_key = BinaryAttribute(legacy_encoding=False)
    state = UnicodeAttribute()
    enrolled_at = UnicodeAttribute()
    revoked_at = UnicodeAttribute(null=True)
    last_seen_at = UnicodeAttribute(null=True)
    version = UnicodeAttribute(null=True)


class _Membership(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class _Code(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="CODE")
    facility_id = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Nonce(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()


class _Session(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SESSION")
    role = UnicodeAttribute()
    person_id = UnicodeAttribute()
    facility_id = UnicodeAttribute(null=True)
    ends_at = UnicodeAttribute()
    expires_at = NumberAttribute()


# --- facilities --------------------------------------------------------------------------------


def add_facility(facility: Facility) -> None:
    row = _Facility("FACILITIES", f"FACILITY#{facility.facility_id}", name=facility.name)
    row.zone = facility.zone
    row.save(_Facility.pk.does_not_exist())


def facilities() -> Iterator[Facility]:
    """Yield every facility, oldest first."""
    for row in _Facility.query("FACILITIES"):
        yield _to_facility(row)


def facilities_page(cursor: str | None, rows: int) -> tuple[list[Facility], str | None]:
    """Return some facilities, and the cursor of the next ones."""
    page = _Facility.query(
        "FACILITIES", limit=rows, last_evaluated_key=cursors.read(cursor, partition="FACILITIES")
    )
    return [_to_facility(row) for row in page], cursors.written(page.last_evaluated_key)


def facility_name(facility_id: str) -> str:
    """Return the facility's name; raises NotFound."""
    return facility(facility_id).name


def facility(facility_id: str) -> Facility:
    """Return one facility; raises NotFound."""
    try:
        return _to_facility(_Facility.get("FACILITIES", f"FACILITY#{facility_id}"))
    except _Facility.DoesNotExist:
        raise NotFound("there is no such facility") from None


def names_of_facilities(facility_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of some facilities, a hundred of them with one call."""
    keys = [("FACILITIES", f"FACILITY#{each}") for each in facility_ids]
    return {each.facility_id: each.name for each in map(_to_facility, _Facility.batch_get(keys))}


def facility_exists(facility_id: str) -> bool:
    return _Facility.count("FACILITIES", _Facility.sk == f"FACILITY#{facility_id}") == 1


# --- agents ------------------------------------------------------------------------------------


def add_code(code: str, facility_id: str, ends_at: datetime) -> None:
    _Code(hashed("CODE", code), facility_id=facility_id, expires_at=_seconds(ends_at)).save()


def enrol(code: str, agent: Agent, at: datetime) -> None:
    """
    Use up *code* and add *agent* to the code's facility, both or neither.

    Raises:
        NotAllowed: The code is unknown, used or past its time (no telling which).
    """
    code_row = _Code(hashed("CODE", code), "CODE")
    alive = (_Code.facility_id == agent.facility_id) & (_Code.expires_at > _seconds(at))
    try:
        with transaction() as write:
            write.delete(code_row, condition=alive)
            write.save(_agent_row(agent), condition=_Agent.pk.does_not_exist())
            write.save(_Membership(f"FACILITY#{agent.facility_id}", f"AGENT#{agent.agent_id}"))
    except TransactWriteError as error:
        raise _bad_code() from error


def facility_of_code(code: str) -> str:
    """Return the facility *code* enrols into; raises NotAllowed when nobody issued it."""
    try:
        return _Code.get(hashed("CODE", code), "CODE", consistent_read=True).facility_id
    except _Code.DoesNotExist:
        raise _bad_code() from None


def _bad_code() -> NotAllowed:
    return NotAllowed(
        "the code is wrong, used or older than 10 minutes; ask for a new one", code="bad-code"
    )


def agent(agent_id: str) -> Agent:
    """Return one agent, read consistently so that a revocation counts at once."""
    try:
        return _to_agent(_Agent.get(f"AGENT#{agent_id}", "AGENT", consistent_read=True))
    except _Agent.DoesNotExist:
        raise NotFound("there is no such agent") from None


def agents_of(facility_id: str) -> list[Agent]:
    """Return the facility's agents, oldest first."""
    rows = _Membership.query(f"FACILITY#{facility_id}", _Membership.sk.startswith("AGENT#"))
    keys = [(row.sk, "AGENT") for row in rows]
    found = [_to_agent(row) for row in _Agent.batch_get(keys)]
    return sorted(found, key=lambda each: each.agent_id)


def revoke(agent_id: str, facility_id: str, at: str) -> None:
    """Revoke an agent of *facility_id*; revoking twice is the same as once."""
    row = _Agent(f"AGENT#{agent_id}", "AGENT")
    actions: list[Action] = [
        _Agent.state.set("revoked"),
        _Agent.revoked_at.set(_Agent.revoked_at | at),
    ]
    try:
        row.update(actions, condition=_Agent.facility_id == facility_id)
    except UpdateError as error:
        if not condition_failed(error):
            raise
        raise NotFound("there is no such agent") from None


def note_agent(agent_id: str, at: datetime, version: str) -> None:
    """Note that the agent of *version* was heard at the moment *at*, at most once a minute."""
    row = _Agent(f"AGENT#{agent_id}", "AGENT")
    is_news = _Agent.last_seen_at.does_not_exist() | (
        _Agent.last_seen_at < clock.text(at - SEEN_EVERY)
    )
    actions: list[Action] = [
        _Agent.last_seen_at.set(clock.text(at)),
        _Agent.version.set(version),
    ]
    try:
        row.update(actions, condition=_Agent.pk.exists() & is_news)
    except UpdateError as error:
        if not condition_failed(error):
            raise


def spend_nonce(agent_id: str, nonce: str, until: datetime) -> None:
    """Remember that *nonce* was used; raises Conflict when it was used before."""
    row = _Nonce(f"NONCE#{agent_id}", nonce, expires_at=_seconds(until))
    try:
        row.save(_Nonce.pk.does_not_exist())
    except PutError as error:
        if not condition_failed(error):
            raise
        raise Conflict("this signature was used before") from None


# --- sessions ----------------------------------------------------------------------------------


def add_session(session_id: str, session: Session, account: str = "") -> None:
    """Begin a session; raises NotAllowed ``disabled`` when its holder may not come in."""
    ends = clock.parse(session.expires_at)
    row = _Session(
        hashed("SESSION", session_id),
        role=session.caller.role.value,
        person_id=session.caller.id,
        facility_id=session.caller.facility_id or None,
        ends_at=session.expires_at,
        expires_at=_seconds(ends),
    )
    people_store.begin_session(
        session.caller,
        account,
        clock.text(clock.now()),
        row,
        pk=row.pk,
        expires_at=_seconds(ends),
    )


def session(session_id: str, at: datetime) -> Session | None:
    """Return the session unless it is unknown, ended or past its time (TTL deletes late)."""
    try:
        row = _Session.get(hashed("SESSION", session_id), "SESSION", consistent_read=True)
    except _Session.DoesNotExist:
        return None
    if clock.parse(row.ends_at) <= at:
        return None
    return Session(Caller(Role(row.role), row.person_id, row.facility_id or ""), row.ends_at)


def end_session(session_id: str) -> None:
    try:
        _Session(hashed("SESSION", session_id), "SESSION").delete()
    except DeleteError as error:
        if not condition_failed(error):
            raise


# --- shapes ------------------------------------------------------------------------------------


def hashed(kind: str, secret: str) -> str:
    """A secret is looked up by its digest, so reading the table gives none away."""
    return f"{kind}#{sha256(secret.encode()).hexdigest()}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _to_facility(row: _Facility) -> Facility:
    return Facility(row.sk.removeprefix("FACILITY#"), row.name, row.zone or DEFAULT_ZONE)


def _agent_row(agent: Agent) -> _Agent:
    return _Agent(
        f"AGENT#{agent.agent_id}",
        facility_id=agent.facility_id,
        agent_name=agent.name,
        public_key=agent.public_key,
        state=agent.state,
        enrolled_at=agent.enrolled_at,
    )


def _to_agent(row: _Agent) -> Agent:
    return Agent(
        agent_id=row.pk.removeprefix("AGENT#"),
        facility_id=row.facility_id,
        name=row.agent_name,
        public_key=row.public_key,
        state=row.state,
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
        last_seen_at=row.last_seen_at,
        version=row.version,
    )
