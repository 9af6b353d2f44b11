"""The agent behind a facility's proxy, and how it says what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import pytest

from hokan_agent.errors import AgentError, Barred, Unreachable, WrongPassword
from hokan_agent.machine import network
from hokan_agent.machine.findings import Finding, Level, as_text
from hokan_agent.upload.sending import is_worth_another_try
from hokan_agent.wire.proxy import configured, proxy_to
from hokan_agent.wire.web import Web
from infra.local.engine import free_port
from tests.support.answering import Answering, encrypted
from tests.support.connect_proxy import ConnectProxy
from tests.support.serving import serving

SERVICE = "https://hokan.example"
PASSWORD = "pass word@内視鏡"
IN_AN_ADDRESS = "pass%20word%40%E5%86%85%E8%A6%96%E9%8F%A1"


@pytest.fixture(autouse=True)
def without_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    """The service, whose name nobody but the proxy knows; its certificate is trusted."""
    with encrypted(tmp_path, name="hokan.example") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        yield server


@pytest.fixture
def proxy(service: Answering, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    """The facility's proxy, named in HTTPS_PROXY."""
    with serving(ConnectProxy(service.server_port)) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{server.name}")
        yield server


def asked(url: str = f"{SERVICE}/api/agent") -> int:
    web = Web()
    try:
        return web.request("GET", url).status
    finally:
        web.close()


def refused() -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        asked()
    return caught.value


# --- the way -----------------------------------------------------------------------------------


def test_requests_go_through_the_proxy(proxy: ConnectProxy) -> None:
    assert asked() == 200
    assert proxy.asked == ["CONNECT hokan.example:443"]


def test_a_proxy_for_everything_is_one_for_https(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("ALL_PROXY", f"http://{proxy.name}")
    assert asked() == 200


def test_a_proxy_is_named_without_its_scheme_too(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.name)
    assert asked() == 200


def test_user_and_password_are_shown_to_the_proxy(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.credentials = f"clinic:{PASSWORD}"
    monkeypatch.setenv("HTTPS_PROXY", f"http://clinic:{IN_AN_ADDRESS}@{proxy.name}")
    assert asked() == 200


def test_user_and_password_are_shown_to_nobody_else(
    proxy: ConnectProxy, service: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://clinic:{IN_AN_ADDRESS}@{proxy.name}")
    asked()
    (headers,) = service.headers
    assert [name for name in headers if "auth" in name.lower()] == []


def test_this_machine_is_never_behind_a_proxy(proxy: ConnectProxy) -> None:
    with serving(Answering()) as here:
        asked(here.url)
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("exempt", "is_proxied"),
    [
        ("hokan.example", False),
        ("clinic.example, .example", False),
        ("*", False),
        ("clinic.example", True),
        ("", True),
    ],
)
def test_what_no_proxy_names_is_connected_to_straight(
    exempt: str, *, is_proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", exempt)
    assert (proxy_to(urlsplit(SERVICE)) is not None) is is_proxied


@pytest.mark.parametrize(
    "address",
    [
        "socks5://u:CANARY@proxy",
        "https://u:CANARY@proxy",
        "http://u:CANARY@",
        "u:CANARY@p:x",
        "u:CANARY@[",
    ],
)
def test_a_proxy_that_is_none_is_said_without_its_address(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(AgentError, match="it looks like") as caught:
        Web()
    assert "CANARY" not in str(caught.value)


# --- what goes wrong ---------------------------------------------------------------------------


def test_a_proxy_that_asks_for_a_password_is_told_where_to_put_it(proxy: ConnectProxy) -> None:
    proxy.credentials = "clinic:secret"
    assert "asks for a password; put user and password into HTTPS_PROXY" in str(refused())


def test_a_wrong_password_is_said_and_not_shown(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.credentials = "clinic:secret"
    monkeypatch.setenv("HTTPS_PROXY", f"http://clinic:CANARY@{proxy.name}")
    said = str(refused())
    assert "refuses this user and password" in said
    assert "CANARY" not in said


def test_a_proxy_that_asks_for_a_password_is_not_asked_again_at_once(proxy: ConnectProxy) -> None:
    proxy.credentials = "clinic:secret"
    error = refused()
    assert isinstance(error, Barred)
    assert not is_worth_another_try(error, 0)


def test_a_wrong_password_is_not_sent_again_for_a_while(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run` asks every minute; so often, a directory locks its user out."""
    proxy.credentials = "clinic:secret"
    monkeypatch.setenv("HTTPS_PROXY", f"http://clinic:wrong@{proxy.name}")
    web = Web()
    for _ in range(3):
        with pytest.raises(WrongPassword, match="refuses this user and password"):
            web.request("GET", SERVICE)
    web.close()
    assert len(proxy.asked) == 1


def test_a_name_the_proxy_does_not_let_through_is_said(proxy: ConnectProxy) -> None:
    proxy.answer = 403
    assert "have it let hokan.example:443 through" in str(refused())


def test_a_proxy_that_finds_nobody_may_find_them_later(proxy: ConnectProxy) -> None:
    proxy.answer = 502
    assert is_worth_another_try(refused(), 0)


def test_a_proxy_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    assert "Connection refused; check HTTPS_PROXY" in str(refused())


class _Mute(StreamRequestHandler):
    """Hears, and hangs up."""

    def handle(self) -> None:
        self.rfile.readline()


def test_a_proxy_that_hangs_up_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(ThreadingTCPServer(("127.0.0.1", 0), _Mute)) as mute:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{mute.server_address[1]}")
        assert "no connection to the proxy" in str(refused())


def test_nothing_of_a_password_is_in_a_proxys_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://clinic:secret@proxy.example")
    proxy = configured()
    assert proxy is not None
    assert proxy.authorization not in repr(proxy)


# --- doctor ------------------------------------------------------------------------------------


def way() -> list[Finding]:
    return [network.proxy(), *network.path_to("service", SERVICE)]


def test_doctor_goes_the_whole_way_through_the_proxy(proxy: ConnectProxy) -> None:
    proxied, port, certificate = way()
    assert [each.level for each in (proxied, port, certificate)] == [Level.OK] * 3
    assert f"through {proxy.name} (HTTPS_PROXY)" in proxied.found
    assert port.found.endswith(f"through {proxy.name}")


def test_doctor_tells_what_the_proxy_says_of_the_service(proxy: ConnectProxy) -> None:
    proxy.credentials = "clinic:secret"
    proxied, port = way()
    assert (proxied.level, port.level) == (Level.OK, Level.WRONG)
    assert port.mend.startswith("put user and password into HTTPS_PROXY")


def test_doctor_tells_of_a_proxy_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    assert network.proxy().level is Level.WRONG


def test_doctor_tells_of_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example")
    finding = network.proxy()
    assert (finding.level, finding.mend) == (Level.WRONG, "it looks like http://proxy.example:8080")


def test_a_proxy_for_the_clear_alone_wants_attention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:8080")
    finding = network.proxy()
    assert (finding.level, "set HTTPS_PROXY" in finding.mend) == (Level.ATTENTION, True)


def test_doctor_shows_no_password(proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy.credentials = "clinic:secret"
    monkeypatch.setenv("HTTPS_PROXY", f"http://clinic:CANARY@{proxy.name}")
    assert "CANARY" not in " ".join(map(as_text, way()))
