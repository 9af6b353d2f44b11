"""What a facility's staff sees of its archive."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import clock
from tests.support.canary import CANARY, CANARY_ID, CANARY_NAME
from tests.support.world import World


def patients(world: World) -> list[dict[str, Any]]:
    return list(world.doctor.get(f"/targets/{world.target_id}/patients")["items"])


def examinations(world: World, path: str = "examinations") -> list[dict[str, Any]]:
    return list(world.doctor.get(f"/targets/{world.target_id}/{path}")["items"])


def files(world: World, examination_id: str) -> list[str]:
    path = f"/targets/{world.target_id}/examinations/{examination_id}"
    return [each["path"] for each in world.doctor.get(path)["files"]]


def test_a_patient_is_listed_as_the_sidecar_names_them(world: World) -> None:
    world.back_up({"a": b"one"})
    (patient,) = patients(world)
    assert (patient["patient_id"], patient["name"]) == (CANARY_ID, CANARY_NAME)
    assert (patient["birth_date"], patient["sex"], patient["examinations"]) == (
        "1950-01-01",
        "F",
        1,
    )


def test_a_patient_key_does_not_tell_the_patients_number(world: World) -> None:
    world.back_up({"a": b"one"})
    assert CANARY_ID.lower() not in patients(world)[0]["patient_key"]


def test_a_patients_examinations_are_listed_newest_first(world: World) -> None:
    for day in ("01", "03", "02"):
        moment = f"2026-04-{day}T09:00:00"
        world.back_up({day: day.encode()}, id=f"E-{day}", examined_at=moment)
    (patient,) = patients(world)
    listed = examinations(world, f"patients/{patient['patient_key']}/examinations")
    assert [each["source_id"] for each in listed] == ["E-03", "E-02", "E-01"]


def test_a_targets_examinations_are_listed_newest_first(world: World) -> None:
    for day in ("01", "03", "02"):
        world.back_up({day: day.encode()}, id=f"E-{day}", examined_at=f"2026-04-{day}")
    assert [each["source_id"] for each in examinations(world)] == ["E-03", "E-02", "E-01"]


def test_an_examination_shows_its_files(world: World) -> None:
    world.back_up({"E-1/b": b"two", "E-1/a": b"one"})
    assert files(world, examinations(world)[0]["examination_id"]) == ["E-1/a", "E-1/b"]


def test_an_examination_goes_on_growing_over_batches(world: World) -> None:
    world.back_up({"E-1/a": b"one"})
    world.back_up({"E-1/b": b"two"})
    (listed,) = examinations(world)
    assert (listed["objects"], files(world, listed["examination_id"])) == (2, ["E-1/a", "E-1/b"])


def test_files_nobody_described_are_loose(world: World) -> None:
    batch_id = world.open_batch()
    entry = {"path": "notes.txt", "size": 3, "sha256": ONE, "examination": None}
    world.chunk(batch_id, 0, {"entries": [entry]})
    world.put_object(ONE, b"one")
    world.arrived(ONE)
    world.finish(batch_id)
    (listed,) = examinations(world)
    assert (listed["source_id"], listed["patient_key"]) == ("loose", None)


ONE = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"


def test_a_dicom_file_nobody_described_is_described_by_its_header(world: World) -> None:
    import hashlib

    from tests.support.dicom import canary, meta

    content = meta() + canary()
    digest = hashlib.sha256(content).hexdigest()
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, {"entries": [{"path": "IM1", "size": len(content), "sha256": digest}]})
    world.put_object(digest, content)
    world.arrived(digest)
    world.finish(batch_id)
    assert [each["patient_id"] for each in patients(world)] == [CANARY_ID]
    assert examinations(world)[0]["source_id"] == "1.2.826.0.1.3680043.10.1"


def test_a_corrected_name_replaces_the_old_one(world: World) -> None:
    world.back_up({"a": b"one"})
    world.back_up({"a": b"one"}, patient=CANARY | {"name": "CANARY^HANA"})
    assert [each["name"] for each in patients(world)] == ["CANARY^HANA"]


def test_an_examination_given_to_another_patient_leaves_the_first(world: World) -> None:
    world.back_up({"a": b"one"})
    first = patients(world)[0]["patient_key"]
    world.back_up({"a": b"one"}, patient=CANARY | {"id": "CANARY-0002"})
    assert examinations(world, f"patients/{first}/examinations") == []


def test_lists_come_in_pages_that_lose_and_repeat_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.cursors.PAGE_ROWS", 2)
    for number in range(5):
        person = CANARY | {"id": f"CANARY-{number}"}
        world.back_up({str(number): bytes([number])}, id=f"E-{number}", patient=person)
    found: list[str] = []
    query = ""
    while True:
        page = world.doctor.get(f"/targets/{world.target_id}/patients{query}")
        found += [each["patient_id"] for each in page["items"]]
        if page["cursor"] is None:
            break
        query = f"?cursor={page['cursor']}"
    assert sorted(found) == [f"CANARY-{number}" for number in range(5)]


def test_a_cursor_of_another_target_is_refused(world: World) -> None:
    import base64
    import json

    key = {"pk": {"S": "TARGET#target-other"}, "sk": {"S": "PATIENT#x"}}
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    path = f"/targets/{world.target_id}/patients?cursor={cursor}"
    assert world.doctor.refused("GET", path) == (422, "invalid")


def test_batches_are_listed_newest_first(world: World) -> None:
    world.back_up({"a": b"one"})
    clock.move(60)
    world.back_up({"b": b"two"})
    listed = world.doctor.get(f"/targets/{world.target_id}/batches")["items"]
    assert [each["stored"] for each in listed] == [1, 1]
    assert listed[0]["opened_at"] > listed[1]["opened_at"]
