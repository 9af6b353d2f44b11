"""What was stored comes back: to one agent, on a grant, as of a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.kernel import clock
from tests.support.canary import CANARY
from tests.support.world import World, build


def grant(world: World, **scope: Any) -> str:
    body = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    return str(world.doctor.post("/restores", body | scope, status=201)["restore_id"])


def files(world: World, restore_id: str) -> dict[str, str]:
    """Return path -> SHA-256 of every file of a restore."""
    found: dict[str, str] = {}
    cursor = None
    while True:
        page = world.agent.post(f"/restores/{restore_id}/files", {"cursor": cursor})
        found |= {each["path"]: each["sha256"] for each in page["items"]}
        cursor = page["cursor"]
        if cursor is None:
            return found


def two_patients(world: World) -> None:
    world.back_up({"E-1/a": b"one"}, id="E-1")
    world.back_up({"E-2/b": b"two"}, id="E-2")
    world.back_up({"E-3/c": b"three"}, id="E-3", patient=CANARY | {"id": "CANARY-0002"})


def examination(world: World, source_id: str) -> dict[str, Any]:
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    return next(each for each in listed if each["source_id"] == source_id)


def test_a_target_comes_back_whole(world: World) -> None:
    two_patients(world)
    assert sorted(files(world, grant(world))) == ["E-1/a", "E-2/b", "E-3/c"]


def test_a_patient_comes_back_with_their_examinations_only(world: World) -> None:
    two_patients(world)
    key = examination(world, "E-1")["patient_key"]
    restore_id = grant(world, scope="patient", patient_key=key)
    assert sorted(files(world, restore_id)) == ["E-1/a", "E-2/b"]


def test_an_examination_comes_back_alone(world: World) -> None:
    two_patients(world)
    identifier = examination(world, "E-2")["examination_id"]
    restore_id = grant(world, scope="examination", examination_id=identifier)
    assert list(files(world, restore_id)) == ["E-2/b"]


def test_the_newest_backup_of_a_path_comes_back(world: World) -> None:
    world.back_up({"a": b"one"})
    world.back_up({"a": b"two"})
    import hashlib

    assert files(world, grant(world)) == {"a": hashlib.sha256(b"two").hexdigest()}


def test_a_past_moment_comes_back_as_it_was(world: World) -> None:
    import hashlib

    world.back_up({"a": b"one"})
    moment = clock.text(clock.now())
    clock.move(60)
    world.back_up({"a": b"two", "b": b"new"})
    restore_id = grant(world, as_of=moment)
    assert files(world, restore_id) == {"a": hashlib.sha256(b"one").hexdigest()}


def test_before_the_first_backup_there_is_nothing(world: World) -> None:
    before = clock.text(clock.now() - timedelta(days=1))
    world.back_up({"a": b"one"})
    assert files(world, grant(world, as_of=before)) == {}


def test_a_moment_ahead_is_refused(world: World) -> None:
    world.back_up({"a": b"one"})
    ahead = clock.text(clock.now() + timedelta(days=1))
    body = {
        "target_id": world.target_id,
        "scope": "target",
        "agent_id": world.agent.agent_id,
        "as_of": ahead,
    }
    assert world.doctor.refused("POST", "/restores", body) == (422, "invalid")


@pytest.mark.parametrize(
    "scope",
    [
        {"scope": "everything"},
        {"scope": "patient"},
        {"scope": "examination"},
        {"as_of": "yesterday"},
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(world: World, scope: dict[str, Any]) -> None:
    body = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    assert world.doctor.refused("POST", "/restores", body | scope) == (422, "invalid")


def test_a_patient_nobody_knows_is_not_found(world: World) -> None:
    world.back_up({"a": b"one"})
    body = {
        "target_id": world.target_id,
        "scope": "patient",
        "patient_key": "patient-x",
        "agent_id": world.agent.agent_id,
    }
    assert world.doctor.refused("POST", "/restores", body)[0] == 404


def test_a_grant_ends_after_a_day(world: World) -> None:
    world.back_up({"a": b"one"})
    restore_id = grant(world)
    clock.move(24 * 3600 + 1)
    path = f"/restores/{restore_id}/files"
    assert world.agent.refused("POST", path, {}) == (409, "restore-over")


def test_a_grant_ends_when_the_agent_says_so(world: World) -> None:
    world.back_up({"a": b"one"})
    restore_id = grant(world)
    world.agent.post(f"/restores/{restore_id}/finish", {"restored": 1, "failed": 0})
    path = f"/restores/{restore_id}/files"
    assert world.agent.refused("POST", path, {}) == (409, "restore-over")


def test_a_finished_restore_is_listed_with_its_counts(world: World) -> None:
    world.back_up({"a": b"one"})
    world.agent.post(f"/restores/{grant(world)}/finish", {"restored": 1, "failed": 0})
    (listed,) = world.doctor.get("/restores")["items"]
    assert (listed["state"], listed["restored"], listed["failed"]) == ("done", 1, 0)


def test_an_agent_sees_the_grants_it_can_use(world: World) -> None:
    world.back_up({"a": b"one"})
    restore_id = grant(world)
    listed = world.agent.get("/agent/restores")["items"]
    assert [each["restore_id"] for each in listed] == [restore_id]


def test_a_revoked_agent_is_granted_nothing(world: World) -> None:
    world.back_up({"a": b"one"})
    world.admin.expect(204, "DELETE", f"/agents/{world.agent.agent_id}")
    body = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    assert world.doctor.refused("POST", "/restores", body) == (409, "agent-revoked")


# --- URLs --------------------------------------------------------------------------------------


def urls(world: World, restore_id: str, *digests: str) -> Any:
    return world.agent.call("POST", f"/restores/{restore_id}/urls", {"sha256": list(digests)})


def test_a_file_of_the_grant_has_a_url(world: World) -> None:
    two_patients(world)
    restore_id = grant(world)
    digests = files(world, restore_id).values()
    assert urls(world, restore_id, *digests).status_code == 200


def test_a_file_outside_the_grant_has_none(world: World) -> None:
    """An agent may not read by itself: knowing a hash is not enough."""
    two_patients(world)
    everything = files(world, grant(world))
    identifier = examination(world, "E-1")["examination_id"]
    narrow = grant(world, scope="examination", examination_id=identifier)
    assert urls(world, narrow, everything["E-1/a"]).status_code == 200
    assert urls(world, narrow, everything["E-2/b"]).status_code == 404


def test_one_file_outside_the_grant_spoils_the_request(world: World) -> None:
    two_patients(world)
    restore_id = grant(world)
    digests = [*files(world, restore_id).values(), "0" * 64]
    assert urls(world, restore_id, *digests).status_code == 404


@pytest.mark.parametrize("count", [0, 101])
def test_urls_come_by_one_to_a_hundred(world: World, count: int) -> None:
    world.back_up({"a": b"one"})
    assert urls(world, grant(world), *["0" * 64] * count).status_code == 422


def test_every_release_of_urls_is_on_record(world: World) -> None:
    from chalicelib.audit.store import of_facility

    world.back_up({"a": b"one"})
    restore_id = grant(world)
    urls(world, restore_id, *files(world, restore_id).values())
    actions = [event.action for _, event, _ in of_facility(world.facility_id)]
    assert actions[-3:] == ["grant-restore-target", "restore-list", "restore-read"]


def test_another_facilitys_agent_restores_nothing_of_ours(client: Client, world: World) -> None:
    """The grant's body names the agent; whose it is decides."""
    other = build(client)
    body = {"target_id": world.target_id, "scope": "target", "agent_id": other.agent.agent_id}
    assert world.doctor.refused("POST", "/restores", body) == (404, "not-found")
