"""
Signing in to the portal, step by step: password, first password, code, authenticator.

What has been reached stands in the box table between two steps, never in a page.  It is sealed
with a key made of the id in the browser's cookie, so that reading the table lets nobody go on.
Wrong passwords and wrong codes count together, before they are tried.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from chalicelib.access import cognito, portal_store
from chalicelib.access.cognito import Answer
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid, NotAllowed, Unauthenticated
from chalicelib.settings import settings
from chalicelib.telemetry import count, logger

TRIES = 5
WINDOW = timedelta(minutes=15)
LIFE = timedelta(
    minutes=10
)  # of a step; Cognito's own challenges live as long (AuthSessionValidity)
PASSWORD_LENGTH = 13  # as the user pool demands
NONCE_BYTES = 12


class Step(StrEnum):
    """What a sign-in under way waits for."""

    NEW_PASSWORD = "new-password"  # noqa: S105 - no password
    CODE = "code"
    AUTHENTICATOR = "authenticator"
    DONE = "done"


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """
    How far a person has come.

    Attributes:
        username: The account as Cognito names it.
        next: The page they wanted.
        is_setting_up: They asked for a (new) authenticator.
        proved_twice: A code was right: two factors.
        changed: What they changed of their account, for the audit.
        session, access_token, id_token: Cognito's, for the next call.
        secret: Of the authenticator being set up.
    """

    step: Step = Step.DONE
    account: str
    username: str
    next: str
    is_setting_up: bool = False
    proved_twice: bool = False
    changed: tuple[str, ...] = ()
    session: str = ""
    access_token: str = ""
    id_token: str = ""
    secret: str = ""


def begin(account: str, password: str, *, next_page: str, is_setting_up: bool = False) -> SignIn:
    """
    Try a password.

    Raises:
        Unauthenticated: ``wrong-password`` (never which part), or ``locked``.
    """
    with _counted(account):
        answer = cognito.password(account, password)
    reached = SignIn(account=account, username=account, next=next_page, is_setting_up=is_setting_up)
    return _after(answer, reached)


def choose_password(reached: SignIn, password: str) -> SignIn:
    """
    Replace the password the provider gave.

    Raises:
        Invalid: ``weak-password``.
        Unauthenticated: ``sign-in-over``.
    """
    if len(password) < PASSWORD_LENGTH:
        raise Invalid("a password has 13 characters or more", code="weak-password")
    answer = cognito.respond(
        "NEW_PASSWORD_REQUIRED", reached.username, reached.session, NEW_PASSWORD=password
    )
    return _after(answer, _having(reached, "choose-password"))


def enter_code(reached: SignIn, code: str) -> SignIn:
    """
    Show the code of the authenticator.

    Raises:
        Unauthenticated: ``wrong-code``, ``locked`` or ``sign-in-over``.
    """
    with _counted(reached.account):
        answer = cognito.respond(
            "SOFTWARE_TOKEN_MFA", reached.username, reached.session, SOFTWARE_TOKEN_MFA_CODE=code
        )
    return _after(answer, msgspec.structs.replace(reached, proved_twice=True))


def set_up_authenticator(reached: SignIn, code: str) -> SignIn:
    """
    Show that the new authenticator gives the right codes; from now on it is asked for.

    Raises:
        Unauthenticated: ``wrong-code`` or ``sign-in-over``.
    """
    proved = _having(reached, "set-up-authenticator", proved_twice=True, is_setting_up=False)
    if reached.access_token:
        cognito.prove(code, access_token=reached.access_token)
        cognito.demand_code(reached.access_token)
        return _done(proved)
    session = cognito.prove(code, session=reached.session)
    return _after(cognito.respond("MFA_SETUP", reached.username, session), proved)


def _having(reached: SignIn, change: str, **further: Any) -> SignIn:
    """Return *reached* with one more *change* of the account."""
    return msgspec.structs.replace(reached, changed=(*reached.changed, change), **further)


def _after(answer: Answer, reached: SignIn) -> SignIn:
    """Return where Cognito's *answer* leads from what has been *reached*."""
    reached = msgspec.structs.replace(
        reached,
        username=answer.username or reached.username,
        session=answer.session,
        access_token=answer.access_token,
        id_token=answer.id_token,
    )
    match answer.challenge:
        case "":
            is_enough = reached.proved_twice or not settings().require_mfa
            return _done(reached) if is_enough and not reached.is_setting_up else _new(reached)
        case "NEW_PASSWORD_REQUIRED":
            return msgspec.structs.replace(reached, step=Step.NEW_PASSWORD)
        case "SOFTWARE_TOKEN_MFA":
            return msgspec.structs.replace(reached, step=Step.CODE)
        case "MFA_SETUP":
            return _new(reached)
        case other:
            logger.error("challenge is not known", extra={"challenge": other})
            raise NotAllowed("this account asks for a proof that Hokan does not know")


def _new(reached: SignIn) -> SignIn:
    """Get the secret of a new authenticator."""
    secret, session = cognito.new_secret(access_token=reached.access_token, session=reached.session)
    return msgspec.structs.replace(reached, step=Step.AUTHENTICATOR, secret=secret, session=session)


def _done(reached: SignIn) -> SignIn:
    portal_store.forget_tries(reached.account)
    return msgspec.structs.replace(reached, step=Step.DONE)


@contextmanager
def _counted(account: str) -> Iterator[None]:
    """Count a try before it is made; take it back when it was right."""
    if not portal_store.count_try(account, clock.now(), limit=TRIES, window=WINDOW):
        count("SignInsLocked")
        raise Unauthenticated("too many wrong tries; wait 15 minutes", code="locked")
    try:
        yield
    except Unauthenticated:
        count("SignInsRefused")
        raise
    portal_store.take_back_try(account)


# --- between two steps -------------------------------------------------------------------------


def keep(reached: SignIn) -> str:
    """Keep what was reached until the next step; return the id for the browser's cookie."""
    sign_in_id = new_id()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + _box(sign_in_id).encrypt(nonce, msgspec.json.encode(reached), None)
    portal_store.add_sign_in(sign_in_id, sealed, clock.text(clock.now() + LIFE))
    return sign_in_id


def kept(sign_in_id: str) -> SignIn | None:
    """Return what was reached, or None when nothing was or its time is over."""
    sealed = portal_store.sign_in(sign_in_id, clock.now()) if sign_in_id else None
    if sealed is None:
        return None
    opened = _box(sign_in_id).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    return msgspec.json.decode(opened, type=SignIn)


def new_id() -> str:
    return secrets.token_urlsafe(32)


def _box(sign_in_id: str) -> Any:
    """What seals and opens; its key is nowhere but in the browser's cookie."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(sha256(b"hokan sign-in " + sign_in_id.encode()).digest())
