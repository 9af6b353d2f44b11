"""The phone's page, and what its script is told."""

from __future__ import annotations

from chalicelib.access.model import Caller, Role
from tests.buffer.scene import a_jpeg, doctor, in_buffer
from tests.buffer.visiting import (
    CAPTURES,
    SCRIPT,
    announce,
    at_captures,
    code_on,
    paired,
    phone_with,
    said,
    sent,
)
from tests.support.visitor import Visitor
from tests.support.world import World


def test_a_phone_is_paired_by_the_code_on_the_doctors_page(world: World) -> None:
    assert "Take a picture" in paired(at_captures(world)).get("/capture").text


def test_a_code_pairs_one_phone(world: World) -> None:
    code = code_on(at_captures(world).submit(f"{CAPTURES}/pair"))
    phone_with(code)
    second = Visitor()
    second.get("/capture")

    answer = second.submit("/capture", code=code)

    assert answer.status == 404
    assert "This code opens nothing" in answer.text


def test_the_phones_cookie_is_sent_from_pages_of_ours_only(world: World) -> None:
    code = code_on(at_captures(world).submit(f"{CAPTURES}/pair"))
    phone = Visitor()
    phone.get("/capture")

    told = [each for each in phone.submit("/capture", code=code).set_cookies if "camera=" in each]

    assert len(told) == 1
    assert all(each in told[0] for each in ("HttpOnly", "Secure", "SameSite=Strict", "=43200"))


def test_a_picture_that_a_phone_sends_is_in_the_doctors_buffer(world: World) -> None:
    capture_id = sent(paired(at_captures(world)), world, a_jpeg())

    assert in_buffer(doctor(world)) == [capture_id]


def test_a_phone_that_announces_again_is_told_that_it_is_safe(world: World) -> None:
    phone = paired(at_captures(world))
    sent(phone, world, a_jpeg())

    assert said(announce(phone, a_jpeg()))["state"] == "safe"


def test_a_script_is_told_by_a_code_that_the_pairing_has_ended(world: World) -> None:
    visitor = at_captures(world)
    phone = paired(visitor)
    token = phone.token
    phone.send("/capture/leave")

    answer = announce(phone, a_jpeg(), csrf=token)

    assert (answer.status, said(answer)) == (401, {"code": "unauthenticated"})


def test_a_doctor_ends_a_pairing_at_once(world: World) -> None:
    visitor = at_captures(world)
    phone = paired(visitor)
    page = visitor.get(CAPTURES).text
    path = page.partition(f'action="{CAPTURES}/phones/')[2].partition('"')[0]
    visitor.submit(f"{CAPTURES}/phones/{path}")

    assert announce(phone, a_jpeg()).status == 401


def test_what_is_no_announcement_is_refused(world: World) -> None:
    answer = announce(paired(at_captures(world)), a_jpeg(), media_type="text/html")

    assert (answer.status, said(answer)) == (422, {"code": "bad-capture"})


def test_a_form_of_another_session_sends_nothing(world: World) -> None:
    visitor = at_captures(world)
    phone, other = paired(visitor), paired(visitor)

    assert announce(phone, a_jpeg(), csrf=other.token).status == 403


def test_a_phone_sees_nothing_of_the_portal(world: World) -> None:
    phone = paired(at_captures(world))

    assert phone.get(CAPTURES).location.startswith("/portal/sign-in")


def test_a_doctors_session_sends_nothing(world: World) -> None:
    visitor = at_captures(world)

    assert visitor.post("/capture/announce", {"csrf": visitor.token}, **SCRIPT).status == 401


def test_two_doctors_phones_know_their_pictures_apart(world: World) -> None:
    """What waits on a phone for one of them is not sent to the other after it is paired anew."""
    marks = set()
    for account in ("one", "two"):
        phone = paired(at_captures(world, caller=_doctor(world, account)))
        marks.add(phone.get("/capture").text.partition('data-buffer="')[2].partition('"')[0])

    assert len(marks) == 2
    assert "" not in marks


def _doctor(world: World, account: str) -> Caller:
    return Caller(Role.DOCTOR, f"person-{account}", world.facility_id)
