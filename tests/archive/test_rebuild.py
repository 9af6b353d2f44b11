"""The catalogue follows from the manifests: lost, it comes back the same."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from chalicelib.settings import settings
from tests.support.canary import CANARY
from tests.support.dicom import canary, meta
from tests.support.world import World

Row = dict[str, Any]


def operate(world: World, command: str, **arguments: str) -> Row:
    """Run an operator command to its end; return its last answer."""
    cursor = None
    while True:
        event = {"command": command, "cursor": cursor, **arguments}
        answer = dict(world.client.lambda_.invoke("operate", event).payload)
        cursor = answer.get("cursor")
        if cursor is None:
            return answer


def rows() -> dict[tuple[str, str], Row]:
    found = boto3.client("dynamodb").scan(TableName=settings().catalogue_table)["Items"]
    return {(row["pk"]["S"], row["sk"]["S"]): row for row in found}


def lose_everything() -> None:
    dynamodb = boto3.client("dynamodb")
    for pk, sk in rows():
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        dynamodb.delete_item(TableName=settings().catalogue_table, Key=key)


def a_history(world: World) -> None:
    """Back up new, known, corrected and described-by-header files over several batches."""
    world.back_up({"E-1/a": b"one", "E-1/b": b"two"}, id="E-1", examined_at="2026-04-01T09:00:00")
    world.back_up({"E-1/a": b"one again", "E-1/c": b"two"}, id="E-1")
    world.back_up({"E-2/d": b"one"}, id="E-2", patient=CANARY | {"id": "CANARY-0002"})
    world.back_up({"E-1/e": b"five"}, id="E-1", patient=CANARY | {"name": "CANARY^HANA"})
    world.back_up({"IM1": meta() + canary()}, id="1.2.3", kind="OT")
    world.finish(world.open_batch(), [{"path": "locked", "reason": "unreadable"}])


def test_a_lost_catalogue_comes_back_row_by_row(world: World) -> None:
    a_history(world)
    before = rows()
    lose_everything()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    after = rows()
    assert after.keys() == before.keys()
    for key, row in before.items():
        assert after[key] == row, key


def test_rebuilding_what_is_there_changes_nothing(world: World) -> None:
    a_history(world)
    before = rows()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert rows() == before


def test_a_catalogue_half_lost_is_whole_again(world: World) -> None:
    a_history(world)
    before = rows()
    dynamodb = boto3.client("dynamodb")
    for pk, sk in list(before)[::2]:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        dynamodb.delete_item(TableName=settings().catalogue_table, Key=key)
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert rows() == before


def test_a_rebuild_goes_on_where_a_call_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.archive.operations.MANIFESTS_A_CALL", 1)
    a_history(world)
    before = rows()
    lose_everything()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert rows() == before


def test_a_batch_under_way_is_left_as_it_is(world: World) -> None:
    batch_id = world.open_batch()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert world.finish(batch_id)["state"] == "complete"


def usage_of(world: World) -> Row:
    return operate(world, "check-usage", facility_id=world.facility_id, target_id=world.target_id)


def test_capacity_and_rows_agree(world: World) -> None:
    a_history(world)
    assert usage_of(world)["difference_bytes"] == 0


def test_a_difference_shows(world: World) -> None:
    world.back_up({"a": b"seven!!"})
    lose_everything()
    assert usage_of(world)["difference_bytes"] == 7


def test_a_command_nobody_knows_names_those_there_are(world: World) -> None:
    assert "rebuild-catalogue" in operate(world, "tidy-up")["error"]


def test_a_command_without_its_arguments_names_them(world: World) -> None:
    assert "target_id" in operate(world, "rebuild-catalogue")["error"]


def test_a_target_nobody_knows_is_an_error_not_a_zero(world: World) -> None:
    told = operate(world, "check-usage", facility_id=world.facility_id, target_id="target-x")
    assert "error" in told
