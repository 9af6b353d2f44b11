"""Callers and what they are known by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.kernel.errors import NotAllowed


class Role(StrEnum):
    OPERATOR = "operator"  # the provider's staff
    FACILITY_ADMIN = "facility-admin"
    DOCTOR = "doctor"
    AGENT = "agent"
    ANONYMOUS = "anonymous"


GROUPS = {  # Cognito group -> role, most powerful first
    "operators": Role.OPERATOR,
    "facility-admins": Role.FACILITY_ADMIN,
    "doctors": Role.DOCTOR,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Somebody who proved who they are, or nobody.

    Attributes:
        facility_id: The tenant; from the session or the key, never from a request.  Empty for
            the provider's operators and for anonymous callers.
    """

    role: Role
    id: str
    facility_id: str = ""


ANONYMOUS = Caller(Role.ANONYMOUS, "anonymous")


@dataclass(frozen=True, slots=True)
class Agent:
    agent_id: str
    facility_id: str
    name: str
    public_key: bytes
    state: str  # "enrolled" | "revoked"
    enrolled_at: str
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    caller: Caller
    expires_at: str


@dataclass(frozen=True, slots=True)
class PortalVisit:
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
    facility_id = "" if role is Role.OPERATOR else str(claims.get("custom:facility") or "")
    if role is not Role.OPERATOR and not facility_id:
        raise NotAllowed("this account belongs to no facility; ask the provider")
    return Caller(role, str(claims["sub"]), facility_id)
