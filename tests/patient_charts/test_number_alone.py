"""A number alone opens nothing, unless the facility wants it so, and then little."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.access.model import Role
from chalicelib.audit.store import of_facility
from chalicelib.patient_charts.slips import access_store, number_alone
from chalicelib.patient_charts.slips import service as slips
from chalicelib.web import forms
from chalicelib.web.cookies import SESSION
from tests.network.test_identical import calls_of
from tests.patient_charts.slip_scene import at_door, handed, staff
from tests.patient_charts.test_one_answer import Told, told_by
from tests.support.canary import CANARY_ID
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

ACCESS = "/portal/patient-access"


def by_number(world: World, visitor: Visitor, number: str) -> Told:
    return told_by(visitor, f"/p/number/{world.facility_id}", {"patient_id": number})


def switched_on(world: World) -> None:
    number_alone.switch(staff(world), is_on=True)


def test_while_it_is_off_the_right_number_is_a_miss_like_any_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed(world)
    visitor = at_door()
    by_number(world, visitor, "NOBODY")  # opens the window in which tries are counted
    told = [
        calls_of(partial(by_number, world, visitor, number), monkeypatch)
        for number in (CANARY_ID, "NOBODY")
    ]
    assert told[0] == told[1]
    assert told[0][0][0] == 404


def test_a_wrong_number_is_answered_the_same_on_or_off(world: World) -> None:
    handed(world)
    visitor = at_door()
    off = by_number(world, visitor, "NOBODY")
    switched_on(world)
    assert by_number(world, visitor, "NOBODY") == off


def test_once_it_is_on_a_number_opens_what_the_newest_slip_opens(world: World) -> None:
    held, visitor = handed(world), at_door()
    switched_on(world)
    assert by_number(world, visitor, CANARY_ID)[0] == 303
    page = visitor.get("/p/charts").text
    assert held.document in page
    assert "Whoever knows your number can read here" in page


def test_without_a_slip_that_is_open_a_number_opens_nothing(world: World) -> None:
    held = handed(world)
    switched_on(world)
    slips.revoke(staff(world), held.place, held.issued.slip.slip_id)
    assert by_number(world, at_door(), CANARY_ID)[0] == 404


def test_five_tries_an_hour_are_all_even_right_ones(world: World) -> None:
    handed(world)
    switched_on(world)
    assert [by_number(world, at_door(), CANARY_ID)[0] for _ in range(6)] == [303] * 5 + [404]


def test_one_click_warns_and_the_second_one_switches_it_on(world: World) -> None:
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    admin.get(ACCESS)
    warning = admin.submit(f"{ACCESS}/number-alone", step="ask")
    assert "A patient number is no secret" in warning.text
    assert not access_store.of(world.facility_id).is_by_number_alone
    admin.submit(f"{ACCESS}/number-alone", step="on")
    assert access_store.of(world.facility_id).is_by_number_alone
    form = {"csrf": forms.token(admin.cookies[SESSION]), "step": "off"}
    admin.post(f"{ACCESS}/number-alone", form)
    assert not access_store.of(world.facility_id).is_by_number_alone


def test_switching_it_is_on_record(world: World) -> None:
    switched_on(world)
    number_alone.switch(staff(world), is_on=False)
    actions = [event.action for _, event, _ in of_facility(world.facility_id)][-2:]
    assert actions == ["allow-number-alone", "forbid-number-alone"]


def test_a_telephone_number_is_kept_beside_it(world: World) -> None:
    switched_on(world)
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    admin.get(ACCESS)
    admin.submit(ACCESS, phone="０３-0000-0000")
    known = access_store.of(world.facility_id)
    assert (known.phone, known.is_by_number_alone) == ("03-0000-0000", True)


def test_what_is_no_telephone_number_is_told(world: World) -> None:
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    admin.get(ACCESS)
    assert admin.submit(ACCESS, phone="call me").status == 422
