"""A user pool on moto, made from the template, with invented people and their authenticators."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import hmac
import os
import struct
import time
from dataclasses import dataclass
from importlib import resources
from typing import Any

import boto3

from chalicelib.access import accounts, cognito, tokens
from chalicelib.settings import settings
from infra.provision import MOTO_ACCOUNT
from infra.template import REGION, resolver_of
from tests.support.snapshot import user_pools

SECRET = "asdfasdfasdf"  # every authenticator's, in moto
STEP_SECONDS, SPARE_SECONDS = 30, 3
PASSWORD = "correct horse battery"

_kept: dict[str, tuple[Any, str]] = {}  # by its id: moto's pool as it was made, its client's id


@dataclass
class Pool:
    """The staff's user pool; what it says is believed by the service."""

    pool_id: str
    cognito: Any

    def add(
        self,
        email: str = "sato@aoba.example",
        group: str = "operators",
        facility_id: str = "",
        *,
        is_new: bool = False,
    ) -> str:
        """Add a person with PASSWORD (*is_new*: to be replaced); return their address."""
        attributes = {"email": email, "custom:facility": facility_id}
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            TemporaryPassword=PASSWORD,
            UserAttributes=[{"Name": name, "Value": it} for name, it in attributes.items() if it],
        )
        self.cognito.admin_add_user_to_group(
            UserPoolId=self.pool_id, Username=email, GroupName=group
        )
        if not is_new:
            self.cognito.admin_set_user_password(
                UserPoolId=self.pool_id, Username=email, Password=PASSWORD, Permanent=True
            )
        return email

    def deploy(self, *, require_mfa: bool) -> None:
        """Deploy with this RequireMfa, as the template does: for the pool and for the service."""
        self.cognito.set_user_pool_mfa_config(
            UserPoolId=self.pool_id,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            MfaConfiguration="ON" if require_mfa else "OPTIONAL",
        )
        os.environ["HOKAN_REQUIRE_MFA"] = "true" if require_mfa else "false"
        settings.cache_clear()


def make_pool(*, require_mfa: bool = True) -> Pool:
    """
    Make the template's pool and client, and point the settings at them.

    Within the ``aws`` fixture, which puts the environment back.  A process makes the first pool of
    a world once, and brings it back as it was.
    """
    client = boto3.client("cognito-idp")
    pool_id, client_id = _made(client) if user_pools() else _first(client)
    _believe(pool_id, client_id)
    found = Pool(pool_id, client)
    found.deploy(require_mfa=require_mfa)
    return found


def _first(client: Any) -> tuple[str, str]:
    """Return the ids of the first pool of a world, and of its client."""
    if not _kept:
        pool_id, client_id = _made(client)
        _kept[pool_id] = copy.deepcopy(user_pools()[pool_id]), client_id
    ((pool_id, (made, client_id)),) = _kept.items()
    user_pools()[pool_id] = copy.deepcopy(made)
    return pool_id, client_id


def _made(client: Any) -> tuple[str, str]:
    """Return the ids of a new pool and of its client."""
    resolver = resolver_of("test", MOTO_ACCOUNT)
    (pool,) = resolver.of_type("AWS::Cognito::UserPool").values()
    names = ("Policies", "UsernameAttributes", "Schema")
    made = client.create_user_pool(
        PoolName=pool["UserPoolName"], **{name: pool[name] for name in names}
    )
    pool_id = made["UserPool"]["Id"]
    (asked,) = resolver.of_type("AWS::Cognito::UserPoolClient").values()
    made = client.create_user_pool_client(
        UserPoolId=pool_id, ClientName="portal", ExplicitAuthFlows=asked["ExplicitAuthFlows"]
    )
    for group in resolver.of_type("AWS::Cognito::UserPoolGroup").values():
        client.create_group(UserPoolId=pool_id, GroupName=group["GroupName"])
    return pool_id, made["UserPoolClient"]["ClientId"]


def _believe(pool_id: str, client_id: str) -> None:
    """Let the service take this pool's word."""
    packed = resources.files("moto.cognitoidp") / "resources" / "jwks-public.json.gz"
    keys = base64.b64encode(gzip.decompress(packed.read_bytes())).decode()
    os.environ |= {
        "HOKAN_STAFF_CLIENT_ID": client_id,
        "HOKAN_STAFF_ISSUER": f"https://cognito-idp.{REGION}.amazonaws.com/{pool_id}",
        "HOKAN_STAFF_JWKS_URL": f"data:application/json;base64,{keys}",
        "MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP": "true",  # codes are checked
    }
    for forget in (
        settings.cache_clear,
        accounts.forget_connections,
        cognito.forget_connections,
        tokens.forget_keys,
    ):
        forget()


def code_of(secret: str = SECRET) -> str:
    """Return what an authenticator with *secret* shows now, and still will in a moment."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < SPARE_SECONDS:
        time.sleep(left)
    return _code_at(secret, int(time.time()) // STEP_SECONDS)


def _code_at(secret: str, step: int) -> str:
    """RFC 6238."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    digest = hmac.digest(key, struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def wrong_code() -> str:
    """Return six digits no authenticator shows now."""
    return f"{(int(code_of()) + 500_000) % 10**6:06}"
