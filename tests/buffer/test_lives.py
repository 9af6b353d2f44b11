"""How long captures are there, and the room they give back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audit import store as audit
from chalicelib.buckets.signing import GET_SECONDS
from chalicelib.buffer import arriving, room_store, sending, service, store
from chalicelib.buffer.kinds import EXTENSIONS, MAGIC, MAGIC_BYTES, MediaType, kind_of
from chalicelib.buffer.model import (
    CAP_BYTES,
    CAP_CAPTURES,
    Capture,
    Room,
    State,
    buffer_of,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.settings import settings
from tests.buffer.scene import (
    EXAMINATION,
    a_camera,
    a_jpeg,
    announce,
    announced,
    colleague,
    doctor,
    held,
    in_buffer,
    keys,
    put,
    send,
)
from tests.support.world import World

HOUR = 3600
DAY = 24 * HOUR


def due_at(world: World) -> str | None:
    """Return when the schedule looks at the doctor's buffer."""
    key = {"pk": {"S": f"FACILITY#{world.facility_id}"}, "sk": {"S": "BUFFER#person-doctor"}}
    row = boto3.client("dynamodb").get_item(TableName=settings().core_table, Key=key)["Item"]
    return row["due_at"]["S"] if "due_at" in row else None


def audited(world: World) -> list[str]:
    return [event.action for _, event, _ in audit.of_facility(world.facility_id)]


# --- lives -------------------------------------------------------------------------------------


def test_a_capture_is_shown_for_72_hours_and_no_longer_though_its_row_lingers(
    world: World,
) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())

    clock.move(72 * HOUR - 60)
    assert in_buffer(doctor(world)) == [capture_id]
    clock.move(72 * HOUR)
    assert in_buffer(doctor(world)) == []
    assert len(held(doctor(world))) == 1, "the row lingers"


def test_an_expired_capture_has_no_picture_though_its_row_lingers(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    clock.move(72 * HOUR)

    with pytest.raises(NotFound):
        service.picture(doctor(world), capture_id)


def test_an_expired_capture_counts_for_nothing_though_its_row_lingers(world: World) -> None:
    send(a_camera(doctor(world)), a_jpeg())
    assert service.used_bytes(doctor(world)) == 64

    clock.move(72 * HOUR)
    assert service.used_bytes(doctor(world)) == 0
    assert len(held(doctor(world))) == 1, "the row lingers"


@pytest.mark.parametrize(("left", "seconds"), [(HOUR, GET_SECONDS), (90, 90)])
def test_the_url_of_a_picture_ends_with_the_picture_at_the_latest(
    world: World, monkeypatch: pytest.MonkeyPatch, left: int, seconds: int
) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    (capture,) = service.captures(doctor(world))
    now = clock.parse(capture.expires_at) - timedelta(seconds=left)
    monkeypatch.setattr(clock, "now", lambda: now)

    assert f"X-Amz-Expires={seconds}&" in service.picture(doctor(world), capture_id)


def test_an_expired_capture_cannot_be_kept_though_its_row_lingers(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    clock.move(72 * HOUR)

    with pytest.raises(NotFound):
        service.keep(doctor(world), [capture_id], world.target_id, EXAMINATION, None)


def test_a_person_may_have_captures_live_for_two_weeks(world: World) -> None:
    service.life(doctor(world), 14 * 24)
    capture_id = send(a_camera(doctor(world)), a_jpeg())

    clock.move(14 * DAY - 60)
    assert in_buffer(doctor(world)) == [capture_id]
    clock.move(14 * DAY)
    assert in_buffer(doctor(world)) == []


@pytest.mark.parametrize("hours", [0, 14 * 24 + 1])
def test_no_capture_lives_shorter_than_an_hour_or_longer_than_two_weeks(
    world: World, hours: int
) -> None:
    with pytest.raises(Invalid):
        service.life(doctor(world), hours)


def test_a_capture_that_comes_late_is_gone_before_its_bucket_forgets_it(world: World) -> None:
    """The bucket counts from the PUT, which may be as old as the announcement."""
    service.life(doctor(world), 14 * 24)
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg())
    put(capture_id, camera.buffer, a_jpeg())
    clock.move(23 * HOUR)
    assert in_buffer(doctor(world)) == [capture_id]

    clock.move(14 * DAY)
    assert in_buffer(doctor(world)) == []


# --- room --------------------------------------------------------------------------------------


def test_what_is_announced_takes_room_before_it_comes(world: World) -> None:
    announce(a_camera(doctor(world)), a_jpeg())

    assert service.room(doctor(world)) == Room(
        available_bytes=CAP_BYTES - 64, available_captures=CAP_CAPTURES - 1
    )


def test_what_was_dropped_takes_no_room_and_is_gone(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    service.drop(doctor(world), [capture_id])

    assert service.room(doctor(world)) == Room()
    assert in_buffer(doctor(world)) == []
    assert keys() == set()
    assert audited(world)[-1] == "drop-captures"


def test_the_schedule_gives_the_room_of_expired_captures_back(world: World) -> None:
    camera = a_camera(doctor(world))
    for number in range(3):
        send(camera, a_jpeg(number))
    announce(camera, a_jpeg(3))
    clock.move(72 * HOUR + 60)
    world.tick()

    assert service.room(doctor(world)) == Room()
    assert held(doctor(world)) == []
    assert keys() == set()
    assert due_at(world) is None


def test_the_schedule_looks_again_while_something_is_there(world: World) -> None:
    send(a_camera(doctor(world)), a_jpeg())
    clock.move(25 * HOUR)
    world.tick()

    assert clock.text(clock.now()) < str(due_at(world)) < clock.text(clock.parse(_in(6)))
    assert len(held(doctor(world))) == 1


def _in(hours: int) -> str:
    return clock.text(clock.now() + timedelta(hours=hours, minutes=1))


def test_the_schedule_does_not_let_expire_what_came_and_nobody_heard_of(world: World) -> None:
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg())
    put(capture_id, camera.buffer, a_jpeg())
    clock.move(25 * HOUR)
    world.tick()

    assert in_buffer(doctor(world)) == [capture_id]


def test_a_full_buffer_takes_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_store, "CAP_BYTES", 100)
    camera = a_camera(doctor(world))
    send(camera, a_jpeg(1))

    with pytest.raises(Conflict, match="full") as refused:
        sending.announce(camera, announced(a_jpeg(2)))
    assert refused.value.facts == {"available_bytes": 36, "available_captures": CAP_CAPTURES - 1}


def test_a_full_buffer_takes_more_once_something_has_expired(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_store, "CAP_BYTES", 100)
    camera = a_camera(doctor(world))
    send(camera, a_jpeg(1))
    clock.move(72 * HOUR)

    assert announce(camera, a_jpeg(2))


def test_a_buffer_holds_no_more_captures_than_a_list_can_show(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_store, "CAP_CAPTURES", 1)
    camera = a_camera(doctor(world))
    send(camera, a_jpeg(1))

    with pytest.raises(Conflict, match="full"):
        sending.announce(camera, announced(a_jpeg(2)))


def test_everybody_has_a_buffer_of_their_own(world: World) -> None:
    send(a_camera(doctor(world)), a_jpeg())

    assert in_buffer(colleague(world)) == []
    assert service.room(colleague(world)) == Room()


# --- looking -----------------------------------------------------------------------------------


def test_a_picture_is_shown_once_that_is_on_record(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    url = service.picture(doctor(world), capture_id)

    assert "response-content-type=image%2Fjpeg" in url
    assert "attachment" not in url
    assert audited(world)[-1] == "see-captures"


def test_what_no_browser_shows_is_a_download(world: World) -> None:
    body = b"\0" * 128 + b"DICM" + b"\0" * 8
    capture_id = send(a_camera(doctor(world)), body)

    assert "attachment" in service.picture(doctor(world), capture_id)


def test_nobody_sees_a_colleagues_picture(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())

    with pytest.raises(NotFound):
        service.picture(colleague(world), capture_id)
    assert service.pictures(colleague(world), [capture_id]) == {}


def test_nobody_drops_a_colleagues_capture(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    service.drop(colleague(world), [capture_id])

    assert in_buffer(doctor(world)) == [capture_id]


# --- kinds -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(MediaType))
def test_every_kind_is_known_by_its_beginning(kind: MediaType) -> None:
    for at, magic in MAGIC[kind]:
        assert kind_of(b"\0" * at + magic + b"\0" * MAGIC_BYTES) is kind
    assert EXTENSIONS[kind]


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_kind_whose_beginning_they_lack(start: bytes) -> None:
    kind = kind_of(start)
    assert kind is None or any(start[at : at + len(it)] == it for at, it in MAGIC[kind])


def a_capture(**changes: Any) -> Capture:
    at = clock.text(clock.now())
    usual: dict[str, Any] = {
        "capture_id": "capture-01",
        "facility_id": "facility-1",
        "person_id": "person-1",
        "sender": "pairing-1",
        "client_id": "one",
        "sha256": "a" * 64,
        "size_bytes": 1,
        "media_type": MediaType.JPEG,
        "taken_at": at,
        "announced_at": at,
        "state": State.THERE,
        "expires_at": at,
    }
    return Capture(**(usual | changes))


def test_what_is_being_kept_does_not_expire_meanwhile() -> None:
    assert a_capture().is_over(clock.now())
    assert not a_capture(keeping="batch-1").is_over(clock.now())


def test_a_capture_that_changed_in_the_meantime_is_not_ended(world: World) -> None:
    capture_id = announce(a_camera(doctor(world)), a_jpeg())
    before = store.capture(buffer_of(doctor(world)), capture_id)
    put(capture_id, before.buffer, a_jpeg())
    arriving.looked_for(before, clock.now())

    with pytest.raises(Conflict):
        arriving.end([before], State.EXPIRED, clock.now())
