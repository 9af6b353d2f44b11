"""A facility orders discs and gets them, in a browser without JavaScript."""

from __future__ import annotations

import re

import pytest

from tests.discs.page_scene import DISCS, Discs, admin_of, operator_at, said
from tests.exports.test_pages import hidden
from tests.support.canary import CANARY_ID, found_in
from tests.support.world import World
from tests.web.test_languages import mislabelled


@pytest.fixture
def discs(world: World) -> Discs:
    return Discs(world)


def test_an_administrator_comes_from_the_first_page_to_the_image(discs: Discs) -> None:
    visitor = admin_of(discs.world)
    assert discs.new() in visitor.get(f"{DISCS}/new").text
    assert "金糸雀 花子" in said(visitor.get(discs.new()))
    visitor.submit(discs.new("/patients"), patient_id=CANARY_ID)
    assert visitor.get(discs.new(f"/patients/{discs.patient_key}")).status == 200
    page = visitor.get(discs.new(f"/how?scope=patient&subject={discs.patient_key}"))
    made = visitor.send(DISCS, **hidden(page), medium="cd", encrypted="yes")
    assert "Being made" in said(made)
    order_id = discs.newest()
    discs.deliver(order_id)
    ready = visitor.get(f"{DISCS}/orders/{order_id}")
    assert "Disc 1 of 1" in said(ready)
    handed = visitor.submit(f"{DISCS}/orders/{order_id}/discs/1/download")
    assert handed.status == 303
    assert "response-content-disposition" in handed.location
    assert found_in(handed.location) == []


def test_a_page_says_how_many_discs_it_would_take_of_each_kind(discs: Discs) -> None:
    page = said(admin_of(discs.world).get(discs.new("/how?scope=target")))
    assert re.search(r"CD, 700 MB .*?1 disc DVD, 4.7 GB .*?1 disc Blu-ray, 25 GB .*?1 disc", page)


def test_a_page_asks_the_catalogue_once_for_all_kinds_of_discs(discs: Discs) -> None:
    visitor = admin_of(discs.world)
    visitor.get(discs.new("/how?scope=target"))
    looks = [each for each in discs.audited() if each == "check-discs-target"]
    assert len(looks) == 1


def test_discs_are_encrypted_unless_somebody_says_otherwise(discs: Discs) -> None:
    visitor = admin_of(discs.world)
    page = visitor.get(discs.new("/how?scope=target"))
    checked = re.findall(r'name="(\w+)" value="(\w+)"[^>]* checked', page.text)
    assert ("encrypted", "yes") in checked


def test_an_order_that_is_sent_twice_is_one(discs: Discs) -> None:
    visitor = admin_of(discs.world)
    form = hidden(visitor.get(discs.new("/how?scope=target"))) | {"medium": "dvd"}
    places = {visitor.submit(DISCS, **form).location for _ in range(2)}
    assert len(places) == 1


def test_an_area_is_not_asked_for_its_patients(discs: Discs) -> None:
    area = discs.world.admin.post("/targets", {"name": "Films", "kind": "area"}, status=201)
    path = f"{DISCS}/new/{area['target_id']}"
    assert admin_of(discs.world).get(path).location == f"{path}/how?scope=target"


def test_what_nothing_is_stored_of_goes_onto_no_disc(world: World) -> None:
    path = f"{DISCS}/new/{world.target_id}/how?scope=target"
    page = admin_of(world).get(path)
    assert "Nothing is stored of this" in said(page)
    assert "Order these discs" not in said(page)


def test_an_album_is_offered_to_facilities_with_a_display_tool_alone(discs: Discs) -> None:
    page = admin_of(discs.world).get(discs.new("/how?scope=target"))
    assert 'name="album"' not in page.text


@pytest.mark.parametrize("medium", ["", "floppy"])
def test_a_medium_that_there_is_not_is_refused(discs: Discs, medium: str) -> None:
    visitor = admin_of(discs.world)
    form = hidden(visitor.get(discs.new("/how?scope=target")))
    assert visitor.submit(DISCS, **form, medium=medium).status == 422


def test_the_passphrase_is_shown_when_it_is_asked_for_and_not_before(discs: Discs) -> None:
    visitor, order_id = admin_of(discs.world), discs.made()
    path = f"{DISCS}/orders/{order_id}/passphrase"
    assert 'class="secret"' not in visitor.get(path).text
    assert re.search(r'class="secret"[^>]*>[\w-]{30,}<', visitor.submit(path).text)


def test_discs_that_are_open_have_no_passphrase(discs: Discs) -> None:
    visitor, order_id = admin_of(discs.world), discs.made(encrypted=False)
    visitor.get(f"{DISCS}/orders/{order_id}")
    answer = visitor.submit(f"{DISCS}/orders/{order_id}/passphrase")
    assert "open without a passphrase" in said(answer)


def test_the_list_tells_how_orders_stand_and_names_no_patient(discs: Discs) -> None:
    discs.made(scope="patient", subject=discs.patient_key)
    page = admin_of(discs.world).get(DISCS)
    assert "One patient · DVD × 1 · encrypted" in said(page)
    assert found_in(page.text) == []


def test_the_page_of_an_order_says_how_far_it_is(discs: Discs) -> None:
    order_id = discs.ordered()
    path = f"{DISCS}/orders/{order_id}"
    assert "Look again" in said(admin_of(discs.world).get(path))
    discs.deliver(order_id)
    assert "Look again" not in said(admin_of(discs.world).get(path))


def test_a_facility_sees_to_whom_its_discs_went(discs: Discs) -> None:
    page = said(admin_of(discs.world).get(f"{DISCS}/orders/{discs.handed_over()}"))
    assert "The office" in page
    assert "1234-5678" in page


def test_a_disc_that_there_is_not_is_not_found(discs: Discs) -> None:
    visitor, order_id = admin_of(discs.world), discs.made()
    visitor.get(f"{DISCS}/orders/{order_id}")
    for number in ("2", "0", "first", "1" * 9):
        path = f"{DISCS}/orders/{order_id}/discs/{number}/download"
        assert visitor.submit(path).status == 404, number


def test_a_patient_nobody_knows_is_asked_for_once_more(discs: Discs) -> None:
    visitor = admin_of(discs.world)
    visitor.get(discs.new())
    assert visitor.submit(discs.new("/patients"), patient_id="nobody").status == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_about_discs_say_which_language_they_are_in(discs: Discs, language: str) -> None:
    visitor, work = admin_of(discs.world), operator_at()
    visitor.language = work.language = language
    order_id = discs.handed_over()
    pages = [
        visitor.get(DISCS),
        visitor.get(discs.new()),
        visitor.get(discs.new("/how?scope=target")),
        visitor.get(f"{DISCS}/orders/{order_id}"),
        work.get(f"/portal/disc-orders/{order_id}"),
        work.get(f"/portal/disc-orders/{order_id}/note"),
        work.get(f"/portal/disc-orders/{order_id}/labels"),
    ]
    assert [mislabelled(each.text) for each in pages] == [[]] * len(pages)
