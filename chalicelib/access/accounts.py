"""
Accounts in the staff's user pool: made, helped, closed.  The service signs these calls itself.

Whoever calls has looked the person up among the people of their own facility before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.access.model import GROUPS, Role
from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.sessions import session
from chalicelib.settings import settings

_BUSY = {"InternalErrorException", "LimitExceededException", "TooManyRequestsException"}
_GROUP_OF = {role: group for group, role in GROUPS.items()}


def make(account: str, role: Role, facility_id: str, password: str) -> str:
    """
    Make an account in *role*'s group, or go on with one whose making was cut off; return its id.

    Cognito mails *password*, which the first sign-in replaces.

    Args:
        facility_id: Empty for the provider's own people.

    Raises:
        Conflict: ``account-exists``: the address is another facility's account.
        Invalid: ``bad-address``: Cognito takes no such address.
        Unavailable: Cognito is busy.
    """
    attributes = {"email": account, "email_verified": "true"}
    if facility_id:
        attributes["custom:facility"] = facility_id
    listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
    with _refusing():
        try:
            made = _client().admin_create_user(
                **_of_pool(account), TemporaryPassword=password, UserAttributes=listed
            )["User"]["Attributes"]
        except _client().exceptions.UsernameExistsException:
            made = _own(account, facility_id)
        person_id = next(str(each["Value"]) for each in made if each["Name"] == "sub")
        _client().admin_add_user_to_group(**_of_pool(person_id), GroupName=_GROUP_OF[role])
    return person_id


def close(person_id: str) -> None:
    """Let nobody sign in with the account."""
    with _refusing():
        _client().admin_disable_user(**_of_pool(person_id))


def reopen(person_id: str) -> None:
    """Let its holder sign in again."""
    with _refusing():
        _client().admin_enable_user(**_of_pool(person_id))


def set_password(person_id: str, password: str) -> None:
    """Give the account a *password* that its holder's next sign-in replaces."""
    with _refusing():
        _client().admin_set_user_password(**_of_pool(person_id), Password=password, Permanent=False)


def forget_authenticator(person_id: str) -> None:
    """Let its holder set up another authenticator at the next sign-in."""
    off = {"Enabled": False, "PreferredMfa": False}
    with _refusing():
        _client().admin_set_user_mfa_preference(**_of_pool(person_id), SoftwareTokenMfaSettings=off)


def _own(account: str, facility_id: str) -> list[dict[str, str]]:
    """Return the attributes of an account that is there; raises Conflict when it is another's."""
    found: list[dict[str, str]] = _client().admin_get_user(**_of_pool(account))["UserAttributes"]
    whose = next((each["Value"] for each in found if each["Name"] == "custom:facility"), "")
    if whose != facility_id:
        raise _taken()
    return found


def _taken() -> Conflict:
    return Conflict("this address has an account already", code="account-exists")


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what Cognito refuses into our errors; anything else is a mistake of ours."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "UserNotFoundException":
            raise NotFound("there is no such person") from None
        if code == "InvalidParameterException":
            raise Invalid("no account can have this address", code="bad-address") from None
        if code in _BUSY:
            raise Unavailable("the sign-in service is busy; try again in a moment") from None
        raise


def _of_pool(username: str) -> dict[str, str]:
    return {"UserPoolId": settings().staff_pool_id, "Username": username}


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    _client.cache_clear()


@cache
def _client() -> Any:
    return session().create_client("cognito-idp")
