"""A facility hears that a target's capacity runs out, once a level."""

from __future__ import annotations

import boto3
import pytest

from chalicelib.settings import settings
from tests.support.world import MEGABYTE, World
from tests.uploads.test_costs import counted


def warned(world: World) -> list[str]:
    """Return the levels the facility was warned of."""
    found = boto3.client("dynamodb").query(
        TableName=settings().core_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": {"S": f"FACILITY#{world.facility_id}"},
            ":sk": {"S": "NOTICE#capacity-"},
        },
    )
    return sorted(each["sk"]["S"].split("-")[-2] for each in found["Items"])


def fill(world: World, percent: int, name: str = "a") -> None:
    """Back up so much of the target's ten megabytes."""
    world.back_up({f"E-1/{name}": name.encode() * (percent * MEGABYTE // 10)})


@pytest.mark.parametrize(
    ("percent", "levels"), [(79, []), (80, ["80"]), (95, ["95"]), (99, ["95"])]
)
def test_the_highest_level_that_is_reached_is_told(
    world: World, percent: int, levels: list[str]
) -> None:
    fill(world, percent)
    assert warned(world) == levels


def test_a_full_target_is_told(world: World) -> None:
    fill(world, 100)
    assert warned(world) == ["100"]


def test_each_level_is_told_once(world: World) -> None:
    fill(world, 80)
    fill(world, 5, "b")
    fill(world, 10, "c")
    assert warned(world) == ["80", "95"]


def test_a_calm_batch_costs_one_read_more(world: World) -> None:
    from chalicelib.uploads import fullness

    with counted() as units:
        fullness.warn(world.facility_id, world.target_id)
    assert dict(units) == {"GetItem": 1, "write units": 0}
