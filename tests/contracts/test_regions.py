"""The provider sets regions aside for rented areas: never is more rented than there is."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.regions import counting, setting, store
from chalicelib.contracts.regions import store as regions
from chalicelib.contracts.regions.model import Setting
from chalicelib.kernel.errors import Conflict
from tests.contracts import region_scene as scene
from tests.contracts.region_scene import BLOCK, DELUXE, ECONOMY, area, left, rent, set_aside
from tests.support.life import live_until
from tests.support.world import World


@pytest.fixture
def world(client: Client) -> World:
    """A facility with an area it has not signed for."""
    return scene.world(client)


def test_without_a_setting_nothing_is_refused_and_what_is_rented_is_counted(world: World) -> None:
    rent(world, area(world), capacity_bytes=90 * BLOCK)
    assert rented(ECONOMY) == 90 * BLOCK
    assert left(ECONOMY) is None


def test_an_area_free_of_charge_is_rented_like_any_other(world: World) -> None:
    set_aside(economy=BLOCK)
    target_id = area(world)
    contract = rent(world, target_id, unit_price_yen=0)
    assert rented(ECONOMY) == 0, "it waits for the provider"
    path = f"/facilities/{world.facility_id}/contracts/{contract['contract_id']}/accept"
    world.operator.post(path)
    assert (rented(ECONOMY), left(ECONOMY)) == (BLOCK, 0)


def test_more_than_is_set_aside_is_refused_with_what_is_left(world: World) -> None:
    set_aside(economy=3 * BLOCK)
    rent(world, area(world), capacity_bytes=2 * BLOCK)
    told = rent(world, area(world), capacity_bytes=2 * BLOCK, status=409)
    assert scene.code_of(told) == "region-full"
    assert (told["left_bytes"], told["service_class"]) == (BLOCK, "economy")


def test_the_other_class_has_a_region_of_its_own(world: World) -> None:
    set_aside(economy=0)
    rent(world, area(world), service_class="deluxe")
    assert (rented(ECONOMY), rented(DELUXE)) == (0, BLOCK)


def test_a_quote_says_already_that_the_region_is_full(world: World) -> None:
    set_aside(deluxe=0)
    form = scene.form(area(world), service_class="deluxe")
    assert world.admin.post("/quotes", form, status=409)["type"].endswith("region-full")


def test_a_backup_takes_nothing_of_the_regions(world: World) -> None:
    set_aside(economy=0, deluxe=0)
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    form = scene.form(target["target_id"])
    del form["service_class"]
    world.admin.post("/contracts", form, status=201)
    assert (rented(ECONOMY), rented(DELUXE)) == (0, 0)


# --- changes -------------------------------------------------------------------------------------


def test_more_capacity_takes_the_difference(world: World) -> None:
    set_aside(economy=3 * BLOCK)
    contract = rent(world, area(world), capacity_bytes=2 * BLOCK)
    scene.amend(world, contract, capacity_bytes=3 * BLOCK)
    assert left(ECONOMY) == 0


def test_more_capacity_than_is_left_is_refused(world: World) -> None:
    set_aside(economy=2 * BLOCK)
    contract = rent(world, area(world), capacity_bytes=2 * BLOCK)
    told = scene.amend(world, contract, capacity_bytes=3 * BLOCK, status=409)
    assert (scene.code_of(told), told["left_bytes"]) == ("region-full", 0)


def test_deluxe_at_once_moves_the_area_from_one_region_to_the_other(world: World) -> None:
    set_aside(economy=BLOCK, deluxe=BLOCK)
    contract = rent(world, area(world))
    scene.amend(world, contract, service_class="deluxe")
    assert (rented(ECONOMY), rented(DELUXE)) == (0, BLOCK)


def test_a_class_that_is_full_takes_no_area_of_the_other(world: World) -> None:
    set_aside(economy=BLOCK, deluxe=0)
    contract = rent(world, area(world))
    assert scene.amend(world, contract, service_class="deluxe", status=409)["type"].endswith(
        "region-full"
    )
    assert (rented(ECONOMY), rented(DELUXE)) == (BLOCK, 0)


def test_economy_from_the_next_month_on_holds_its_room_from_today(world: World) -> None:
    set_aside(economy=BLOCK, deluxe=BLOCK)
    contract = rent(world, area(world), service_class="deluxe")
    scene.amend(world, contract, service_class="economy")
    assert (left(ECONOMY), left(DELUXE)) == (0, 0)
    assert rent(world, area(world), status=409)["type"].endswith("region-full")


def test_on_its_day_the_room_that_is_needed_no_more_is_free(world: World) -> None:
    set_aside(economy=BLOCK, deluxe=BLOCK)
    contract = rent(world, area(world), service_class="deluxe")
    scene.amend(world, contract, service_class="economy")
    live_until(world, scene.after(world, 1, 1))
    assert (left(ECONOMY), left(DELUXE)) == (0, BLOCK)


def test_what_is_ended_is_free_again(world: World) -> None:
    set_aside(economy=BLOCK)
    contract = rent(world, area(world))
    world.admin.post(f"/contracts/{contract['contract_id']}/end")
    assert left(ECONOMY) == BLOCK
    rent(world, area(world))


def test_what_is_cancelled_is_free_with_its_last_day(world: World) -> None:
    set_aside(economy=BLOCK)
    contract = rent(world, area(world))
    path = f"/contracts/{contract['contract_id']}/cancellation"
    world.admin.post(path, {"policy": "end_of_term"})
    assert left(ECONOMY) == 0
    live_until(world, scene.after(world, 1, 1))
    assert left(ECONOMY) == BLOCK


def test_a_new_contract_on_the_same_area_holds_it_once(world: World) -> None:
    set_aside(economy=2 * BLOCK)
    target_id = area(world)
    contract = rent(world, target_id)
    world.admin.post(f"/contracts/{contract['contract_id']}/end")
    rent(world, target_id, capacity_bytes=2 * BLOCK)
    assert (rented(ECONOMY), left(ECONOMY)) == (2 * BLOCK, 0)


# --- sizes ---------------------------------------------------------------------------------------


def test_an_area_is_offered_in_the_sizes_of_the_list(world: World) -> None:
    set_aside(sizes=(BLOCK, 3 * BLOCK))
    told = rent(world, area(world), capacity_bytes=2 * BLOCK, status=422)
    assert (scene.code_of(told), told["sizes"]) == ("area-size", [BLOCK, 3 * BLOCK])
    rent(world, area(world), capacity_bytes=3 * BLOCK)


def test_an_area_of_another_size_keeps_it_when_something_else_changes(world: World) -> None:
    contract = rent(world, area(world), capacity_bytes=2 * BLOCK)
    set_aside(sizes=(BLOCK,))
    scene.amend(world, contract, service_class="deluxe")
    assert rented(DELUXE) == 2 * BLOCK


# --- setting -------------------------------------------------------------------------------------


def test_less_than_is_rented_cannot_be_set_aside(world: World) -> None:
    rent(world, area(world), capacity_bytes=2 * BLOCK)
    with pytest.raises(Conflict) as refused:
        set_aside(economy=BLOCK)
    assert refused.value.code == "region-rented"
    assert refused.value.facts["rented_bytes"] == 2 * BLOCK


def test_contracts_from_before_are_counted_with_the_first_setting(world: World) -> None:
    for service_class in ServiceClass:
        rent(world, area(world), service_class=service_class.value)
    scene.forget_what_is_rented()
    set_aside(economy=2 * BLOCK, deluxe=BLOCK)
    assert (left(ECONOMY), left(DELUXE)) == (BLOCK, 0)


def test_a_contract_from_before_that_is_changed_first_is_counted_once(world: World) -> None:
    contract = rent(world, area(world))
    scene.forget_what_is_rented()
    scene.amend(world, contract, capacity_bytes=2 * BLOCK)
    set_aside(economy=2 * BLOCK)
    assert (rented(ECONOMY), left(ECONOMY)) == (2 * BLOCK, 0)


def test_counting_that_was_cut_off_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.operator.post("/facilities", {"name": "Another clinic"}, status=201)
    monkeypatch.setattr(counting, "FACILITIES_A_PAGE", 1)
    monkeypatch.setattr(counting, "PAGES_AT_ONCE", 1)
    rent(world, area(world))
    scene.forget_what_is_rented()
    with pytest.raises(Conflict) as refused:
        set_aside(economy=BLOCK)
    assert refused.value.code == "still-counting"
    set_aside(economy=BLOCK)
    assert left(ECONOMY) == 0


def test_who_did_not_see_the_newest_setting_changes_nothing(world: World) -> None:  # noqa: ARG001
    set_aside(economy=BLOCK)
    with pytest.raises(Conflict) as refused:
        setting.replace(Caller(Role.OPERATOR, "operator", ""), 0, Setting({}, ()))
    assert refused.value.code == "overtaken"


def test_a_limit_that_is_taken_away_refuses_nothing_any_more(world: World) -> None:
    set_aside(economy=0)
    set_aside(economy=None)
    rent(world, area(world))
    assert store.setting()[0].set_aside[ECONOMY] is None


def rented(service_class: ServiceClass) -> int:
    return regions.regions()[service_class].rented_bytes


def test_the_facts_of_a_refusal_name_no_other_facility(world: World) -> None:
    set_aside(economy=0)
    told: dict[str, Any] = rent(world, area(world), status=409)
    assert world.facility_id not in str(told)
