"""Agents enrol once, sign everything, and are gone when revoked."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.kernel import clock
from tests.support.people import Anonymous, answered
from tests.support.world import World

KEY = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()


def enrol(world: World, code: str, **changes: str) -> tuple[int, str]:
    """Try to enrol; return (status, problem code or agent id)."""
    body = {"code": code, "name": "PC 2", "public_key": KEY} | changes
    response = Anonymous(world.client).call("POST", "/agents", body)
    told = answered(response)
    return response.status_code, told.get("agent_id") or told["type"].rpartition("/")[2]


def a_code(world: World) -> str:
    return str(world.admin.post("/agent-codes", status=201)["code"])


def test_a_code_enrols_one_agent(world: World) -> None:
    assert enrol(world, a_code(world))[0] == 201


def test_a_code_works_once(world: World) -> None:
    code = a_code(world)
    enrol(world, code)
    assert enrol(world, code)[0] == 403


def test_a_code_ends_after_ten_minutes(world: World) -> None:
    code = a_code(world)
    clock.move(601)
    assert enrol(world, code)[0] == 403


def test_a_code_nobody_issued_is_refused(world: World) -> None:
    assert enrol(world, "00000-00000")[0] == 403


@pytest.mark.parametrize("key", ["", "AAAA", "not base64!", base64.b64encode(b"x" * 33).decode()])
def test_a_key_that_is_none_is_refused_and_the_code_stays_good(world: World, key: str) -> None:
    code = a_code(world)
    assert enrol(world, code, public_key=key)[0] == 422
    assert enrol(world, code)[0] == 201


def test_a_revoked_agent_is_refused_at_once(world: World) -> None:
    world.agent.get("/agent")
    world.admin.expect(204, "DELETE", f"/agents/{world.agent.agent_id}")
    assert world.agent.refused("GET", "/agent") == (401, "agent-revoked")


def test_a_revoked_agent_stays_listed(world: World) -> None:
    world.admin.expect(204, "DELETE", f"/agents/{world.agent.agent_id}")
    assert [each["state"] for each in world.admin.get("/agents")["items"]] == ["revoked"]


# --- signatures --------------------------------------------------------------------------------


def resent(world: World, change: Callable[[dict[str, str]], Any], body: bytes = b"") -> Any:
    """Send a signed ``GET /agent`` whose headers *change* has tampered with."""
    headers = {"Content-Type": "application/json", **world.agent.headers("GET", "/agent", b"")}
    change(headers)
    return world.client.http.request("GET", "/agent", headers=headers, body=body)


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, answered(response)["type"].rpartition("/")[2]


def test_an_untouched_signature_is_good(world: World) -> None:
    assert resent(world, lambda headers: None).status_code == 200  # noqa: ARG005


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("the nonce", lambda h: swap(h, 'nonce="', 'nonce="x')),
        ("the agent", lambda h: swap(h, 'keyid="agent-', 'keyid="agent-0')),
        ("the time", lambda h: swap(h, "created=", "created=1")),
        ("the tag", lambda h: swap(h, "hokan-agent", "other-agent")),
        ("the covered parts", lambda h: swap(h, '"@path" ', "")),
        ("the algorithm", lambda h: swap(h, "ed25519", "hmac-sha256")),
        ("the signature", lambda h: h.update({"Signature": "hokan=:AAAA:"})),
        ("the digest", lambda h: h.update({"Content-Digest": "sha-256=:AAAA:"})),
        ("the signature's absence", lambda h: h.pop("Signature")),
    ],
)
def test_a_signature_is_bad_when_anything_in_it_was_changed(
    world: World, what: str, change: Callable[[dict[str, str]], Any]
) -> None:
    assert code_of(resent(world, change))[0] == 401, what


def swap(headers: dict[str, str], before: str, after: str) -> None:
    name = next(each for each in headers if each.lower() == "signature-input")
    assert before in headers[name]
    headers[name] = headers[name].replace(before, after)


def test_a_body_that_was_not_signed_is_refused(world: World) -> None:
    assert code_of(resent(world, lambda headers: None, b'{"a": 1}'))[0] == 401  # noqa: ARG005


def test_a_signature_for_another_path_is_refused(world: World) -> None:
    headers = world.agent.headers("GET", "/agent", b"")
    response = world.client.http.get("/agent/restores", headers=headers)
    assert code_of(response) == (401, "bad-signature")


def test_a_signature_for_another_method_is_refused(world: World) -> None:
    path = f"/targets/{world.target_id}/batches"
    headers = world.agent.headers("GET", path, b"")
    assert code_of(world.client.http.post(path, headers=headers, body=b"")) == (
        401,
        "bad-signature",
    )


def test_a_signature_counts_once(world: World) -> None:
    world.agent.nonce = "a-nonce-of-sixteen"
    world.agent.get("/agent")
    assert world.agent.refused("GET", "/agent") == (401, "replayed")


def test_two_agents_may_choose_the_same_nonce(world: World) -> None:
    from tests.support.world import enrolled

    other = enrolled(world.client, world.admin)
    world.agent.nonce = other.nonce = "a-nonce-of-sixteen"
    world.agent.get("/agent")
    other.get("/agent")


@pytest.mark.parametrize("nonce", ["short", "x" * 65, "with spaces in it, yes"])
def test_a_nonce_that_is_none_is_refused(world: World, nonce: str) -> None:
    world.agent.nonce = nonce
    assert world.agent.refused("GET", "/agent") == (401, "bad-signature")


@pytest.mark.parametrize("seconds", [-298, 298])
def test_a_clock_that_is_almost_right_will_do(world: World, seconds: int) -> None:
    world.agent.created = clock.now() + timedelta(seconds=seconds)
    world.agent.get("/agent")


@pytest.mark.parametrize("seconds", [-302, 302])
def test_a_clock_too_far_off_is_told_the_time(world: World, seconds: int) -> None:
    world.agent.created = clock.now() + timedelta(seconds=seconds)
    response = world.agent.call("GET", "/agent")
    assert code_of(response) == (401, "clock-skew")
    told = clock.parse(answered(response)["service_time"])
    assert abs(told - clock.now()) < timedelta(seconds=30)


def test_a_signature_is_not_needed_twice_as_long_as_it_is_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nonce is kept for as long as a signature could still be sent again."""
    moment = clock.wall_now()
    monkeypatch.setattr(clock, "wall_now", lambda: moment)  # to the second, however slow we are
    world.agent.nonce = "a-nonce-of-sixteen"
    world.agent.created = clock.now() + timedelta(seconds=299)
    world.agent.get("/agent")
    clock.move(598)
    assert world.agent.refused("GET", "/agent") == (401, "replayed")
