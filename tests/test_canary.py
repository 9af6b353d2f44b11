"""The canary patient goes through the whole service and turns up nowhere it must not."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
import pytest

from chalicelib.settings import settings
from tests.dicomweb.sending import an_instance, send
from tests.support.canary import CANARY_ID, CANARY_NAME, found_in
from tests.support.dicom import canary, meta
from tests.support.world import World


def whole_service(world: World) -> None:
    """Back up, list, read, restore, refuse and quarantine; with the canary in every place."""
    files = {f"{CANARY_ID}/花子/IMG1.JPG": b"one", f"{CANARY_ID}/IM2": meta() + canary()}
    world.back_up(files, id=f"E-{CANARY_ID}", description=CANARY_NAME)
    target = f"/targets/{world.target_id}"
    (patient,) = world.doctor.get(f"{target}/patients")["items"]
    world.doctor.get(f"{target}/patients/{patient['patient_key']}/examinations")
    (listed,) = world.doctor.get(f"{target}/examinations")["items"]
    world.doctor.get(f"{target}/examinations/{listed['examination_id']}")
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    restore_id = world.doctor.post("/restores", grant, status=201)["restore_id"]
    page = world.agent.post(f"/restores/{restore_id}/files", {"cursor": None})
    digests = [each["sha256"] for each in page["items"]]
    world.agent.post(f"/restores/{restore_id}/urls", {"sha256": digests})
    world.doctor.refused("GET", f"{target}/examinations/{CANARY_ID}")
    world.agent.refused("POST", f"/restores/{CANARY_ID}/files", {})
    world.doctor.refused("POST", "/restores", grant | {"scope": CANARY_NAME})
    send(world.admin, world, an_instance(patient=CANARY_ID.encode()), CANARY_ID.encode())
    world.deliver([f"t/{world.target_id}/{'0' * 64}"])
    world.sweep()


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What is printed meanwhile: metrics are printed lines (CloudWatch EMF)."""
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    return capsys


def test_no_log_line_and_no_metric_knows_the_canary(
    world: World, log: io.StringIO, metrics: pytest.CaptureFixture[str]
) -> None:
    whole_service(world)
    printed = metrics.readouterr().out
    assert "object stored" in log.getvalue()
    assert found_in(log.getvalue() + printed) == []


def test_no_key_in_s3_knows_the_canary(world: World) -> None:
    whole_service(world)
    listed = boto3.client("s3").list_object_versions(Bucket=settings().objects_bucket)
    keys = [each["Key"] for each in listed["Versions"]]
    assert len(keys) == 5
    assert found_in(" ".join(keys)) == []


@pytest.mark.parametrize("table", ["core_table", "catalogue_table", "box_table"])
def test_no_key_in_a_table_knows_the_canary(world: World, table: str) -> None:
    whole_service(world)
    rows = boto3.client("dynamodb").scan(TableName=getattr(settings(), table))["Items"]
    names = ("pk", "sk", "listing_pk", "listing_sk", "open_shard", "opened_at")
    keys = [row[name]["S"] for row in rows for name in names if name in row]
    assert keys
    assert found_in(" ".join(keys)) == []


def test_no_url_knows_the_canary(world: World) -> None:
    from tests.support.world import a_chunk

    chunk = a_chunk({f"{CANARY_ID}/花子.JPG": b"one"})
    answers = world.chunk(world.open_batch(), 0, chunk)
    assert found_in(json.dumps(answers, ensure_ascii=False)) == []


def test_every_line_of_a_request_carries_its_correlation_id(world: World, log: io.StringIO) -> None:
    log.truncate(0)
    log.seek(0)
    world.admin.get("/targets")
    world.agent.refused("POST", "/restores/none/files", {})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert lines
    assert [line for line in lines if not line.get("correlation_id")] == []


def test_the_correlation_id_goes_from_the_request_to_the_stored_object(
    world: World, log: io.StringIO
) -> None:
    from tests.support.world import a_chunk

    batch_id = world.open_batch()
    path = f"/targets/{world.target_id}/batches/{batch_id}/chunks/0"
    raw = json.dumps(a_chunk({"a": b"one"})).encode()
    headers = world.agent.headers("PUT", path, raw)
    headers |= {"Content-Type": "application/json", "Hokan-Correlation-Id": "night-run-0001"}
    answer = json.loads(world.client.http.put(path, headers=headers, body=raw).body)
    world.put_object(answer["answers"][0]["sha256"], b"one")
    world.arrived(answer["answers"][0]["sha256"])
    stored = [line for line in log.getvalue().splitlines() if "object stored" in line]
    assert json.loads(stored[0])["correlation_id"] == "night-run-0001"
