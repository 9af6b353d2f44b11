"""A facility hears what the provider made of its signature."""

from __future__ import annotations

import boto3
import pytest

from chalicelib.settings import settings
from tests.support.world import World, sign


def told(world: World) -> list[str]:
    """Return what the facility was told, by kind."""
    found = boto3.client("dynamodb").query(
        TableName=settings().core_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": {"S": f"FACILITY#{world.facility_id}"},
            ":sk": {"S": "NOTICE#contract-"},
        },
    )
    return sorted(each["kind"]["S"] for each in found["Items"])


@pytest.fixture
def another(world: World) -> World:
    """The facility with a second target, whose contract waits for the provider."""
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = target["target_id"]
    sign(world, accept=False)
    return world


def answer(world: World, what: str) -> None:
    contract = f"/facilities/{world.facility_id}/contracts/{world.contract_id}"
    world.operator.post(f"{contract}/{what}")


def test_a_contract_that_is_accepted_is_told(another: World) -> None:
    assert told(another) == []
    answer(another, "accept")
    assert told(another) == ["contract-accepted"]


def test_accepting_it_again_tells_nothing_more(another: World) -> None:
    answer(another, "accept")
    answer(another, "accept")
    assert told(another) == ["contract-accepted"]


def test_a_contract_that_is_declined_is_told(another: World) -> None:
    answer(another, "decline")
    assert told(another) == ["contract-declined"]


@pytest.mark.parametrize(
    ("what", "kind"), [("accept", "contract-accepted"), ("decline", "contract-declined")]
)
def test_a_change_that_is_answered_is_told(world: World, what: str, kind: str) -> None:
    path = f"/contracts/{world.contract_id}/amendments"
    assert world.admin.call("POST", path, {"unit_price_yen": 2000}).status_code < 300
    answer(world, what)
    assert told(world) == [kind]


def test_standard_terms_need_no_answer_and_tell_nothing(world: World) -> None:
    assert told(world) == []
