"""The provider sees the map of its regions and sets them; a facility chooses among the sizes."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.contracts.regions import map as region_map
from chalicelib.contracts.regions.drawing import WIDTH, drawing
from tests.contracts import region_scene as scene
from tests.contracts.region_scene import BLOCK, DELUXE, ECONOMY, area, left, rent, set_aside
from tests.contracts.test_contract_pages import signed
from tests.faults.crashes import calls_of
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

PATH = "/portal/provider/regions"


@pytest.fixture
def world(client: Client) -> World:
    return scene.world(client)


@pytest.fixture
def operator(world: World) -> Visitor:  # noqa: ARG001 - it makes the tables
    return signed_in(Role.OPERATOR)


def test_the_provider_sets_regions_and_sizes(operator: Visitor) -> None:
    operator.get(PATH)
    answer = operator.submit(
        PATH, revision="0", economy="1,000", deluxe="", sizes="300\n100\n\n300"
    )
    page = operator.follow(answer).text
    assert "100\n300</textarea>" in page
    assert (left(ECONOMY), left(DELUXE)) == (10 * BLOCK, None)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("economy", "much"),
        ("deluxe", "-1"),
        ("economy", "1e99"),
        ("deluxe", "NaN"),
        ("sizes", "0"),
        ("sizes", "\n".join(map(str, range(1, 23)))),
    ],
)
def test_a_figure_that_is_none_is_refused_and_kept(
    operator: Visitor, field: str, typed: str
) -> None:
    operator.get(PATH)
    answer = operator.submit(PATH, revision="0", **{field: typed})
    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text
    assert typed in answer.text


def test_less_than_is_rented_is_refused_with_what_is_rented(
    world: World, operator: Visitor
) -> None:
    rent(world, area(world), capacity_bytes=2 * BLOCK)
    operator.get(PATH)
    answer = operator.submit(PATH, revision="0", economy="100")
    assert answer.status == 409
    assert "200 GB are rented" in answer.text


def test_the_map_says_what_is_set_aside_rented_used_and_free(
    world: World, operator: Visitor
) -> None:
    set_aside(economy=4 * BLOCK)
    rent(world, area(world), capacity_bytes=3 * BLOCK)
    page = operator.get(PATH).text
    for told in ("Kawabe Clinic", "Teaching files", "400 GB", "300 GB", "100 GB", "0 B", "<svg"):
        assert told in page


def test_an_area_is_as_wide_as_what_it_holds_and_filled_as_far_as_it_is_used(world: World) -> None:
    set_aside(economy=4 * BLOCK)
    rent(world, area(world), capacity_bytes=BLOCK)
    rent(world, area(world), capacity_bytes=2 * BLOCK)
    seen = region_map.drawn_up(None)
    drawn = drawing(seen, seen.regions[ECONOMY])
    assert [(each.x, each.width) for each in drawn.areas] == [(0, 250), (250, 500)]
    assert (drawn.rented, drawn.set_aside) == (750, WIDTH)


def test_areas_on_other_pages_are_drawn_as_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region_map, "AREAS_A_PAGE", 1)
    for _ in range(3):
        rent(world, area(world))
    seen = region_map.drawn_up(None)
    drawn = drawing(seen, seen.regions[ECONOMY])
    assert [each.number for each in drawn.areas] == [1, 0]
    assert drawn.areas[1].width == pytest.approx(WIDTH * 2 / 3, abs=1)
    assert not seen.is_all


def test_the_map_asks_as_often_for_ten_areas_as_for_one(world: World) -> None:
    rent(world, area(world))
    of_one = calls_of(lambda: region_map.drawn_up(None))
    for _ in range(9):
        rent(world, area(world))
    assert len(calls_of(lambda: region_map.drawn_up(None))) == len(of_one) == 5


# --- the facility --------------------------------------------------------------------------------


@pytest.fixture
def admin(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


def test_a_facility_chooses_among_the_sizes_on_offer(world: World, admin: Visitor) -> None:
    set_aside(sizes=(2 * BLOCK, 3 * BLOCK))
    path = f"/portal/targets/{area(world)}/sign"
    asked = admin.get(path).text
    assert '<option value="200" selected>' in asked
    admin.follow(signed(admin, path, service_class="economy", term="monthly", capacity="300"))
    assert region_map.drawn_up(None).regions[ECONOMY].rented_bytes == 3 * BLOCK


def test_a_region_that_is_full_is_said_at_the_capacity(world: World, admin: Visitor) -> None:
    set_aside(economy=BLOCK)
    path = f"/portal/targets/{area(world)}/sign"
    admin.get(path)
    answer = admin.submit(path, service_class="economy", term="monthly", capacity="200")
    assert answer.status == 409
    assert "100 GB is the most there is room for" in answer.text


def test_the_provider_reads_that_it_cannot_accept_more_than_is_left(
    world: World, operator: Visitor
) -> None:
    contract = rent(world, area(world), unit_price_yen=0)
    set_aside(economy=0)
    operator.get("/portal/accepting")
    path = f"/portal/facilities/{world.facility_id}/contracts/{contract['contract_id']}/accept"
    answer = operator.submit(path, terms_sha256=contract["terms_sha256"])
    assert answer.status == 409
    assert "too little room left" in answer.text
