"""A phone comes in by a code, once, and may send and nothing else."""

from __future__ import annotations

import itertools

import pytest

from chalicelib.access import people_store
from chalicelib.access.model import Caller, Role
from chalicelib.access.policy import POLICY
from chalicelib.audit import store as audit
from chalicelib.buffer import codes, pairing, sending
from chalicelib.buffer.codes import NOBODYS, OF_A_PLACE
from chalicelib.buffer.model import Camera, buffer_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from tests.buffer.scene import ADDRESS, a_jpeg, a_phone, colleague, doctor, in_buffer, send
from tests.faults.crashes import calls_of
from tests.support.people import a_person
from tests.support.snapshot import dynamodb
from tests.support.world import World

HOUR = 3600


def refused(code: str, address: str = ADDRESS) -> None:
    with pytest.raises(NotFound, match="opens nothing"):
        pairing.enter(code, address)


def test_a_phone_comes_in_by_its_code_and_sends_into_that_doctors_buffer(world: World) -> None:
    phone = a_phone(doctor(world))
    capture_id = send(phone, a_jpeg())

    assert phone.buffer == buffer_of(doctor(world))
    assert in_buffer(doctor(world)) == [capture_id]


def test_the_code_stands_in_the_fragment_of_its_address_which_no_server_hears(
    world: World,
) -> None:
    made = pairing.pair(doctor(world), "https://hokan.example/api")

    assert made.url == f"https://hokan.example/api/capture#{made.code}"


def test_a_code_is_read_as_its_writer_meant_it(world: World) -> None:
    code = pairing.pair(doctor(world)).code

    assert pairing.enter(f" {code.lower().replace('-', ' ')} ", ADDRESS)


def test_a_code_opens_once(world: World) -> None:
    code = pairing.pair(doctor(world)).code
    pairing.enter(code, ADDRESS)

    refused(code)


def test_a_code_opens_for_ten_minutes_though_its_row_lingers(world: World) -> None:
    code = pairing.pair(doctor(world)).code
    clock.move(601)

    refused(code)


def test_a_code_that_was_taken_back_opens_nothing(world: World) -> None:
    made = pairing.pair(doctor(world))
    pairing.unpair(doctor(world), made.pairing_id)

    refused(made.code)


def test_a_device_cannot_be_enrolled_by_a_phones_code_nor_a_phone_by_a_devices(
    world: World,
) -> None:
    phones = pairing.pair(doctor(world)).code
    assert codes.mac_of(codes.Purpose.DEVICE, phones) != codes.mac_of(codes.Purpose.PHONE, phones)


def test_no_code_and_no_session_stands_in_a_table(world: World) -> None:
    code = pairing.pair(doctor(world)).code
    session_id = pairing.enter(code, ADDRESS)
    kept = [
        str(row.to_json())
        for table in dynamodb().tables.values()
        for row in itertools.chain.from_iterable(each.values() for each in table.items.values())
    ]

    assert not [row for row in kept if code in row or code.replace("-", "") in row]
    assert not [row for row in kept if session_id in row]


def test_a_phone_may_send_for_half_a_day(world: World) -> None:
    session_id = pairing.enter(pairing.pair(doctor(world)).code, ADDRESS)

    clock.move(12 * HOUR - 60)
    assert pairing.camera_of(session_id)
    clock.move(12 * HOUR)
    assert pairing.camera_of(session_id) is None


def test_a_phones_session_ends_when_its_doctor_ends_it(world: World) -> None:
    made = pairing.pair(doctor(world))
    session_id = pairing.enter(made.code, ADDRESS)
    pairing.unpair(doctor(world), made.pairing_id)

    assert pairing.camera_of(session_id) is None
    assert pairing.paired(doctor(world)) == []


def test_a_phone_may_end_its_session_itself(world: World) -> None:
    session_id = pairing.enter(pairing.pair(doctor(world)).code, ADDRESS)
    phone = pairing.camera_of(session_id)
    assert phone
    pairing.leave(phone)

    assert pairing.camera_of(session_id) is None


def test_a_phones_session_ends_when_its_doctor_is_disabled(world: World) -> None:
    person_id = a_person(world.facility_id)
    caller = Caller(Role.DOCTOR, person_id, world.facility_id)
    session_id = pairing.enter(pairing.pair(caller).code, ADDRESS)
    people_store.end_sessions(person_id)

    assert pairing.camera_of(session_id) is None


def test_no_phone_comes_in_for_a_doctor_who_is_disabled(world: World) -> None:
    person_id = a_person(world.facility_id)
    code = pairing.pair(Caller(Role.DOCTOR, person_id, world.facility_id)).code
    at = clock.text(clock.now())
    people_store.disable(world.facility_id, person_id, at, by="person-admin")

    refused(code)


def test_nobody_ends_a_colleagues_pairing(world: World) -> None:
    made = pairing.pair(doctor(world))

    with pytest.raises(NotFound):
        pairing.unpair(colleague(world), made.pairing_id)
    assert pairing.enter(made.code, ADDRESS)


def test_a_doctor_sees_phones_and_codes_that_wait_and_none_that_are_over(world: World) -> None:
    first = pairing.pair(doctor(world))
    pairing.enter(first.code, ADDRESS)
    clock.move(1)
    second = pairing.pair(doctor(world))

    found = pairing.paired(doctor(world))
    assert [each.pairing_id for each in found] == [second.pairing_id, first.pairing_id]
    assert [bool(each.entered_at) for each in found] == [False, True]
    assert not [each for each in found if each.code or each.url]
    clock.move(700)
    assert [each.pairing_id for each in pairing.paired(doctor(world))] == [first.pairing_id]


def test_a_session_nobody_began_is_nobodys(world: World) -> None:  # noqa: ARG001
    assert pairing.camera_of("a guess") is None


# --- guessing ----------------------------------------------------------------------------------


def test_after_twenty_wrong_codes_a_place_has_no_try_left_for_an_hour(world: World) -> None:
    code = pairing.pair(doctor(world)).code
    for number in range(OF_A_PLACE):
        refused(f"WRONG-{number}")

    refused(code)
    assert pairing.enter(code, "203.0.113.8"), "another place has"


def test_right_codes_are_not_counted(world: World) -> None:
    for _ in range(OF_A_PLACE + 1):
        assert pairing.enter(pairing.pair(doctor(world)).code, ADDRESS)


def test_codes_that_open_nothing_ask_for_the_same_whatever_is_wrong(world: World) -> None:
    """So that nobody hears from the time it takes what is wrong."""
    old = pairing.pair(doctor(world)).code
    clock.move(601)
    refused("FIRST")  # it begins to count the place's tries

    assert calls_of(lambda: refused(old)) == calls_of(lambda: refused("WRONG"))


def test_a_miss_is_on_record_in_nobodys_name(world: World) -> None:  # noqa: ARG001
    refused("WRONG")

    found = [(each.action, each.outcome) for _, each, _ in audit.of_facility(NOBODYS)]
    assert found == [("enter-as-camera", "denied")]


def test_coming_in_is_on_record_at_the_facility(world: World) -> None:
    phone = a_phone(doctor(world))

    found = [each for _, each, _ in audit.of_facility(world.facility_id)]
    assert (found[-1].action, found[-1].actor_id) == ("enter-as-camera", phone.sender)
    assert found[-1].actor_role == "camera"


# --- write-only --------------------------------------------------------------------------------


def test_a_camera_may_do_what_anybody_may_and_send() -> None:
    allowed = {operation for operation, roles in POLICY.items() if Role.CAMERA in roles}
    anybodys = {operation for operation, roles in POLICY.items() if Role.ANONYMOUS in roles}

    assert allowed - anybodys == {"send_captures"}


def test_a_phone_sees_nothing_of_the_buffer_it_sends_into(world: World) -> None:
    """What it is told of a capture is that it came: neither what became of it nor of others."""
    phone = a_phone(doctor(world))
    send(Camera(phone.buffer, "another"), a_jpeg(1))
    capture_id = send(phone, a_jpeg(2), "mine")

    assert [(each.capture_id, each.client_id) for each in sending.safe(phone)] == [
        (capture_id, "mine")
    ]
