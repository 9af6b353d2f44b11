"""Signing in, enrolling, revoking."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import timedelta
from functools import cache
from zoneinfo import available_timezones

from chalicelib.access import portal_store, store, tokens
from chalicelib.access.model import (
    DEFAULT_ZONE,
    Agent,
    Caller,
    Facility,
    PortalVisit,
    Role,
    Session,
    caller_from_claims,
    home_of,
)
from chalicelib.audit.model import AuditEvent
from chalicelib.audit.store import append
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Invalid, NotAllowed, Unauthenticated
from chalicelib.telemetry import count, logger
from chalicelib.web.routes import correlation_id

SESSION_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(minutes=15)  # of a browser's session
SEEN_EVERY = timedelta(minutes=1)  # is written no more often
CODE_LIFE = timedelta(minutes=10)
KEY_BYTES = 32  # a raw Ed25519 public key (RFC 8032, 5.1.5)


def audit(
    caller: Caller,
    action: str,
    subject: str,
    *,
    facility_id: str = "",
    outcome: str = "success",
    amount: int = 0,
) -> None:
    """
    Commit an audit row: *caller* did *action* to *subject* (an opaque id).

    Args:
        facility_id: Whose chain it goes to; the caller's own facility unless named.
        amount: How many records it concerned, where that is a number.

    Raises:
        Unavailable: It could not be committed, so the action must not happen.
    """
    append(
        AuditEvent(
            at=clock.text(clock.now()),
            facility_id=facility_id or home_of(caller),
            actor_id=caller.id,
            actor_role=caller.role,
            action=action,
            subject=subject,
            outcome=outcome,
            correlation_id=correlation_id(),
            amount=amount,
        )
    )


def sign_in(id_token: str) -> tuple[str, Session]:
    """
    Return a fresh session id (256 bits) and its session for the holder of *id_token*.

    Raises:
        Unauthenticated, NotAllowed: See :mod:`tokens` and :func:`caller_from_claims`; or the
            account is ``disabled``.
    """
    caller, account = _known_caller(id_token)
    session = Session(caller, clock.text(clock.now() + SESSION_LIFE))
    audit(caller, "sign-in", caller.id)
    session_id = secrets.token_urlsafe(32)
    store.add_session(session_id, session, account)
    return session_id, session


def enter_portal(
    id_token: str, *, account: str, proved_twice: bool, changed: tuple[str, ...] = ()
) -> str:
    """
    Return a fresh id (256 bits) of a browser's session for the holder of *id_token*.

    Args:
        changed: What they changed of their account on the way in.

    Raises:
        Unauthenticated, NotAllowed: As :func:`sign_in`.
    """
    caller, now = _known_caller(id_token)[0], clock.now()
    for action in (*changed, "sign-in"):
        audit(caller, action, caller.id)
    ends = clock.text(now + SESSION_LIFE)
    visit = PortalVisit(caller, account, proved_twice, seen_at=clock.text(now), ends_at=ends)
    session_id = secrets.token_urlsafe(32)
    portal_store.add_visit(session_id, visit)
    return session_id


def visit_of(session_id: str) -> PortalVisit | None:
    """Return the visit of a browser's session, or None when it is unknown, idle or over."""
    found, now = portal_store.visit(session_id), clock.now()
    if found is None or clock.parse(found.ends_at) <= now:
        return None
    idle = now - clock.parse(found.seen_at)
    if idle >= IDLE_LIFE:
        return None
    if idle >= SEEN_EVERY:
        portal_store.note_seen(session_id, clock.text(now))
    return found


def _known_caller(id_token: str) -> tuple[Caller, str]:
    """Return whom *id_token* speaks of, and their address."""
    claims = tokens.verified_claims(id_token)
    caller = caller_from_claims(claims)
    if caller.facility_id and not store.facility_exists(caller.facility_id):
        raise NotAllowed("this account's facility is not known here; ask the provider")
    return caller, str(claims.get("email") or "")


def caller_of_session(session_id: str) -> Caller:
    """Return who holds the session; raises Unauthenticated when it is unknown or over."""
    found = store.session(session_id, clock.now())
    if found is None:
        raise Unauthenticated("the session is over; sign in again", code="session-over")
    return found.caller


def add_facility(caller: Caller, name: str, zone: str = DEFAULT_ZONE) -> Facility:
    """
    Add a facility in the time zone *zone* (an IANA name), which it keeps.

    Raises:
        Invalid: There is no name or a very long one, or no such zone.
    """
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("a facility needs a name of 1 to 100 characters", code="no-name")
    if zone not in _zones():
        raise Invalid(
            "zone must be the IANA name of a time zone, such as Asia/Tokyo", code="no-such-zone"
        )
    facility = Facility(ids.new_id("facility", clock.now()), name.strip(), zone)
    audit(caller, "add-facility", facility.facility_id)
    store.add_facility(facility)
    return facility


@cache
def _zones() -> frozenset[str]:
    """Return the IANA names of time zones; they are looked up on the disk, file by file."""
    return frozenset(available_timezones())


def issue_agent_code(caller: Caller) -> tuple[str, str]:
    """Return a one-time enrolment code for the caller's facility, and when it ends."""
    code, ends_at = ids.one_time_code(), clock.now() + CODE_LIFE
    audit(caller, "issue-agent-code", caller.facility_id)
    store.add_code(ids.normal_code(code), caller.facility_id, ends_at)
    return code, clock.text(ends_at)


def enrol_agent(code: str, name: str, public_key: str) -> Agent:
    """
    Turn a one-time code and a device's public key into an enrolled agent.

    Raises:
        Invalid: *public_key* is not base64 of 32 bytes, or there is no name.
        NotAllowed: The code is wrong, used or too old.
    """
    key = key_bytes(public_key)
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("an agent needs a name of 1 to 100 characters")
    typed, now = ids.normal_code(code), clock.now()
    facility_id = store.facility_of_code(typed)
    agent = Agent(
        agent_id=ids.new_id("agent", now),
        facility_id=facility_id,
        name=name.strip(),
        public_key=key,
        state="enrolled",
        enrolled_at=clock.text(now),
    )
    store.enrol(typed, agent, now)
    audit(Caller(Role.AGENT, agent.agent_id, facility_id), "enrol-agent", agent.agent_id)
    count("AgentsEnrolled")
    logger.info("agent enrolled", extra={"agent_id": agent.agent_id, "facility_id": facility_id})
    return agent


def revoke_agent(caller: Caller, agent_id: str) -> None:
    """Revoke an agent of the caller's facility; its next request is refused."""
    audit(caller, "revoke-agent", agent_id)
    store.revoke(agent_id, caller.facility_id, clock.text(clock.now()))
    count("AgentsRevoked")


def key_bytes(public_key: str) -> bytes:
    """Return a public key as it is typed in base64; raises Invalid."""
    try:
        key = base64.b64decode(public_key, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Invalid("public_key must be the base64 of a raw Ed25519 public key (32 bytes)")
    return key
