"""Coming in by a slip: what opens it, and what does not any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.access.model import Role
from chalicelib.kernel import clock
from chalicelib.patient_charts.slips import service as slips
from chalicelib.patient_charts.slips.model import State
from chalicelib.web.cookies import PATIENT, SESSION
from tests.patient_charts.slip_scene import (
    OTHER,
    WRONG,
    at_door,
    at_link,
    handed,
    inside,
    issue,
    released,
    staff,
    typed,
)
from tests.support.canary import CANARY_ID
from tests.support.visitor import signed_in
from tests.support.world import World

DAY = 86_400


def test_link_and_code_open_what_was_released(world: World) -> None:
    held = handed(world)
    page = inside(held).get("/p/charts")
    assert page.status == 200
    assert f"/p/charts/{held.document}" in page.text


def test_number_and_code_open_the_same(world: World) -> None:
    held, visitor = handed(world), at_door()
    assert visitor.submit("/p", **typed(held)).location == "/p/charts"
    assert f"/p/charts/{held.document}" in visitor.get("/p/charts").text


WAYS_TO_WRITE = {
    "small letters": str.lower,
    "no dashes": lambda code: code.replace("-", ""),
    "spaces": lambda code: f" {code.replace('-', ' ')} ",
    "full width": lambda code: "".join(chr(ord(each) + 0xFEE0) for each in code),
}


@pytest.mark.parametrize("write", WAYS_TO_WRITE.values(), ids=WAYS_TO_WRITE)
def test_a_code_is_read_as_it_was_meant(world: World, write: Callable[[str], str]) -> None:
    held = handed(world)
    assert at_link(held).submit(held.link, code=write(held.code)).status == 303


@pytest.mark.parametrize("number", ["canary 0001", "ＣＡＮＡＲＹ－０００１"])
def test_a_number_is_read_as_it_was_meant(world: World, number: str) -> None:
    held = handed(world)
    fields = typed(held) | {"patient_id": number}
    assert at_door().submit("/p", **fields).status == 303


def test_zeros_at_the_beginning_of_a_number_count(world: World) -> None:
    place, examination = released(world, patient=OTHER)
    code = issue(world, place, examination).code
    assert at_door().submit("/p", patient_id="10", code=code).status == 404
    assert at_door().submit("/p", patient_id="00000010", code=code).status == 303


# --- what opens nothing ------------------------------------------------------------------------


def is_closed(world_link: str, code: str, number: str) -> bool:
    """Whether neither way leads in."""
    visitor = at_door()
    by_number = visitor.submit("/p", patient_id=number, code=code)
    visitor.get(world_link)
    by_link = visitor.submit(world_link, code=code)
    return {by_number.status, by_link.status} == {404}


def test_one_wrong_symbol_opens_nothing(world: World) -> None:
    held = handed(world)
    last = "2" if held.code[-1] != "2" else "3"
    assert is_closed(held.link, held.code[:-1] + last, CANARY_ID)


def test_a_slip_opens_nothing_after_its_last_day(world: World) -> None:
    place, examination = released(world)
    issued = issue(world, place, examination, days=1)
    end = clock.parse(issued.slip.ends_at)
    seconds = int((end - clock.now()).total_seconds())
    clock.move(seconds - 5)
    assert at_door().submit("/p", patient_id=CANARY_ID, code=issued.code).status == 303
    clock.move(seconds + 1)
    assert is_closed(f"/p/{issued.link_id}", issued.code, CANARY_ID)


def test_a_revoked_slip_opens_nothing(world: World) -> None:
    held = handed(world)
    slips.revoke(staff(world), held.place, held.issued.slip.slip_id)
    assert is_closed(held.link, held.code, CANARY_ID)


def test_a_slip_that_was_replaced_opens_nothing_and_the_new_one_does(world: World) -> None:
    held = handed(world)
    new = slips.reissue(staff(world), held.place, held.issued.slip.slip_id, "form-2")
    assert is_closed(held.link, held.code, CANARY_ID)
    assert at_door().submit("/p", patient_id=CANARY_ID, code=new.code).status == 303
    assert held.standing.replaced_by == new.slip.slip_id


def test_the_code_of_another_patient_opens_nothing(world: World) -> None:
    held, other = handed(world), handed(world, "E-9", patient=OTHER)
    assert is_closed(held.link, other.code, CANARY_ID)


# --- ten wrong ones, for life ------------------------------------------------------------------


def test_after_ten_wrong_codes_the_right_one_opens_nothing(world: World) -> None:
    held = handed(world)
    visitor = at_link(held)
    assert {visitor.submit(held.link, code=WRONG).status for _ in range(10)} == {404}
    assert visitor.submit(held.link, code=held.code).status == 404
    assert held.standing.tries == 10
    assert held.standing.state(clock.now()) is State.USED_UP


def test_after_nine_wrong_codes_the_right_one_opens_it_and_counts_for_nothing(world: World) -> None:
    held = handed(world)
    visitor = at_link(held)
    for _ in range(9):
        visitor.submit(held.link, code=WRONG)
    assert visitor.submit(held.link, code=held.code).status == 303
    assert held.standing.tries == 9


def test_wrong_codes_do_not_wear_off(world: World) -> None:
    held = handed(world)
    visitor = at_link(held)
    for _ in range(10):
        visitor.submit(held.link, code=WRONG)
    clock.move(5 * DAY)
    assert at_link(held).submit(held.link, code=held.code).status == 404


# --- sessions ----------------------------------------------------------------------------------


def test_a_session_ends_after_a_quarter_of_an_hour_whatever_one_does(world: World) -> None:
    visitor = inside(handed(world))
    clock.move(14 * 60)
    assert visitor.get("/p/charts").status == 200
    clock.move(15 * 60 + 1)
    assert visitor.get("/p/charts").location == "/p?why=ended"


def test_a_session_ends_with_its_slip(world: World) -> None:
    held = handed(world)
    visitor = inside(held)
    slips.revoke(staff(world), held.place, held.issued.slip.slip_id)
    assert visitor.get("/p/charts").location == "/p?why=ended"


def test_a_session_ends_with_its_slips_last_day(world: World) -> None:
    place, examination = released(world)
    issued = issue(world, place, examination, days=1)
    end = (clock.parse(issued.slip.ends_at) - clock.now()).total_seconds()
    clock.move(int(end) - 60)
    visitor = at_door()
    visitor.submit("/p", patient_id=CANARY_ID, code=issued.code)
    assert visitor.get("/p/charts").status == 200
    clock.move(int(end) + 1)
    assert visitor.get("/p/charts").location == "/p?why=ended"


def test_whoever_leaves_has_to_come_in_again(world: World) -> None:
    visitor = inside(handed(world))
    kept = dict(visitor.cookies)
    visitor.get("/p/charts")
    assert visitor.submit("/p/sign-out").location == "/p?why=signed-out"
    assert PATIENT not in visitor.cookies
    visitor.cookies = kept
    assert visitor.get("/p/charts").status == 303


def test_the_cookie_is_sent_from_pages_of_ours_only(world: World) -> None:
    held = handed(world)
    visitor = at_link(held)
    (cookie, *_) = visitor.submit(held.link, code=held.code).set_cookies
    name, *parts = cookie.split("; ")
    assert name.startswith("__Host-slip=")
    assert set(parts) == {"Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=900"}


def test_a_portal_session_opens_no_page_of_a_patient(world: World) -> None:
    held = handed(world)
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    doctor.cookies[PATIENT] = doctor.cookies[SESSION]
    assert doctor.get(f"/p/charts/{held.document}").location == "/p?why=ended"


def test_a_patients_session_opens_no_page_of_the_portal(world: World) -> None:
    visitor = inside(handed(world))
    visitor.cookies[SESSION] = visitor.cookies[PATIENT]
    assert visitor.get("/portal").location.startswith("/portal/sign-in")
