"""A facility that rents areas, and a provider that sets regions aside."""

from __future__ import annotations

from datetime import date
from typing import Any

import boto3
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.regions import setting, store
from chalicelib.contracts.regions.model import Setting
from chalicelib.settings import settings
from tests.charging import test_run as charging
from tests.support.life import WITHOUT_NIGHTS
from tests.support.world import World, a_form

BLOCK = charging.BLOCK
ECONOMY, DELUXE = ServiceClass
OPERATOR = Caller(Role.OPERATOR, "operator", "")


def world(client: Client) -> World:
    return charging.a_world(client)


def after(world: World, periods: int, days: int = 0) -> date:
    return charging.after(world, periods, days)


def area(world: World) -> str:
    """Add an area without a contract."""
    added = world.admin.post("/targets", {"name": "Teaching files", "kind": "area"}, status=201)
    return str(added["target_id"])


def form(target_id: str, **terms: Any) -> dict[str, Any]:
    usual = {"capacity_bytes": BLOCK, "term": "monthly", "service_class": "economy"}
    return a_form(target_id, **(WITHOUT_NIGHTS | usual | terms))


def rent(world: World, target_id: str, *, status: int = 201, **terms: Any) -> dict[str, Any]:
    return dict(world.admin.post("/contracts", form(target_id, **terms), status=status))


def amend(
    world: World, contract: dict[str, Any], *, status: int = 200, **change: Any
) -> dict[str, Any]:
    path = f"/contracts/{contract['contract_id']}/amendments"
    return dict(world.admin.post(path, change, status=status))


def set_aside(
    *, economy: int | None = None, deluxe: int | None = None, sizes: tuple[int, ...] = ()
) -> None:
    wanted = Setting({ECONOMY: economy, DELUXE: deluxe}, sizes)
    setting.replace(OPERATOR, store.setting()[1], wanted)


def left(service_class: ServiceClass) -> int | None:
    return store.regions()[service_class].left_bytes


def forget_what_is_rented() -> None:
    """Let it be as before regions were counted."""
    table = boto3.resource("dynamodb").Table(settings().core_table)
    for row in table.scan()["Items"]:
        if row["pk"] in {store.REGIONS, store.AREAS}:
            table.delete_item(Key={"pk": row["pk"], "sk": row["sk"]})


def code_of(told: dict[str, Any]) -> str:
    """Return the code of a refusal."""
    return str(told["type"]).rsplit("/", 1)[-1]
