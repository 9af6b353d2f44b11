"""What its owner wants goes into a target, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import boto3
import msgspec
import pytest

from chalicelib.archive.store import growth
from chalicelib.buffer import keeping, service, store
from chalicelib.buffer.model import CAP_BYTES, MOST_KEPT, Kept, buffer_of
from chalicelib.charging import preview
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.settings import settings
from tests.areas.scene import rent
from tests.buffer.scene import (
    EXAMINATION,
    PATIENT,
    a_camera,
    a_jpeg,
    announce,
    colleague,
    doctor,
    held,
    in_buffer,
    keys,
    send,
    stored,
)
from tests.support.world import MEGABYTE, World


def sent(world: World, number: int) -> list[str]:
    """Send so many captures; return their ids."""
    camera = a_camera(doctor(world))
    return [send(camera, a_jpeg(each)) for each in range(number)]


def kept(world: World, capture_ids: list[str]) -> Kept:
    return service.keep(doctor(world), capture_ids, world.target_id, EXAMINATION, PATIENT)


def examinations(world: World) -> list[dict[str, object]]:
    return list(world.doctor.get(f"/targets/{world.target_id}/examinations")["items"])


def test_three_of_ten_are_kept_and_seven_are_still_there(world: World) -> None:
    ids = sent(world, 10)

    assert kept(world, ids[:3]) == Kept(kept=ids[:3])
    assert sorted(in_buffer(doctor(world))) == ids[3:]
    assert len(keys()) == 7


def test_a_kept_capture_is_the_original_to_the_byte(world: World) -> None:
    kept(world, sent(world, 1))

    assert stored(world, a_jpeg(0)) == a_jpeg(0)


def test_what_is_kept_is_in_the_catalogue_as_part_of_its_examination(world: World) -> None:
    kept(world, sent(world, 3))

    found = examinations(world)
    assert [(each["kind"], each["objects"]) for each in found] == [("EGD", 3)]


def test_what_is_kept_takes_the_contracts_room_and_no_more_of_the_buffers(world: World) -> None:
    limit, before = world.usage()
    kept(world, sent(world, 3))

    assert world.usage() == (limit, before - 3 * 64)
    assert service.room(doctor(world)).available_bytes == CAP_BYTES


def test_nothing_is_billed_or_backed_up_before_it_is_kept(world: World) -> None:
    before = world.usage(), to_be_billed(world)
    sent(world, 3)

    assert (world.usage(), to_be_billed(world)) == before
    assert list(growth.of_target(world.target_id)) == []
    assert not boto3.client("s3").list_objects_v2(Bucket=settings().objects_bucket)["KeyCount"]


def test_what_is_kept_counts_as_stored_from_then_on(world: World) -> None:
    """Overage and statistics are made of these rows."""
    kept(world, sent(world, 3)[:2])

    assert [size for _, size in growth.of_target(world.target_id)] == [2 * 64]


def to_be_billed(world: World) -> list[int]:
    """Return the totals of the invoices of the next year."""
    coming = preview.of_facility(world.facility_id, clock.now().date() + timedelta(days=365))
    return [each.totals.total_yen for each in coming]


def test_two_doctors_keep_the_same_bytes_in_one_examination_and_they_are_stored_once(
    world: World,
) -> None:
    for owner in (doctor(world), colleague(world)):
        wanted = [send(a_camera(owner), a_jpeg())]
        answer = service.keep(owner, wanted, world.target_id, EXAMINATION, PATIENT)
        assert answer == Kept(kept=wanted)

    assert [size for _, size in growth.of_target(world.target_id)] == [64]


def test_kept_again_it_is_the_same(world: World) -> None:
    ids = sent(world, 2)
    kept(world, ids)

    assert kept(world, ids) == Kept(kept=ids)
    assert [each["objects"] for each in examinations(world)] == [2]


def test_what_was_kept_cannot_be_kept_as_anothers(world: World) -> None:
    ids = sent(world, 1)
    kept(world, ids)
    other = msgspec.structs.replace(PATIENT, id="CANARY-0001-2")

    with pytest.raises(Conflict, match="elsewhere"):
        service.keep(doctor(world), ids, world.target_id, EXAMINATION, other)


def test_what_has_no_room_in_the_target_stays_in_the_buffer(world: World) -> None:
    camera = a_camera(doctor(world))
    small = send(camera, a_jpeg(1))
    large = send(camera, a_jpeg(2, 11 * MEGABYTE))

    assert kept(world, [small, large]) == Kept(kept=[small], refused={large: "quota-exceeded"})
    assert in_buffer(doctor(world)) == [large]


def test_a_patient_whom_the_contract_leaves_out_is_refused(world: World) -> None:
    ids = sent(world, 1)
    change = {"patients": {"mode": "all_but", "patient_ids": [PATIENT.id]}}
    world.admin.post(f"/contracts/{world.contract_id}/amendments", change)

    assert kept(world, ids).refused == {ids[0]: "patient-excluded"}
    assert in_buffer(doctor(world)) == ids


def test_what_the_target_has_already_is_kept_too(world: World) -> None:
    world.back_up({"a.jpg": a_jpeg(0)})
    ids = sent(world, 1)

    assert kept(world, ids) == Kept(kept=ids)
    assert held(doctor(world)) == []


def test_two_captures_of_the_same_bytes_are_both_kept(world: World) -> None:
    camera = a_camera(doctor(world))
    ids = [send(camera, a_jpeg(), "one"), send(camera, a_jpeg(), "two")]

    assert kept(world, ids) == Kept(kept=ids)


def test_nobody_keeps_a_colleagues_captures(world: World) -> None:
    ids = sent(world, 1)

    with pytest.raises(NotFound):
        service.keep(colleague(world), ids, world.target_id, EXAMINATION, PATIENT)


def test_what_has_not_come_cannot_be_kept(world: World) -> None:
    capture_id = announce(a_camera(doctor(world)), a_jpeg())

    with pytest.raises(NotFound):
        kept(world, [capture_id])


def test_a_target_without_a_contract_keeps_nothing(world: World) -> None:
    ids = sent(world, 1)
    target = world.admin.post("/targets", {"name": "New", "kind": "mass_storage"}, status=201)

    with pytest.raises(Conflict):
        service.keep(doctor(world), ids, target["target_id"], EXAMINATION, PATIENT)
    assert in_buffer(doctor(world)) == ids


def test_an_area_takes_no_captures_whoever_it_was_given_to(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    area = rent(replace(world))
    with pytest.raises(Conflict, match="where examinations are"):
        service.keep(doctor(world), [capture_id], area.target_id, EXAMINATION, PATIENT)
    assert in_buffer(doctor(world)) == [capture_id]


@pytest.mark.parametrize("number", [0, MOST_KEPT + 1])
def test_none_and_too_many_are_refused(world: World, number: int) -> None:
    with pytest.raises(Invalid):
        kept(world, [f"capture-{each}" for each in range(number)])


def test_what_broke_off_is_ended_by_the_schedule(world: World, broken_off: list[str]) -> None:
    clock.move(180)
    world.tick()

    assert held(doctor(world)) == []
    assert all(store.done(buffer_of(doctor(world)), each) for each in broken_off)
    assert [each["objects"] for each in examinations(world)] == [2]


def test_what_broke_off_is_ended_by_who_asks_again(world: World, broken_off: list[str]) -> None:
    assert kept(world, broken_off) == Kept(kept=broken_off)
    assert [each["objects"] for each in examinations(world)] == [2]


def test_what_broke_off_is_not_kept_as_anothers_by_who_changed_their_mind(
    world: World, broken_off: list[str]
) -> None:
    other = msgspec.structs.replace(PATIENT, id="CANARY-0001-2")

    with pytest.raises(Conflict, match="elsewhere"):
        service.keep(doctor(world), broken_off, world.target_id, EXAMINATION, other)


def test_what_is_on_its_way_can_be_neither_seen_nor_dropped(
    world: World, broken_off: list[str]
) -> None:
    service.drop(doctor(world), broken_off)

    assert in_buffer(doctor(world)) == []
    assert len(held(doctor(world))) == 2


def test_where_the_contract_ended_on_the_way_captures_are_back_in_the_buffer(
    world: World, broken_off: list[str]
) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/pause")
    clock.move(180)
    world.tick()

    assert sorted(in_buffer(doctor(world))) == broken_off


@pytest.fixture
def broken_off(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Captures that somebody wanted, whose function died right after that was noted."""
    ids = sent(world, 2)

    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "end", die)
        with pytest.raises(Died):
            kept(world, ids)
    return ids
