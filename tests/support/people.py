"""Callers of the interface: staff with sessions, agents with keys.  All of them invented."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalice.test import Client, HTTPResponse
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPSignatureKeyResolver,
    algorithms,
)

from chalicelib.access import people_store
from chalicelib.access import store as access_store
from chalicelib.access.model import Caller, Person, Role, Session
from chalicelib.access.service import SESSION_LIFE
from chalicelib.kernel import clock
from tests.support.canary import found_in


@dataclass
class Message:
    """A request in the shape the signature library signs."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002
        return self._key


def answered(response: HTTPResponse) -> Any:
    """Return the JSON of an answer, or None where it has none."""
    return json.loads(response.body) if response.body else None


@dataclass
class Anonymous:
    """Somebody without a session."""

    client: Client

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:  # noqa: ARG002
        return {}

    def call(self, method: str, path: str, body: Any = None) -> HTTPResponse:
        raw = b"" if body is None else json.dumps(body).encode()
        return self.send(method, path, raw)

    def send(self, method: str, path: str, raw: bytes) -> HTTPResponse:
        headers = {"Content-Type": "application/json", **self.headers(method, path, raw)}
        response = self.client.http.request(method, path, headers=headers, body=raw)
        if response.status_code >= 400:  # an error's text goes into logs and tickets
            assert found_in(response.body.decode()) == []
        return response

    def get(self, path: str) -> Any:
        return answered(self.expect(200, "GET", path))

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        return answered(self.expect(status, "POST", path, body or {}))

    def put(self, path: str, body: Any = None) -> Any:
        return answered(self.expect(200, "PUT", path, body or {}))

    def expect(self, status: int, method: str, path: str, body: Any = None) -> HTTPResponse:
        response = self.call(method, path, body)
        assert response.status_code == status, (response.status_code, response.body.decode())
        return response

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Return (status, problem code) of a request that must be refused."""
        response = self.call(method, path, body)
        problem = answered(response)
        assert response.status_code >= 400, response.body
        return response.status_code, problem["type"].rpartition("/")[2]


@dataclass
class Staff(Anonymous):
    """A person with a session."""

    session_id: str = ""
    facility_id: str = ""

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:  # noqa: ARG002
        return {"Authorization": f"Bearer {self.session_id}"}


@dataclass
class Device(Anonymous):
    """An enrolled agent, signing by hand with the library its real program uses."""

    agent_id: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    created: datetime | None = None
    nonce: str | None = None

    def public_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        message = Message(method, f"https://hokan.invalid{path}")
        signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=_Keys(self.key)
        )
        signer.sign(
            message,
            key_id=self.agent_id,
            created=self.created or clock.now(),
            nonce=self.nonce or secrets.token_urlsafe(16),
            label="hokan",
            tag="hokan-agent",
            covered_component_ids=("@method", "@path"),
            body=body,
        )
        return message.headers


def a_person(home: str, role: Role = Role.DOCTOR) -> str:
    """Make somebody who was invited and never came, without an account; return their id."""
    person_id = f"person-{secrets.token_hex(8)}"
    address = f"{person_id}@aoba.example"
    at = clock.text(clock.now())
    people_store.add(home, Person(person_id, address, role, gets_mail=False, invited_at=at))
    return person_id


def staff(client: Client, role: Role, facility_id: str = "") -> Staff:
    """Return a person of *role* with a running session."""
    session_id = secrets.token_urlsafe(16)
    caller = Caller(role, f"person-{role}", facility_id)
    ends = clock.text(clock.now() + SESSION_LIFE)  # a world made once serves a run of hours
    access_store.add_session(session_id, Session(caller, ends))
    return Staff(client, session_id, facility_id)
