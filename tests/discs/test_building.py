"""An order's discs: what is on them, however often the building of them stops."""

from __future__ import annotations

import hashlib
import io
import random
from datetime import timedelta

import pytest
from pydicom import dcmread

from chalicelib import buckets
from chalicelib.archive.store import objects
from chalicelib.buckets import discs, media
from chalicelib.discs import choosing, store, worker
from chalicelib.discs.model import Order, Runs, State
from chalicelib.discs.worker import OutOfTime
from chalicelib.kernel import clock
from chalicelib.media import planning
from chalicelib.media.planning import Medium
from tests.discs.scene import built, deliver, image, messages, now, on_disc, ordered, originals
from tests.media.scene import endoscopy
from tests.support.world import World, days_pass

FILES = {
    "E-1/1.dcm": endoscopy(number=1),
    "E-1/2.dcm": endoscopy(number=2),
    "検査/画像 1.jpg": b"one",
    "empty": b"",
}
PART = 5 << 20  # the smallest that S3 takes


def test_what_was_stored_is_on_the_disc_byte_for_byte(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    assert (order.state, order.discs) == (State.BUILT, 1)
    assert originals(image(order)) == FILES


def test_the_dicomdir_of_a_disc_names_the_dicom_files_on_it(world: World) -> None:
    world.back_up(FILES)
    found = on_disc(image(built(world)))
    records = dcmread(io.BytesIO(found["DICOMDIR"])).DirectoryRecordSequence
    named = ["/".join(each.ReferencedFileID) for each in records if "ReferencedFileID" in each]
    assert [found[each] for each in named] == [FILES["E-1/1.dcm"], FILES["E-1/2.dcm"]]


def test_the_digest_of_an_image_is_that_of_what_is_stored(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    body = image(order)
    assert (order.built[0].sha256, order.built[0].size) == (
        hashlib.sha256(body).hexdigest(),
        len(body),
    )


def test_a_disc_holds_what_was_there_when_it_was_ordered(world: World) -> None:
    world.back_up({"a": b"then"})
    order = ordered(world)
    world.back_up({"a": b"later", "b": b"new"})
    assert deliver(world, order)
    assert originals(image(now(order))) == {"a": b"then"}


def test_an_encrypted_disc_tells_no_name(world: World) -> None:
    world.back_up(FILES)
    assert set(on_disc(image(built(world, encrypted=True)))) == {"README.TXT", "DISC.ZIP"}


def test_a_message_that_comes_twice_changes_nothing(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    assert deliver(world, order)
    assert now(order) == order


def test_damaged_bytes_fail_the_order_and_come_before_the_operator(world: World) -> None:
    world.back_up(FILES)
    sha256 = hashlib.sha256(b"one").hexdigest()
    key = buckets.object_key(world.target_id, sha256)
    buckets.hide(key)
    buckets.put_once(key, b"two")
    order = built(world)
    assert (order.state, order.failure, order.damaged) == (State.FAILED, "object-damaged", sha256)
    assert key in {each.key for each in objects.quarantined(None)[0]}


# --- several runs ------------------------------------------------------------------------------


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A target whose disc is three parts large."""
    for module in (media, discs):
        monkeypatch.setattr(module, "PART_BYTES", PART)
    dice = random.Random(9)
    world.back_up({f"{each}.bin": dice.randbytes(1 << 20) for each in range(9)})
    return world


def run_until_part(order: Order, most: int = 1) -> None:
    """Run until so many parts have gone up, and the function's time is over."""

    def has_time() -> bool:
        return store.order(order.facility_id, order.order_id).parts < most

    with pytest.raises(OutOfTime):
        worker.build(order.facility_id, order.order_id, has_time, by=Runs.LAMBDA)


def test_a_run_goes_on_where_the_one_before_it_stopped(
    large: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = image(built(large))
    order = ordered(large)
    run_until_part(order)
    stopped = now(order)
    assert (stopped.parts, stopped.builder) == (1, "")
    sent: list[int] = []
    send = media.MediaUpload._send

    def counted(self: media.MediaUpload, size: int) -> None:
        sent.append(size)
        send(self, size)

    monkeypatch.setattr(media.MediaUpload, "_send", counted)
    assert deliver(large, order)
    body = image(now(order))
    assert sum(sent) == len(body) - PART
    assert originals(body) == originals(whole)


def test_an_image_that_was_complete_and_not_noted_is_not_written_again(large: World) -> None:
    order = ordered(large)
    run_until_part(order)
    seen = now(order)
    assert deliver(large, order)
    done = now(order)
    store.change(
        done, state=State.BUILDING, built=(), built_at="", upload_id=seen.upload_id, parts=2
    )
    assert deliver(large, order)
    assert now(order).built == done.built


def test_several_discs_are_built_one_after_the_other(
    large: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(planning.CAPACITY, Medium.CD, 14 << 20)
    order = built(large)
    assert (order.state, [each.number for each in order.built]) == (State.BUILT, [1, 2])
    found = [set(originals(image(order, each))) for each in (1, 2)]
    assert sorted(found[0] | found[1]) == [f"{each}.bin" for each in range(9)]
    assert not found[0] & found[1]


def test_what_runs_out_of_time_sends_the_next_message(
    large: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(large)
    messages()
    monkeypatch.setattr(worker, "RESERVE_MS", 1_000_000)
    assert deliver(large, order)
    assert [each["order_id"] for each in messages()] == [order.order_id]


def test_somebody_else_does_not_build_what_is_in_work(world: World) -> None:
    world.back_up(FILES)
    order = ordered(world)
    held = store.change(
        order, builder="another", lease_ends_at=clock.text(clock.now() + worker.LEASE)
    )
    assert deliver(world, order)
    assert now(order) == held


def test_a_builder_that_died_is_followed_by_another_when_its_time_is_over(world: World) -> None:
    world.back_up(FILES)
    order = ordered(world)
    past = clock.now() - timedelta(seconds=1)
    store.change(order, builder="another", lease_ends_at=clock.text(past))
    assert deliver(world, order)
    assert now(order).state is State.BUILT


def test_what_is_too_large_for_a_function_waits_for_the_same_worker_elsewhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.back_up(FILES)
    monkeypatch.setattr(choosing, "MOST_BYTES", 1)
    order = built(world)
    assert (order.state, order.runs_on, order.builder) == (State.BUILDING, Runs.BATCH, "")
    done = worker.build(order.facility_id, order.order_id)
    assert originals(image(done)) == FILES


# --- what nobody hears of ----------------------------------------------------------------------


def test_a_lost_message_is_sent_again_after_an_hour(world: World) -> None:
    world.back_up(FILES)
    order = ordered(world)
    messages()
    world.tick(clock.text(clock.now() + timedelta(minutes=61)))
    assert [each["order_id"] for each in messages()] == [order.order_id]


def test_what_does_not_come_on_for_a_day_is_given_up(world: World) -> None:
    world.back_up(FILES)
    order = ordered(world)
    world.tick(clock.text(clock.now() + timedelta(hours=25)))
    assert (now(order).state, now(order).failure) == (State.FAILED, "interrupted")


def test_images_that_nobody_fetched_are_over_after_thirty_days(world: World) -> None:
    world.back_up(FILES)
    order = built(world)
    days_pass(world, 31)
    world.tick()
    assert now(order).state is State.EXPIRED
