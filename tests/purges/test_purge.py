"""What a contract left is deleted when it may be, whole, with a certificate; nothing else is."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta

import pytest
from chalice.test import Client

from chalicelib.archive.store import cases
from chalicelib.contracts import purge_store, purging
from chalicelib.contracts.purge_store import Phase
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.purges import steps
from tests.album.scene import open_as_case, use_up, with_tool
from tests.faults.crashes import calls_of, died, every_death, every_trouble, throttled, troubled
from tests.faults.interleaving import interrupted
from tests.purges.scene import (
    AFTER,
    FILES,
    admin,
    certificate,
    deliver,
    due,
    ended,
    locks_end,
    messages,
    rows_of,
    versions_of,
    waiting,
)
from tests.support.snapshot import Snapshot
from tests.support.world import World, build, days_pass, sign

FIVE_YEARS = 5 * 366  # days, and the leap days among them
LINES = sorted((hashlib.sha256(body).hexdigest(), len(body)) for body in FILES.values())


def hold(world: World) -> str:
    return f"/facilities/{world.facility_id}/targets/{world.target_id}/hold"


def digest_of_all() -> str:
    """Return what the certificate's digest is by its definition."""
    digest = ""
    for sha256, size in LINES:
        digest = hashlib.sha256(f"{digest}{sha256} {size}\n".encode()).hexdigest()
    return digest


def is_whole(world: World) -> bool:
    """Whether everything that was stored is there."""
    bodies = [body for (key, _), body in versions_of(world.target_id).items() if key[0] == "t"]
    return sorted(bodies) == sorted(FILES.values()) and bool(rows_of(world.target_id))


def is_gone(world: World) -> bool:
    return not versions_of(world.target_id) and not rows_of(world.target_id)


# --- when ----------------------------------------------------------------------------------------


def test_a_contract_in_force_has_nothing_to_be_deleted(world: World) -> None:
    assert waiting(world) is None


def test_a_message_for_a_contract_in_force_deletes_nothing(world: World) -> None:
    world.back_up(FILES)
    assert deliver(world)
    assert is_whole(world)


def test_an_end_notes_the_date_90_days_after_it(world: World) -> None:
    ended(world)
    found = waiting(world)
    assert found is not None
    assert clock.parse(found.due_at) - clock.now() > timedelta(days=89)


def test_nothing_is_deleted_within_the_90_days_even_if_asked_for(world: World) -> None:
    ended(world)
    purging.ask(admin(world), world.contract_id, "Endoscopy")
    days_pass(world, 89)
    locks_end()
    world.tick()
    assert messages() == []
    assert deliver(world)
    assert is_whole(world)


def test_records_are_kept_for_five_years_if_nobody_says_otherwise(world: World) -> None:
    ended(world)
    days_pass(world, AFTER)
    locks_end()
    world.tick()
    assert messages() == []
    assert deliver(world)
    assert is_whole(world)


def test_it_is_deleted_when_the_five_years_are_over(world: World) -> None:
    ended(world)
    days_pass(world, AFTER)
    world.tick()
    days_pass(world, FIVE_YEARS)
    locks_end()
    world.tick()
    assert messages() == [{"facility_id": world.facility_id, "target_id": world.target_id}]
    assert deliver(world)
    assert is_gone(world)


def test_it_is_deleted_at_the_date_if_the_facility_keeps_its_records(world: World) -> None:
    due(world)
    world.tick()
    assert len(messages()) == 1
    assert deliver(world)
    assert is_gone(world)


def test_a_minute_asks_for_it_once_a_day(world: World) -> None:
    due(world)
    world.tick()
    world.tick()
    assert len(messages()) == 1


def test_a_new_contract_calls_it_off(world: World) -> None:
    due(world)
    sign(world)
    assert waiting(world) is None
    assert deliver(world)
    assert is_whole(world)


def test_a_hold_lets_nothing_be_deleted(world: World) -> None:
    due(world)
    world.operator.post(hold(world), {"reason": "A court asked for it."})
    world.tick()
    assert messages() == []
    assert deliver(world)
    assert is_whole(world)


def test_a_hold_that_is_lifted_lets_it_go_on(world: World) -> None:
    due(world)
    world.operator.post(hold(world), {"reason": "A court asked for it."})
    world.operator.post(f"{hold(world)}/lift")
    assert deliver(world)
    assert is_gone(world)


def test_a_hold_needs_a_reason(world: World) -> None:
    assert world.operator.refused("POST", hold(world), {"reason": " "})[0] == 422


def test_the_targets_name_has_to_be_typed(world: World) -> None:
    ended(world)
    with pytest.raises(Invalid):
        purging.ask(admin(world), world.contract_id, "endoscopy")


def test_nothing_can_be_asked_for_while_the_contract_is_in_force(world: World) -> None:
    with pytest.raises(Conflict):
        purging.ask(admin(world), world.contract_id, "Endoscopy")


# --- what ----------------------------------------------------------------------------------------


def test_only_the_contracts_own_target_goes(client: Client) -> None:
    world = build(client)
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    other = World(**vars(world) | {"target_id": target["target_id"]})
    sign(other)
    other.back_up(FILES)
    due(world)
    before = versions_of(other.target_id), rows_of(other.target_id)
    assert deliver(world)
    assert is_gone(world)
    assert (versions_of(other.target_id), rows_of(other.target_id)) == before
    assert is_whole(other)


def test_cases_that_are_open_of_it_are_closed(world: World) -> None:
    with_tool(world)
    use_up(world, 1)
    ended(world)
    open_as_case(world)
    purging.ask(admin(world), world.contract_id, "Endoscopy")
    days_pass(world, AFTER)
    locks_end()
    assert deliver(world)
    assert is_gone(world)
    assert [each.target_id for each in cases.open_ones(world.facility_id)] == ["target-x"]
    assert cases.count_of(world.facility_id).open == 1


def test_versions_that_were_hidden_go_too(world: World) -> None:
    world.put_object(LINES[0][0], b"replaced")
    due(world)
    assert deliver(world)
    assert is_gone(world)


def test_the_certificate_says_what_was_deleted(world: World) -> None:
    due(world)
    assert deliver(world)
    written = world.doctor.get(f"/contracts/{world.contract_id}/certificate")
    assert (written["objects"], written["size_bytes"]) == (3, 6)
    assert written["digest"] == digest_of_all()
    assert written["asked_by"] == "person-admin"
    assert written["first_stored_at"] <= written["last_stored_at"] < written["begun_at"]


def test_the_contract_stays_and_the_target_can_have_another(world: World) -> None:
    due(world)
    assert deliver(world)
    first = world.contract_id
    assert world.doctor.get(f"/contracts/{first}")["state"] == "ended"
    sign(world)
    world.back_up(FILES)
    assert is_whole(world)
    assert world.doctor.get(f"/contracts/{first}/certificate")["objects"] == 3


def test_there_is_no_certificate_before_all_is_gone(world: World) -> None:
    ended(world)
    path = f"/contracts/{world.contract_id}/certificate"
    assert world.doctor.refused("GET", path)[0] == 404


# --- how -----------------------------------------------------------------------------------------


def test_what_is_locked_waits_for_another_day(world: World) -> None:
    ended(world)
    purging.ask(admin(world), world.contract_id, "Endoscopy")
    days_pass(world, AFTER)
    assert deliver(world)
    found = waiting(world)
    assert found is not None
    assert found.phase is Phase.OBJECTS
    assert certificate(world) is None
    assert is_whole(world)
    assert clock.parse(found.due_at) > clock.now() + timedelta(hours=23)


def test_it_goes_on_when_the_lock_has_ended(world: World) -> None:
    ended(world)
    purging.ask(admin(world), world.contract_id, "Endoscopy")
    days_pass(world, AFTER)
    assert deliver(world)
    days_pass(world, AFTER + 2)
    locks_end()
    world.tick()
    assert len(messages()) == 1
    assert deliver(world)
    assert is_gone(world)
    written = certificate(world)
    assert written is not None
    assert written.objects == 3


def test_without_time_it_sends_itself_the_rest(world: World) -> None:
    due(world)
    assert deliver(world, left_ms=1_000)
    assert is_whole(world)
    assert messages() == [{"facility_id": world.facility_id, "target_id": world.target_id}]


def test_while_it_is_deleted_no_contract_is_put_in_force(world: World) -> None:
    due(world)
    found = waiting(world)
    assert found is not None
    assert purge_store.begin(found, clock.now())
    with pytest.raises(AssertionError, match="target-being-purged"):
        sign(world)
    assert deliver(world)
    assert is_gone(world)


def test_a_hold_stops_what_has_begun(world: World) -> None:
    due(world)
    found = waiting(world)
    assert found is not None
    assert purge_store.begin(found, clock.now())
    world.operator.post(hold(world), {"reason": "A court asked for it."})
    assert deliver(world)
    assert is_whole(world)


def test_it_may_die_at_any_call_and_every_object_is_counted_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "COUNTED", 1)
    due(world)
    ready = Snapshot()
    deaths = every_death(calls_of(lambda: deliver(world)))
    for death in deaths:
        ready.restore()
        assert died(lambda: deliver(world), death), death
        assert deliver(world)
        assert deliver(world)
        assert is_gone(world), death
        written = certificate(world)
        assert written is not None
        assert (written.objects, written.size_bytes) == (3, 6), death
        assert written.digest == digest_of_all(), death
        assert waiting(world) is None
    assert len(deaths) > 10


@pytest.mark.deep
def test_trouble_at_any_call_is_overcome_by_the_next_message(world: World) -> None:
    due(world)
    ready = Snapshot()
    for fault in every_trouble(calls_of(lambda: deliver(world)), throttled):
        ready.restore()
        with troubled(fault):
            deliver(world)
        assert deliver(world)
        assert is_gone(world), fault
        written = certificate(world)
        assert written is not None
        assert written.digest == digest_of_all(), fault


def test_two_at_once_come_to_the_same_certificate(world: World) -> None:
    due(world)
    act = lambda: deliver(world)  # noqa: E731 - a name for what both do
    for _ in interrupted(act, act, every=3):  # a message is some calls, and each is small
        assert deliver(world)
        written = certificate(world)
        assert written is not None
        assert written.digest == digest_of_all()
        assert is_gone(world)


def test_a_contract_put_in_force_meanwhile_finds_all_or_is_refused(world: World) -> None:
    """Whoever is first: with a contract in force everything is there, else it is refused."""
    due(world)
    before = world.contract_id

    def signed() -> str:
        with suppress(AssertionError):  # the service refuses
            return sign(world)
        return ""

    for _, signing in interrupted(lambda: deliver(world), signed, every=3):
        if purge_store.find_certificate(world.facility_id, before) is None:
            assert signing.result
            assert is_whole(world)
