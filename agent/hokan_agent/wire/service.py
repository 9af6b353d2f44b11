"""The service's HTTP interface (docs/api.md), every request signed with the agent's key."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from hokan_agent.errors import Barred, Refused, Unreachable
from hokan_agent.machine.home import Home, Identity
from hokan_agent.wire.clocks import difference
from hokan_agent.wire.exchange import Answer
from hokan_agent.wire.web import PASSING, TRIES, Web, pause

COVERED = ("@method", "@path")  # the library adds content-digest for the body


@dataclass
class _Message:
    """A request in the shape the signature library signs."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002
        return self._key


class Service:
    """
    The service, as this agent may use it.

    Args:
        tries: How often a request is made before it is given up.

    Attributes:
        calls: How many requests were made of it, tries included.
        clock_difference: How far its clock was ahead of this machine's at its last answer.
    """

    def __init__(
        self, web: Web, identity: Identity, key: Ed25519PrivateKey, tries: int = TRIES
    ) -> None:
        self._web, self._tries = web, tries
        self._identity = identity
        self._signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=_Keys(key)
        )
        self._ahead = timedelta()  # how far before our clock signatures are dated
        self._lock = threading.Lock()
        self.calls = 0
        self.clock_difference = timedelta()

    @classmethod
    def of(cls, home: Home, web: Web, tries: int = TRIES) -> Service:
        return cls(web, home.identity(), home.key(), tries)

    @property
    def address(self) -> str:
        return self._identity.service

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, b"")

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._call("POST", path, _encoded(body or {}))

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("PUT", path, _encoded(body))

    def _call(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        """Try until there is an answer that will not change by asking again."""
        for attempt in range(self._tries):
            if attempt:
                pause(attempt - 1)
            try:
                return self._once(method, path, body)
            except Barred:
                raise
            except Unreachable as error:
                failure: Exception = error
            except Refused as error:
                if not self._is_passing(error):
                    raise
                failure = error
        raise failure

    def _is_passing(self, error: Refused) -> bool:
        if error.code == "clock-skew" and "service_time" in error.facts:
            service_time = datetime.fromisoformat(error.facts["service_time"])
            self._ahead = service_time - datetime.now(UTC)
            return True
        # An answer got lost and libcurl's peer saw the same request twice: sign anew.
        return error.status in PASSING or error.code == "replayed"

    def _once(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        with self._lock:
            self.calls += 1
        url = self._identity.service + path
        answer = self._web.request(method, url, self._signed(method, url, body), body)
        told = difference(answer.header("Date"))
        if told is not None:
            self.clock_difference = told
        return _answer_of(answer)

    def _signed(self, method: str, url: str, body: bytes) -> dict[str, str]:
        message = _Message(method, url, {"Content-Type": "application/json"})
        with self._lock:
            self._signer.sign(
                message,
                key_id=self._identity.agent_id,
                created=datetime.now(UTC) + self._ahead,
                nonce=secrets.token_urlsafe(16),
                label="hokan",
                tag="hokan-agent",
                covered_component_ids=COVERED,
                body=body,
            )
        return message.headers


def enrol(web: Web, service: str, code: str, name: str, key: Ed25519PrivateKey) -> Identity:
    """Exchange a one-time code for an identity; raises Refused, Unreachable."""
    service = service.rstrip("/")
    public_key = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    body = _encoded({"code": code, "name": name, "public_key": public_key})
    headers = {"Content-Type": "application/json"}
    answer = web.request("POST", f"{service}/agents", headers, body)
    told = _answer_of(answer)
    try:
        return Identity(service, told["agent_id"], told["facility_id"])
    except KeyError:
        raise _no_hokan(service) from None


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _answer_of(answer: Answer) -> dict[str, Any]:
    """
    Return the JSON of an answer.

    Raises:
        Refused: With the problem it tells (RFC 9457); or what answered is not Hokan.
        Unreachable: It broke off.
    """
    status = answer.status
    try:
        told = json.loads(answer.data)
    except ValueError:
        if not answer.data or "json" in answer.header("Content-Type"):
            raise Unreachable("the answer broke off") from None
        told = None
    if not isinstance(told, dict):
        raise Refused(status, "no-hokan", "what answered is not Hokan; check the service's address")
    if status < 400:
        return told
    code = str(told.pop("type", "")).rpartition("/")[2] or "refused"
    detail = str(told.pop("detail", "") or told.pop("title", "") or "the service refused")
    facts = {name: value for name, value in told.items() if name not in {"status", "code"}}
    raise Refused(status, code, detail, **facts)


def _no_hokan(service: str) -> Refused:
    host = urlsplit(service).hostname
    return Refused(404, "no-hokan", f"{host} did not answer as Hokan does; check the address")
