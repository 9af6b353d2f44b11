"""Staff sign in with Cognito's word and get an opaque session."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from chalice.test import Client
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.access.service import SESSION_LIFE
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.support.cognito import claims, key, token
from tests.support.people import Anonymous, Staff, answered
from tests.support.world import World


def sign_in(client: Client, id_token: str) -> tuple[int, str]:
    """Return (status, role or problem code)."""
    response = Anonymous(client).call("POST", "/sessions", {"id_token": id_token})
    told = answered(response)
    return response.status_code, told.get("role") or told["type"].rpartition("/")[2]


def test_an_operator_signs_in(cognito: None, client: Client) -> None:  # noqa: ARG001
    assert sign_in(client, token()) == (201, "operator")


def test_a_facilitys_admin_signs_in_to_that_facility(cognito: None, world: World) -> None:  # noqa: ARG001
    words: dict[str, Any] = {
        "cognito:groups": ["facility-admins"],
        "custom:facility": world.facility_id,
    }
    body = {"id_token": token(**words)}
    told = Anonymous(world.client).post("/sessions", body, status=201)
    assert (told["role"], told["facility_id"]) == ("facility-admin", world.facility_id)


def test_the_session_is_good_for_what_its_role_may_do(cognito: None, client: Client) -> None:  # noqa: ARG001
    told = Anonymous(client).post("/sessions", {"id_token": token()}, status=201)
    assert Staff(client, told["session"]).get("/me")["role"] == "operator"


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("another pool's", {"iss": "https://cognito-idp.example/another"}),
        ("another client's", {"aud": "another"}),
        ("no longer good", {"exp": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("an access token", {"token_use": "access"}),
        ("without an end", {"exp": None}),
        ("nobody's", {"sub": None}),
        ("of another key", {"number": 1}),
        ("of a key nobody knows", {"kid": "k9"}),
    ],
)
def test_a_token_is_refused_that_is(
    cognito: None,  # noqa: ARG001
    client: Client,
    what: str,
    changes: dict[str, Any],
) -> None:
    assert sign_in(client, token(**changes)) == (401, "bad-token"), what


def test_a_token_without_signature_is_refused(cognito: None, client: Client) -> None:  # noqa: ARG001
    unsigned = jwt.encode(claims(), "", "none", headers={"kid": "k0"})
    assert sign_in(client, unsigned) == (401, "bad-token")


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    cognito: None,  # noqa: ARG001
    client: Client,
) -> None:
    """The classic confusion of RS256 with HS256; by hand, since PyJWT refuses to sign it."""
    public = key(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    written = jwt.encode(claims(), "x" * 32, "HS256", headers={"kid": "k0"}).rpartition(".")[0]
    signature = hmac.digest(public, written.encode(), "sha256")
    forged = f"{written}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
    assert sign_in(client, forged) == (401, "bad-token")


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "e30.e30.e30"])
def test_what_is_no_token_is_refused(cognito: None, client: Client, text: str) -> None:  # noqa: ARG001
    assert sign_in(client, text) == (401, "bad-token")


@pytest.mark.parametrize(
    "words",
    [
        {"cognito:groups": None},
        {"cognito:groups": ["gardeners"]},
        {"cognito:groups": ["doctors"]},
        {"cognito:groups": ["doctors"], "custom:facility": "facility-of-nobody"},
    ],
)
def test_a_person_without_a_place_here_is_refused(
    cognito: None,  # noqa: ARG001
    client: Client,
    words: dict[str, Any],
) -> None:
    assert sign_in(client, token(**words))[0] == 403


def test_keys_that_cannot_be_read_are_no_reason_to_let_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOKAN_STAFF_JWKS_URL", "http://127.0.0.1:9/keys")
    settings.cache_clear()
    assert sign_in(client, token()) == (503, "unavailable")


# --- sessions ----------------------------------------------------------------------------------


def test_signing_out_ends_the_session_at_once(world: World) -> None:
    world.doctor.expect(204, "DELETE", "/sessions")
    assert world.doctor.refused("GET", "/me") == (401, "session-over")


def test_a_session_ends_by_itself(world: World) -> None:
    clock.move(int(SESSION_LIFE.total_seconds()) + 1)
    assert world.doctor.refused("GET", "/me") == (401, "session-over")


def test_a_session_of_a_cognito_sign_in_lasts_twelve_hours(cognito: None, client: Client) -> None:  # noqa: ARG001
    told = Anonymous(client).post("/sessions", {"id_token": token()}, status=201)
    life = clock.parse(told["expires_at"]) - clock.now()
    assert timedelta(hours=11, minutes=59) < life <= timedelta(hours=12)


def test_the_session_itself_is_kept_nowhere(world: World) -> None:
    import boto3

    kept = boto3.client("dynamodb").scan(TableName=settings().box_table)["Items"]
    assert world.doctor.session_id not in json.dumps(kept)
