"""What comes from a camera: announced, put, and safe."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.buffer import sending, service
from chalicelib.buffer.kinds import MediaType
from chalicelib.buffer.model import (
    CAP_BYTES,
    MOST_BYTES,
    Awaited,
    Safe,
    State,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from tests.buffer.scene import (
    a_camera,
    a_jpeg,
    announce,
    announced,
    doctor,
    held,
    in_buffer,
    keys,
    put,
    send,
)
from tests.support.world import World

HOUR = 3600


def test_what_was_put_is_safe_once_it_has_arrived(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())

    assert in_buffer(doctor(world)) == [capture_id]


def test_the_bytes_may_be_put_with_these_very_headers_and_once(world: World) -> None:
    answer = sending.announce(a_camera(doctor(world)), announced(a_jpeg()))

    assert isinstance(answer, Awaited)
    assert f"/captures/{world.facility_id}/{answer.capture_id}?" in answer.url
    assert answer.headers["if-none-match"] == "*"
    assert answer.headers["content-length"] == "64"
    assert "x-amz-checksum-sha256" in answer.headers


def test_announced_again_it_is_the_same_capture(world: World) -> None:
    camera = a_camera(doctor(world))

    assert announce(camera, a_jpeg()) == announce(camera, a_jpeg())
    assert len(held(doctor(world))) == 1


def test_announced_again_it_is_safe_where_the_answer_was_lost(world: World) -> None:
    camera, body = a_camera(doctor(world)), a_jpeg()
    capture_id = announce(camera, body, "one")
    put(capture_id, camera.buffer, body)

    assert sending.announce(camera, announced(body, "one")) == Safe(capture_id, "one")


def test_its_owner_sees_what_came_though_nobody_said_so(world: World) -> None:
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg())
    put(capture_id, camera.buffer, a_jpeg())

    assert in_buffer(doctor(world)) == [capture_id]


def test_what_has_not_come_is_not_safe(world: World) -> None:
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg())

    with pytest.raises(Conflict, match="send them again"):
        sending.arrived(camera, capture_id)


def test_other_bytes_than_those_announced_have_not_come(world: World) -> None:
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg(1))
    put(capture_id, camera.buffer, a_jpeg(2))

    with pytest.raises(Conflict, match="send them again"):
        sending.arrived(camera, capture_id)


def test_what_is_no_image_is_gone_again(world: World) -> None:
    camera, body = a_camera(doctor(world)), b"<svg onload='alert(1)'/>"
    capture_id = announce(camera, body)
    put(capture_id, camera.buffer, body)

    with pytest.raises(Invalid, match="neither JPEG"):
        sending.arrived(camera, capture_id)
    assert held(doctor(world)) == []
    assert keys() == set()
    assert service.room(doctor(world)).available_bytes == CAP_BYTES


def test_a_capture_is_what_its_first_bytes_say(world: World) -> None:
    camera, body = a_camera(doctor(world)), b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    send(camera, body)

    assert [each.media_type for each in held(doctor(world))] == [MediaType.PNG]


def test_another_content_under_the_same_name_is_refused(world: World) -> None:
    camera = a_camera(doctor(world))
    announce(camera, a_jpeg(1), "one")

    with pytest.raises(Invalid, match="another content"):
        sending.announce(camera, announced(a_jpeg(2), "one"))


def test_two_cameras_may_use_the_same_name(world: World) -> None:
    first, second = a_camera(doctor(world), "pairing-a"), a_camera(doctor(world), "pairing-b")

    assert announce(first, a_jpeg(), "one") != announce(second, a_jpeg(), "one")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": "a/b"}, id="a name with a slash"),
        pytest.param({"client_id": "a" * 65}, id="a long name"),
        pytest.param({"sha256": "A" * 64}, id="a digest in capitals"),
        pytest.param({"size_bytes": 0}, id="nothing"),
        pytest.param({"size_bytes": MOST_BYTES + 1}, id="too much"),
        pytest.param({"taken_at": "yesterday"}, id="no time"),
    ],
)
def test_an_impossible_capture_is_refused(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        sending.announce(a_camera(doctor(world)), announced(a_jpeg(), **changes))


def test_a_camera_knows_what_of_its_own_is_safe_and_no_more(world: World) -> None:
    first, second = a_camera(doctor(world), "pairing-a"), a_camera(doctor(world), "pairing-b")
    capture_id = send(first, a_jpeg(1), "one")
    send(second, a_jpeg(2), "two")
    announce(first, a_jpeg(3), "three")

    assert sending.safe(first) == [Safe(capture_id, "one")]


def test_a_camera_cannot_ask_for_anothers_capture(world: World) -> None:
    capture_id = send(a_camera(doctor(world), "pairing-a"), a_jpeg())

    with pytest.raises(NotFound):
        sending.arrived(a_camera(doctor(world), "pairing-b"), capture_id)


def test_it_stays_safe_whatever_its_owner_made_of_it(world: World) -> None:
    camera = a_camera(doctor(world))
    capture_id = send(camera, a_jpeg(), "one")
    service.drop(doctor(world), [capture_id])

    assert sending.announce(camera, announced(a_jpeg(), "one")) == Safe(capture_id, "one")
    assert sending.arrived(camera, capture_id) == Safe(capture_id, "one")
    assert held(doctor(world)) == []


def test_what_never_came_begins_anew_a_day_later(world: World) -> None:
    camera = a_camera(doctor(world))
    first = announce(camera, a_jpeg(), "one")
    clock.move(25 * HOUR)
    second = announce(camera, a_jpeg(), "one")

    assert first != second
    assert [each.capture_id for each in held(doctor(world))] == [second]


def test_what_came_within_a_day_and_nobody_heard_of_begins_its_life_when_it_is_found(
    world: World,
) -> None:
    camera = a_camera(doctor(world))
    capture_id = announce(camera, a_jpeg(), "one")
    put(capture_id, camera.buffer, a_jpeg())
    clock.move(25 * HOUR)

    assert sending.announce(camera, announced(a_jpeg(), "one")) == Safe(capture_id, "one")
    assert [each.state for each in held(doctor(world))] == [State.THERE]
