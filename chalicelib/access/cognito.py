"""
Signing in with Cognito: the calls, and their errors in our words.

These calls need no AWS credentials (the app client is public), so they are sent unsigned and the
function's role grants nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import msgspec
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.kernel.errors import HokanError, Invalid, Unauthenticated, Unavailable
from chalicelib.sessions import session
from chalicelib.settings import settings

# What Cognito calls it -> what it is.  Anything else is a mistake of ours, and a 500.
_BUSY = {
    "InternalErrorException": "busy",
    "LimitExceededException": "busy",
    "TooManyRequestsException": "busy",
}
_AT_THE_PASSWORD = {
    **_BUSY,
    "InvalidParameterException": "wrong-password",  # such an account cannot be
    "NotAuthorizedException": "wrong-password",
    "PasswordResetRequiredException": "wrong-password",
    "UserNotConfirmedException": "wrong-password",
    "UserNotFoundException": "wrong-password",
}
_LATER = {
    **_BUSY,
    "CodeMismatchException": "wrong-code",
    "EnableSoftwareTokenMFAException": "wrong-code",
    "ExpiredCodeException": "wrong-code",
    "InvalidParameterException": "weak-password",
    "InvalidPasswordException": "weak-password",
    "NotAuthorizedException": "sign-in-over",
    "PasswordHistoryPolicyViolationException": "weak-password",
    "ResourceNotFoundException": "sign-in-over",
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """
    What Cognito says after a step: a challenge, or tokens.

    Attributes:
        challenge: What it asks next; empty with the tokens.
        username: How it wants the person named in the next step; empty: as before.
        session: What the next step has to bring.
    """

    challenge: str = ""
    username: str = ""
    session: str = ""
    id_token: str = ""
    access_token: str = ""


def password(account: str, typed: str) -> Answer:
    """Try a password; raises Unauthenticated ``wrong-password``, for an unknown account too."""
    with _refusing(_AT_THE_PASSWORD):
        return _answer(
            _client().initiate_auth(
                ClientId=settings().staff_client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": account, "PASSWORD": typed},
            )
        )


def respond(challenge: str, username: str, session: str, **answers: str) -> Answer:
    """
    Answer a challenge.

    Raises:
        Unauthenticated: ``wrong-code``, or ``sign-in-over`` when it took too long.
        Invalid: ``weak-password``: Cognito's rules refuse the new one.
    """
    with _refusing(_LATER):
        return _answer(
            _client().respond_to_auth_challenge(
                ClientId=settings().staff_client_id,
                ChallengeName=challenge,
                Session=session,
                ChallengeResponses={"USERNAME": username, **answers},
            )
        )


def new_secret(*, access_token: str = "", session: str = "") -> tuple[str, str]:
    """Return the secret of a new authenticator, and the session of the next step."""
    with _refusing(_LATER):
        found = _client().associate_software_token(**_whose(access_token, session))
    return str(found["SecretCode"]), str(found.get("Session", ""))


def prove(code: str, *, access_token: str = "", session: str = "") -> str:
    """Show that the authenticator has the secret; return the session of the next step."""
    with _refusing(_LATER):
        found = _client().verify_software_token(UserCode=code, **_whose(access_token, session))
    return str(found.get("Session", ""))


def demand_code(access_token: str) -> None:
    """Have Cognito ask for the authenticator's code from the next sign-in on."""
    with _refusing(_LATER):
        _client().set_user_mfa_preference(
            AccessToken=access_token,
            SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
        )


@contextmanager
def _refusing(meanings: Mapping[str, str]) -> Iterator[None]:
    """Turn what Cognito refuses into our errors."""
    try:
        yield
    except ClientError as error:
        meaning = meanings.get(error.response["Error"]["Code"])
        if meaning is None:
            raise
        raise _error(meaning) from None


def _error(meaning: str) -> HokanError:
    match meaning:
        case "busy":
            return Unavailable("the sign-in service is busy; try again in a moment")
        case "weak-password":
            return Invalid("the new password does not keep the rules", code=meaning)
        case "wrong-code":
            return Unauthenticated("the code is wrong or too old", code=meaning)
        case "wrong-password":
            return Unauthenticated("the account or the password is wrong", code=meaning)
        case _:
            return Unauthenticated("this sign-in took too long; begin again", code=meaning)


def _whose(access_token: str, session: str) -> dict[str, str]:
    return {"AccessToken": access_token} if access_token else {"Session": session}


def _answer(told: dict[str, Any]) -> Answer:
    tokens = told.get("AuthenticationResult", {})
    return Answer(
        challenge=told.get("ChallengeName", ""),
        username=told.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", ""),
        session=told.get("Session", ""),
        id_token=tokens.get("IdToken", ""),
        access_token=tokens.get("AccessToken", ""),
    )


@cache
def _client() -> Any:
    return session().create_client("cognito-idp", config=Config(signature_version=UNSIGNED))


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    _client.cache_clear()
