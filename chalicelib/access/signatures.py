"""
Agents, and devices that send captures, prove themselves by HTTP message signatures (RFC 9421) with
an Ed25519 key of their own.

The heavy libraries are imported where they are used: queue and schedule handlers share app.py
and never verify a signature.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chalicelib.access import device_store, store
from chalicelib.access.model import Agent, Caller, Device, Role
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, NotFound, Unauthenticated

TAG = "hokan-agent"
COVERED = ("@method", "@path", "content-digest")
WINDOW = timedelta(seconds=300)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class SignedMessage(msgspec.Struct, frozen=True):
    """
    A request as its sender signed it.

    Attributes:
        url: Absolute; its path as the client asked for it, stage included.
    """

    method: str
    url: str
    headers: dict[str, str]


def caller_of(message: SignedMessage, body: bytes, at: datetime) -> Caller:
    """
    Return the agent or the device that signed *message*.

    Raises:
        Unauthenticated: Unknown or revoked, bad signature, clock too far off, replay.
    """
    signers: list[Agent | Device] = []
    parameters = _verified(message, body, signers)
    signer = _caller(signers[0])
    created = datetime.fromtimestamp(parameters["created"], UTC)
    if abs(created - at) > WINDOW:
        raise Unauthenticated(
            "the signature's time is more than 300 s from the service's",
            code="clock-skew",
            service_time=clock.text(at),
        )
    _spend(signer.id, parameters.get("nonce"), created)
    return signer


def _caller(signer: Agent | Device) -> Caller:
    if isinstance(signer, Device):
        return Caller(Role.CAMERA, signer.device_id, signer.facility_id)
    return Caller(Role.AGENT, signer.agent_id, signer.facility_id)


def _verified(message: SignedMessage, body: bytes, signers: list[Agent | Device]) -> dict[str, Any]:
    """Check the signature; put the signer into *signers*; return the signature's parameters."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from http_message_signatures import (
        HTTPMessageVerifier,
        HTTPSignatureKeyResolver,
        InvalidSignature,
        algorithms,
    )

    class Keys(HTTPSignatureKeyResolver):
        def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
            signers.append(_enrolled(key_id))
            return Ed25519PublicKey.from_public_bytes(signers[0].public_key)

    class Verifier(HTTPMessageVerifier):
        def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:  # noqa: ARG002
            """Times are judged by the service's clock, once the signature is known good."""
            if type(sig_input.params.get("created")) is not int:
                raise InvalidSignature("created is missing")

    verifier = Verifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    try:
        results = verifier.verify(
            message, expect_tag=TAG, require_components=COVERED, body=body, max_age=None
        )
    except InvalidSignature as error:
        if isinstance(error.__cause__, Unauthenticated):
            raise error.__cause__ from None
        raise Unauthenticated("the signature does not match", code="bad-signature") from None
    return dict(results[0].parameters)


def _enrolled(key_id: str) -> Agent | Device:
    key_id = key_id[: ids.LONGEST]  # a longer one is nobody's
    of_device = key_id.startswith(f"{device_store.KIND}-")
    try:
        found = device_store.device(key_id) if of_device else store.agent(key_id)
    except NotFound:
        raise Unauthenticated("no such agent is enrolled", code="bad-signature") from None
    if found.state != "enrolled":
        raise Unauthenticated(
            "this agent was revoked; enrol it again with a new code", code="agent-revoked"
        )
    return found


def _spend(agent_id: str, nonce: object, created: datetime) -> None:
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise Unauthenticated("the nonce must be 16 to 64 of A-Za-z0-9_-", code="bad-signature")
    try:
        store.spend_nonce(agent_id, nonce, created + 2 * WINDOW)
    except Conflict:
        raise Unauthenticated("this signature was used before", code="replayed") from None
