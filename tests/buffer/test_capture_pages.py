"""The doctor's page: what came in, and what is made of it."""

from __future__ import annotations

import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.buffer import service
from chalicelib.buffer.kinds import HEIC_BRANDS
from chalicelib.kernel import clock
from tests.audit.test_chain import actions
from tests.buffer.scene import a_camera, a_jpeg, colleague, doctor, in_buffer, send, stored
from tests.buffer.visiting import CAPTURES, at_captures, cards, code_on
from tests.support.people import Anonymous
from tests.support.visitor import Answer, Visitor
from tests.support.world import World

HOUR = 3600


def ticking(visitor: Visitor, step: str, *capture_ids: str) -> Answer:
    """Tick captures, and go on to keep or to drop them."""
    return visitor.submit(f"{CAPTURES}/choose", step=step, **ticked(*capture_ids))


def ticked(*capture_ids: str) -> dict[str, str]:
    return {f"capture-{each}": each for each in capture_ids}


def finding(visitor: Visitor, world: World, capture_id: str, typed: str, **more: str) -> Answer:
    form = {"target": world.target_id, "patient": typed, "step": "find"} | ticked(capture_id)
    return visitor.submit(f"{CAPTURES}/keep", **form | more)


def keeping(visitor: Visitor, world: World, of: str, *capture_ids: str, **more: str) -> Answer:
    form = {"target": world.target_id, "of": of, "step": "keep"} | ticked(*capture_ids)
    return visitor.submit(f"{CAPTURES}/keep", **form | more)


# --- looking -----------------------------------------------------------------------------------


def test_a_doctor_sees_what_came_into_their_own_buffer_newest_first(world: World) -> None:
    came = [send(a_camera(doctor(world)), a_jpeg(each)) for each in (1, 2)]
    send(a_camera(colleague(world)), a_jpeg(3))

    assert cards(at_captures(world).get(CAPTURES)) == came[::-1]


def test_what_has_expired_is_not_shown_though_its_row_is_still_there(world: World) -> None:
    send(a_camera(doctor(world)), a_jpeg())
    clock.move(72 * HOUR)

    assert cards(at_captures(world).get(CAPTURES)) == []


def test_when_a_picture_goes_is_said_in_the_facilitys_time(world: World) -> None:
    send(a_camera(doctor(world)), a_jpeg())
    (capture,) = service.captures(doctor(world))

    page = at_captures(world).get(CAPTURES).text

    assert f'data-expires="{capture.expires_at}"' in page
    assert "Taken 1 Apr 2026, 09:00" in page


def test_the_pages_script_asks_for_what_came_since(world: World) -> None:
    visitor = at_captures(world)
    send(a_camera(doctor(world)), a_jpeg(1))
    clock.move(60)
    since = visitor.get(CAPTURES).text.partition('data-since="')[2].partition('"')[0]
    new = send(a_camera(doctor(world)), a_jpeg(2))

    assert cards(visitor.get(f"{CAPTURES}?since={since}")) == [new]


def test_a_look_of_the_script_that_finds_nothing_new_is_no_look_at_a_picture(world: World) -> None:
    visitor = at_captures(world)
    send(a_camera(doctor(world)), a_jpeg())
    clock.move(60)
    since = visitor.get(CAPTURES).text.partition('data-since="')[2].partition('"')[0]
    before = looks(world)

    visitor.get(f"{CAPTURES}?since={since}")

    assert looks(world) == before


def looks(world: World) -> int:
    return actions(world).count("see-captures")


def test_pictures_come_from_where_they_are_stored_and_nowhere_else(world: World) -> None:
    policy = at_captures(world).get(CAPTURES).headers["Content-Security-Policy"]

    assert "img-src 'self' https://" in policy
    assert "connect-src 'self';" in policy


@pytest.mark.parametrize("brand", HEIC_BRANDS)
def test_an_iphones_picture_is_taken_and_said_to_be_none_that_a_browser_shows(
    world: World, brand: bytes
) -> None:
    send(a_camera(doctor(world)), a_heic(brand))
    page = at_captures(world).get(CAPTURES).text

    assert "HEIC <span>A browser cannot show it. It can be kept.</span>" in page
    assert "<img" not in page.partition('id="captured"')[2].partition("</ul>")[0]


def test_an_iphones_picture_can_be_downloaded_to_look_at_it(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_heic())
    answer = at_captures(world).get(f"{CAPTURES}/{capture_id}/file")

    assert answer.status == 303
    assert f"/captures/{world.facility_id}/{capture_id}?" in answer.location
    assert "attachment" in answer.location
    assert looks(world) == 1


def test_an_iphones_picture_is_kept_to_the_byte(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_heic())
    keeping(at_captures(world), world, "new", capture_id, new_id="10")

    assert stored(world, a_heic()) == a_heic()


def test_what_has_expired_cannot_be_downloaded(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_heic())
    clock.move(72 * HOUR)

    assert at_captures(world).get(f"{CAPTURES}/{capture_id}/file").status == 404


def a_heic(brand: bytes = b"heic") -> bytes:
    """Return what begins as an iPhone's picture does."""
    return b"\0\0\0\x18ftyp" + brand + bytes(200)


def test_a_code_is_shown_once(world: World) -> None:
    visitor = at_captures(world)
    code = code_on(visitor.submit(f"{CAPTURES}/pair"))

    assert code not in visitor.get(CAPTURES).text


def test_a_code_for_a_device_enrols_one(world: World) -> None:
    visitor = at_captures(world)
    code = code_on(visitor.submit(f"{CAPTURES}/devices/code"))
    key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    body = {"code": code, "name": "Endoscope 3", "public_key": key}
    camera_id = Anonymous(world.client).post("/cameras", body, status=201)["camera_id"]

    assert "Endoscope 3" in visitor.get(CAPTURES).text
    visitor.submit(f"{CAPTURES}/devices/{camera_id}/revoke")
    assert "Endoscope 3" not in visitor.get(CAPTURES).text


def test_how_long_pictures_stay_is_chosen(world: World) -> None:
    at_captures(world).submit(f"{CAPTURES}/life", hours="336")

    assert service.room(doctor(world)).life_hours == 336


# --- dropping ----------------------------------------------------------------------------------


def test_nothing_ticked_is_said(world: World) -> None:
    answer = ticking(at_captures(world), "keep")

    assert answer.status == 422
    assert "Tick the pictures first." in answer.text


def test_what_is_dropped_is_asked_for_once_more(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    visitor = at_captures(world)

    ticking(visitor, "drop", capture_id)
    assert in_buffer(doctor(world)) == [capture_id]
    visitor.submit(f"{CAPTURES}/drop", **ticked(capture_id))

    assert in_buffer(doctor(world)) == []


def test_a_colleagues_picture_cannot_be_chosen(world: World) -> None:
    theirs = send(a_camera(colleague(world)), a_jpeg())
    visitor = at_captures(world)

    assert "not here any more" in ticking(visitor, "keep", theirs).text
    visitor.submit(f"{CAPTURES}/drop", **ticked(theirs))
    assert in_buffer(colleague(world)) == [theirs]


# --- keeping -----------------------------------------------------------------------------------


def test_ticked_pictures_are_kept_for_a_patient_typed_anew(world: World) -> None:
    came = [send(a_camera(doctor(world)), a_jpeg(each)) for each in range(3)]
    visitor = at_captures(world)
    ticking(visitor, "keep", *came[:2])
    finding(visitor, world, came[0], "00120431")

    typed = {"new_id": "００１２０４３１", "new_name": "山田 太郎", "examined_on": "2026-04-01"}
    answer = visitor.follow(keeping(visitor, world, "new", *came[:2], **typed))

    assert "They are kept" in answer.text
    assert in_buffer(doctor(world)) == [came[2]]
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    assert (patient["patient_id"], patient["name"]) == ("00120431", "山田 太郎")


def test_ticked_pictures_are_kept_in_an_examination_that_is_there(world: World) -> None:
    first, second = (send(a_camera(doctor(world)), a_jpeg(each)) for each in (1, 2))
    visitor = at_captures(world)
    keeping(visitor, world, "new", first, new_id="10", description="EGD")
    (exam,) = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]

    page = finding(visitor, world, second, "10")
    assert f'value="examination:{exam["examination_id"]}"' in page.text
    keeping(visitor, world, f"examination:{exam['examination_id']}", second)

    (exam,) = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    assert (exam["objects"], exam["description"]) == (2, "EGD")


def test_a_form_that_is_sent_twice_makes_one_examination(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    visitor = at_captures(world)
    for _ in range(2):
        answer = keeping(visitor, world, "new", capture_id, new_id="10")
        assert answer.location == f"{CAPTURES}?done=kept"

    found = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    assert [each["objects"] for each in found] == [1]


def test_what_was_dropped_meanwhile_is_said_and_nothing_is_kept(world: World) -> None:
    came = [send(a_camera(doctor(world)), a_jpeg(each)) for each in range(2)]
    service.drop(doctor(world), came[:1])

    answer = keeping(at_captures(world), world, "new", *came, new_id="10")

    assert "One of these pictures is not here any more. Nothing was changed." in answer.text
    assert in_buffer(doctor(world)) == came[1:]


def test_a_new_patient_needs_a_number(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())

    answer = keeping(at_captures(world), world, "new", capture_id, patient="10")

    assert (answer.status, in_buffer(doctor(world))) == (422, [capture_id])


def test_a_date_that_is_none_is_said(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    typed = {"new_id": "10", "examined_on": "2026-02-30", "patient": "10"}

    answer = keeping(at_captures(world), world, "new", capture_id, **typed)

    assert "A date is written like 2026-04-01." in answer.text


def test_what_has_no_room_in_the_target_stays_in_the_buffer(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg(size_bytes=11_000_000))

    answer = keeping(at_captures(world), world, "new", capture_id, new_id="10", patient="10")

    assert "There is no room left in this target" in answer.text
    assert in_buffer(doctor(world)) == [capture_id]


def test_another_facilitys_target_is_not_found(world: World) -> None:
    capture_id = send(a_camera(doctor(world)), a_jpeg())
    visitor = at_captures(world)
    form = {"target": "target-other", "of": "new", "new_id": "10", "step": "keep"}

    assert visitor.submit(f"{CAPTURES}/keep", **form, **ticked(capture_id)).status == 404


def test_who_is_no_doctor_of_the_facility_has_another_buffer(world: World) -> None:
    send(a_camera(doctor(world)), a_jpeg())
    other = Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)

    assert cards(at_captures(world, caller=other).get(CAPTURES)) == []
