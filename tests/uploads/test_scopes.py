"""One batch a facility and night, a patient or an examination: each with a manifest of its own."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from chalice.test import Client

from tests.faults.stored import manifests_of
from tests.support.canary import CANARY_ID
from tests.support.world import World, a_chunk, build

NIGHTLY = {"kind": "nightly", "at": "02:00"}
OTHER = {"id": "P-2", "name": "SATO^HANA"}


def by(client: Client, scope: str) -> World:
    return build(client, timing=NIGHTLY, batch_scope=scope)


def opened(world: World, of: str | None = None) -> str:
    path = f"/targets/{world.target_id}/batches"
    return str(world.agent.post(path, {"of": of} if of else {}, status=201)["batch_id"])


def states(world: World, batch_id: str, chunk: dict[str, Any], number: int = 0) -> list[str]:
    return [each.get("code", each["state"]) for each in world.chunk(batch_id, number, chunk)]


def backed_up(world: World, of: str, files: dict[str, bytes], **examination: Any) -> str:
    """Take *files* through a batch of *of*; return the batch."""
    batch_id = opened(world, of)
    world.chunk(batch_id, 0, a_chunk(files, **examination))
    for body in files.values():
        digest = hashlib.sha256(body).hexdigest()
        world.put_object(digest, body)
        world.arrived(digest)
    assert world.finish(batch_id)["state"] == "complete"
    return batch_id


def nobodys(files: dict[str, bytes]) -> dict[str, Any]:
    chunk = a_chunk(files)
    return {
        "examinations": [],
        "entries": [each | {"examination": None} for each in chunk["entries"]],
    }


def test_a_batch_of_a_facility_takes_everybodys_files(client: Client) -> None:
    world = by(client, "facility")
    batch_id = opened(world)
    assert states(world, batch_id, a_chunk({"a": b"one"})) == ["upload"]
    assert states(world, batch_id, a_chunk({"b": b"two"}, id="E-2", patient=OTHER), 1) == ["upload"]


def test_a_batch_of_a_patient_takes_all_examinations_of_that_patient(client: Client) -> None:
    world = by(client, "patient")
    batch_id = opened(world, CANARY_ID)
    assert states(world, batch_id, a_chunk({"a": b"one"})) == ["upload"]
    assert states(world, batch_id, a_chunk({"b": b"two"}, id="E-2"), 1) == ["upload"]


def test_a_batch_of_a_patient_refuses_anothers_files_and_nobodys(client: Client) -> None:
    world = by(client, "patient")
    batch_id, other = opened(world, CANARY_ID), a_chunk({"b": b"two"}, id="E-2", patient=OTHER)
    assert states(world, batch_id, other) == ["not-of-this-batch"]
    assert states(world, batch_id, nobodys({"c": b"three"}), 1) == ["not-of-this-batch"]


def test_a_batch_of_nobody_takes_nobodys_files_alone(client: Client) -> None:
    world = by(client, "patient")
    batch_id = opened(world)
    assert states(world, batch_id, nobodys({"c": b"three"})) == ["upload"]
    assert states(world, batch_id, a_chunk({"a": b"one"}), 1) == ["not-of-this-batch"]


def test_a_batch_of_an_examination_refuses_another_one_of_the_same_patient(client: Client) -> None:
    world = by(client, "examination")
    batch_id = opened(world, "E-1")
    assert states(world, batch_id, a_chunk({"a": b"one"})) == ["upload"]
    assert states(world, batch_id, a_chunk({"b": b"two"}, id="E-2"), 1) == ["not-of-this-batch"]


def test_a_refused_file_is_no_reason_to_claim_capacity(client: Client) -> None:
    world = by(client, "examination")
    limit, _ = world.usage()
    states(world, opened(world, "E-1"), a_chunk({"b": b"two"}, id="E-2"))
    assert world.usage() == (limit, limit)


def test_a_batch_goes_on_as_it_was_opened_when_the_plan_changes(client: Client) -> None:
    world = by(client, "facility")
    batch_id = opened(world)
    path = f"/contracts/{world.contract_id}/amendments"
    world.admin.post(path, {"batch_scope": "examination"})
    assert states(world, batch_id, a_chunk({"a": b"one"})) == ["upload"]


def test_what_a_batch_is_of_stands_in_no_listing(client: Client) -> None:
    world = by(client, "patient")
    opened(world, CANARY_ID)
    response = world.doctor.call("GET", f"/targets/{world.target_id}/batches")
    assert CANARY_ID not in response.body.decode()


@pytest.mark.parametrize(("scope", "of"), [("patient", CANARY_ID), ("examination", "E-1")])
def test_each_batch_has_a_manifest_that_names_its_own_files_only(
    client: Client, scope: str, of: str
) -> None:
    world = by(client, scope)
    first = backed_up(world, of, {"E-1/a": b"one"})
    second = backed_up(
        world, {"patient": "P-2", "examination": "E-2"}[scope], {"E-2/b": b"two"},
        id="E-2", patient=OTHER,
    )  # fmt: skip
    paths = {
        each["batch_id"]: [entry["path"] for entry in each["entries"]]
        for each in manifests_of(world)
    }
    assert paths == {first: ["E-1/a"], second: ["E-2/b"]}


@pytest.mark.parametrize(("scope", "of"), [("patient", CANARY_ID), ("examination", "E-1")])
def test_each_batch_is_restored_alone(client: Client, scope: str, of: str) -> None:
    world = by(client, scope)
    batch_id = backed_up(world, of, {"E-1/a": b"one"})
    backed_up(
        world, {"patient": "P-2", "examination": "E-2"}[scope], {"E-2/b": b"two"},
        id="E-2", patient=OTHER,
    )  # fmt: skip
    grant = {"scope": "batch", "batch_id": batch_id, "agent_id": world.agent.agent_id}
    restore = world.doctor.post("/restores", grant | {"target_id": world.target_id}, status=201)
    files = world.agent.post(f"/restores/{restore['restore_id']}/files", {"cursor": None})
    assert [each["path"] for each in files["items"]] == ["E-1/a"]


def test_a_patient_who_is_excluded_gets_no_url_and_once_included_again_all_of_it(
    world: World,
) -> None:
    amendments = f"/contracts/{world.contract_id}/amendments"
    world.admin.post(amendments, {"patients": {"mode": "all_but", "patient_ids": [CANARY_ID]}})
    while_out = {"E-1/a": b"one", "E-1/b": b"two"}
    assert states(world, opened(world), a_chunk(while_out)) == ["patient-excluded"] * 2
    world.admin.post(amendments, {"patients": {"mode": "all"}})
    assert states(world, opened(world), a_chunk(while_out | {"c": b"new"})) == ["upload"] * 3


def test_a_patient_excluded_meanwhile_gets_no_fresh_url(world: World) -> None:
    batch_id, chunk = opened(world), a_chunk({"E-1/a": b"one"})
    assert states(world, batch_id, chunk) == ["upload"]
    selection = {"mode": "all_but", "patient_ids": [CANARY_ID]}
    world.admin.post(f"/contracts/{world.contract_id}/amendments", {"patients": selection})
    path = f"/targets/{world.target_id}/batches/{batch_id}"
    asked = {"sha256": [chunk["entries"][0]["sha256"]]}
    assert world.agent.refused("POST", f"{path}/urls", asked) == (409, "patient-excluded")
    assert world.agent.refused("PUT", f"{path}/chunks/0", chunk) == (409, "patient-excluded")


def test_a_content_two_patients_share_goes_on_for_the_one_who_is_backed_up(world: World) -> None:
    batch_id = opened(world)
    chunk = a_chunk({"E-1/a": b"twins"})
    other = a_chunk({"E-2/a": b"twins"}, id="E-2", patient=OTHER)
    states(world, batch_id, {name: chunk[name] + other[name] for name in chunk})
    selection = {"mode": "all_but", "patient_ids": [CANARY_ID]}
    world.admin.post(f"/contracts/{world.contract_id}/amendments", {"patients": selection})
    path = f"/targets/{world.target_id}/batches/{batch_id}/urls"
    answers = world.agent.post(path, {"sha256": [chunk["entries"][0]["sha256"]]})["answers"]
    assert [each["state"] for each in answers] == ["upload"]
