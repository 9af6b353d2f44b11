"""A facility's own CA, as firewalls have that open TLS: of the service, and of storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.errors import Barred
from hokan_agent.machine.home import Identity
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.answering import Answering, encrypted


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Answering]:
    """A server whose certificate is of the clinic's CA (ca.pem)."""
    with encrypted(tmp_path) as server:
        yield server


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


def service(web: Web, server: Answering) -> Service:
    identity = Identity(f"{server.url}/api", "agent-1", "facility-1")
    return Service(web, identity, Ed25519PrivateKey.generate())


@pytest.mark.usefixtures("trusted")
def test_the_service_is_trusted_by_the_clinics_ca(web: Web, server: Answering) -> None:
    assert service(web, server).get("/agent") == {"targets": []}


@pytest.mark.usefixtures("trusted")
def test_storage_is_trusted_by_the_clinics_ca(web: Web, server: Answering) -> None:
    assert web.request("GET", f"{server.url}/object").status == 200


def test_without_its_ca_the_service_is_asked_once_and_the_cure_is_said(
    web: Web, server: Answering
) -> None:
    """A certificate does not become a trusted one by asking again."""
    asked = service(web, server)
    with pytest.raises(Barred, match="name that in SSL_CERT_FILE"):
        asked.get("/agent")
    assert asked.calls == 1


def test_without_its_ca_nothing_is_sent_to_storage_and_the_url_stays_secret(
    web: Web, server: Answering
) -> None:
    with pytest.raises(Barred, match="name that in SSL_CERT_FILE") as caught:
        web.request("GET", f"{server.url}/object?X-Amz-Signature=CANARY")
    assert "CANARY" not in str(caught.value)
    assert server.headers == []
