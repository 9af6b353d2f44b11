"""Slips at the portal: made, shown once, replaced, closed, listed."""

from __future__ import annotations

import re

import pytest

from chalicelib.access.model import Role
from chalicelib.audit.store import of_facility
from chalicelib.kernel import clock
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import Standing
from chalicelib.patient_charts.slips.service import Place
from tests.patient_charts.slip_scene import OTHER, at_door, handed, inside, released
from tests.patient_charts.test_patient_pages import withdrawn
from tests.support.canary import CANARY_ID
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World, build

CODE = re.compile(r"<code>([2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2})</code>")


def path_of(place: Place, rest: str = "") -> str:
    return f"/portal/charts/{place.target_id}/patients/{place.patient_key}/slips{rest}"


def at_slips(world: World, place: Place) -> Visitor:
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    visitor.get(path_of(place))
    return visitor


def form(examination: str, **changes: str) -> dict[str, str]:
    usual = {"examination-1": examination, "days": "30", "language": "en", "form_id": "form-1"}
    return usual | changes


def made(world: World, place: Place, examination: str, **changes: str) -> Answer:
    return at_slips(world, place).submit(path_of(place), **form(examination, **changes))


def code_on(page: Answer) -> str:
    found = CODE.search(page.text)
    assert found, page.text
    return found[1]


def only(world: World, place: Place) -> Standing:
    (standing,) = slip_store.of_patient(world.facility_id, place.patient_key)
    return standing


def test_a_slip_that_is_made_opens_what_was_chosen(world: World) -> None:
    place, examination = released(world)
    page = made(world, place, examination)
    assert page.status == 200
    assert at_door().submit("/p", patient_id=CANARY_ID, code=code_on(page)).status == 303


def test_the_slip_tells_number_code_last_day_and_facility(world: World) -> None:
    place, examination = released(world)
    page = made(world, place, examination).text
    for said in (CANARY_ID, "Kawabe Clinic", "Good until", "https://hokan.example/p<"):
        assert said in page


def test_the_code_is_not_in_the_square_and_stands_on_the_page_once(world: World) -> None:
    place, examination = released(world)
    page = made(world, place, examination)
    assert page.text.count(code_on(page)) == 1
    listed = at_slips(world, place).get(path_of(place)).text
    assert not CODE.search(listed)


def test_a_form_that_is_sent_twice_makes_one_slip_and_shows_no_other_code(world: World) -> None:
    place, examination = released(world)
    made(world, place, examination)
    again = made(world, place, examination)
    assert again.status == 409
    assert "A code is shown once" in again.text
    assert only(world, place).slip.examination_ids == (examination,)


def test_the_slip_is_in_the_language_that_was_chosen(world: World) -> None:
    place, examination = released(world)
    assert '<html lang="ja">' in made(world, place, examination, language="ja").text


WRONG_FORMS = {
    "days": ({"days": "91"}, "1 to 90 days"),
    "no days": ({"days": "0"}, "1 to 90 days"),
    "words for days": ({"days": "soon"}, "1 to 90 days"),
    "no examination": ({"examination-1": ""}, "Choose 1 to 20 examinations"),
    "no language": ({"language": "xx"}, "Choose the language"),
    "another's examination": ({"examination-1": "examination-none"}, "nothing is released"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG_FORMS.values(), ids=WRONG_FORMS)
def test_a_wrong_form_is_told_what_is_wrong(
    world: World, changes: dict[str, str], said: str
) -> None:
    place, examination = released(world)
    answer = made(world, place, examination, **changes)
    assert answer.status == 422
    assert said in answer.text
    assert slip_store.of_patient(world.facility_id, place.patient_key) == []


def test_ninety_days_are_good(world: World) -> None:
    place, examination = released(world)
    assert made(world, place, examination, days="９０").status == 200


def test_an_examination_of_another_patient_is_on_no_slip(world: World) -> None:
    place, _ = released(world)
    _, other = released(world, "E-9", patient=OTHER)
    assert made(world, place, other).status == 422


def test_a_slip_is_not_made_for_what_was_withdrawn(world: World) -> None:
    held = handed(world)
    withdrawn(held)
    assert made(world, held.place, held.examination_id).status == 422


def test_a_new_one_in_its_place_closes_the_old_one(world: World) -> None:
    held = handed(world)
    visitor = at_slips(world, held.place)
    path = path_of(held.place, f"/{held.issued.slip.slip_id}/reissue")
    new = visitor.submit(path, form_id="form-2")
    assert at_door().submit("/p", patient_id=CANARY_ID, code=held.code).status == 404
    assert at_door().submit("/p", patient_id=CANARY_ID, code=code_on(new)).status == 303
    assert "replaced" in visitor.get(path_of(held.place)).text


def test_a_new_one_is_good_for_as_many_days_from_today(world: World) -> None:
    place, examination = released(world)
    made(world, place, examination, days="10")
    first = only(world, place)
    clock.move(3 * 86_400)
    path = path_of(place, f"/{first.slip.slip_id}/reissue")
    at_slips(world, place).submit(path, form_id="form-2")
    new, _ = slip_store.of_patient(world.facility_id, place.patient_key)
    days = clock.parse(new.slip.ends_at) - clock.parse(first.slip.ends_at)
    assert days.days == 3


def test_a_closed_slip_is_closed_once(world: World) -> None:
    held = handed(world)
    visitor = at_slips(world, held.place)
    path = path_of(held.place, f"/{held.issued.slip.slip_id}/revoke")
    assert visitor.submit(path).status == 303
    visitor.get(path_of(held.place))
    assert visitor.submit(path).status == 409


def test_the_list_tells_when_a_slip_was_opened_and_how_often_in_vain(world: World) -> None:
    held = handed(world)
    visitor = inside(held)
    for _ in range(2):
        visitor.get(held.link)
        visitor.submit(held.link, code="2222-2222-2222")
    page = at_slips(world, held.place).get(path_of(held.place)).text
    assert "last opened" in page
    assert "2 wrong tries" in page


def test_where_nothing_is_released_there_is_nothing_to_make(world: World) -> None:
    held = handed(world)
    withdrawn(held)
    page = at_slips(world, held.place).get(path_of(held.place)).text
    assert "Nothing is released to this patient yet" in page


def test_another_facility_finds_neither_patient_nor_slip(world: World) -> None:
    held, other = handed(world), build(world.client)
    stranger = signed_in(Role.DOCTOR, other.facility_id)
    stranger.get("/portal")
    slip = held.issued.slip.slip_id
    assert stranger.get(path_of(held.place)).status == 404
    stranger.get("/portal")
    for rest in ("", f"/{slip}/revoke", f"/{slip}/reissue"):
        assert stranger.submit(path_of(held.place, rest), **form("x")).status == 404
        stranger.get("/portal")
    assert not held.standing.revoked_at


def test_making_and_closing_are_on_record(world: World) -> None:
    held = handed(world)
    slip = held.issued.slip.slip_id
    at_slips(world, held.place).submit(path_of(held.place, f"/{slip}/revoke"))
    actions = [(event.action, event.subject) for _, event, _ in of_facility(world.facility_id)]
    assert ("issue-slip", slip) in actions
    assert ("revoke-slip", slip) in actions
