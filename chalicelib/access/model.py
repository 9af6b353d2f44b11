"""Callers and what they are known by."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from chalicelib.kernel.errors import NotAllowed


class Role(StrEnum):
    OPERATOR = "operator"  # the provider's staff
    CLERK = "clerk"  # of a department of the provider: answers what is routed there
    FACILITY_ADMIN = "facility-admin"
    DOCTOR = "doctor"
    AGENT = "agent"
    PATIENT = "patient"  # holds a slip; its id is the slip's
    CAMERA = "camera"  # a phone or a device that sends captures into one person's buffer
    ANONYMOUS = "anonymous"


GROUPS = {  # Cognito group -> role, most powerful first
    "operators": Role.OPERATOR,
    "clerks": Role.CLERK,
    "facility-admins": Role.FACILITY_ADMIN,
    "doctors": Role.DOCTOR,
}

OF_PROVIDER = frozenset({Role.OPERATOR, Role.CLERK})  # whose home is no facility


class Caller(msgspec.Struct, frozen=True):
    """
    Somebody who proved who they are, or nobody.

    Attributes:
        facility_id: The tenant; from the session or the key, never from a request.  Empty for
            the provider's own people and for anonymous callers.
    """

    role: Role
    id: str
    facility_id: str = ""


PROVIDER = "provider"  # the home of what belongs to no single facility


def home_of(caller: Caller) -> str:
    """Return whose the caller is: their facility's, or the provider's."""
    return caller.facility_id or PROVIDER


ANONYMOUS = Caller(Role.ANONYMOUS, "anonymous")


DEFAULT_ZONE = "Asia/Tokyo"


class Facility(msgspec.Struct, frozen=True):
    """
    Attributes:
        zone: The IANA name of its time zone: its dates and times of backup are told there.
    """

    facility_id: str
    name: str
    zone: str = DEFAULT_ZONE


class Agent(msgspec.Struct, frozen=True):
    """
    A device of a facility that runs Hokan's agent.

    Attributes:
        last_seen_at: When it last asked what to do, to the minute.
        version: Of its program, as it says itself.
    """

    agent_id: str
    facility_id: str
    name: str
    public_key: bytes
    state: str  # "enrolled" | "revoked"
    enrolled_at: str
    revoked_at: str | None = None
    last_seen_at: str | None = None
    version: str | None = None


class Device(msgspec.Struct, frozen=True):
    """
    An endoscope, or what stands beside it, that sends captures into one person's buffer.

    Attributes:
        person_id: Whose buffer.
    """

    device_id: str
    facility_id: str
    person_id: str
    name: str
    public_key: bytes
    state: str  # "enrolled" | "revoked"
    enrolled_at: str
    revoked_at: str | None = None


class Person(msgspec.Struct, frozen=True):
    """
    Somebody with an account, of a facility or of the provider.

    Attributes:
        person_id: Cognito's ``sub``.
        account: The address they sign in with.
        gets_mail: They get the facility's notices.
        last_in_at: When they last signed in; None before the first time.
    """

    person_id: str
    account: str
    role: Role
    gets_mail: bool
    invited_at: str | None = None
    last_in_at: str | None = None
    disabled_at: str | None = None

    @property
    def standing(self) -> str:
        if self.disabled_at:
            return "disabled"
        return "active" if self.last_in_at else "invited"


class Session(msgspec.Struct, frozen=True):
    caller: Caller
    expires_at: str


class PortalVisit(msgspec.Struct, frozen=True):
    """
    A browser's session.

    Attributes:
        account: The address they signed in with; shown to themselves only.
        proved_twice: They signed in with two factors.
        seen_at: When they last asked for a page, to the minute.
        ends_at: When it is over whatever they do.
    """

    caller: Caller
    account: str
    proved_twice: bool
    seen_at: str
    ends_at: str


def caller_from_claims(claims: dict[str, Any]) -> Caller:
    """
    Return who a verified Cognito ID token speaks of.

    Raises:
        NotAllowed: In no group of ours, or in a facility's group without a facility.
    """
    groups = claims.get("cognito:groups") or []
    role = next((role for group, role in GROUPS.items() if group in groups), None)
    if role is None:
        raise NotAllowed("this account has no role in Hokan; ask your administrator")
    is_provider = role in OF_PROVIDER
    facility_id = "" if is_provider else str(claims.get("custom:facility") or "")
    if not is_provider and not facility_id:
        raise NotAllowed("this account belongs to no facility; ask the provider")
    return Caller(role, str(claims["sub"]), facility_id)
