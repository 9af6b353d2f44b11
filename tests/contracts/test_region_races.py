"""Regions stay exact whoever writes at once: in every order of the calls, and in any history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import pytest
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.access.model import Caller, Role
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts import changing, service
from chalicelib.contracts import store as contracts
from chalicelib.contracts.amending import Change
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.regions import setting, store
from chalicelib.contracts.regions.model import NOTHING, Setting, held_by
from chalicelib.kernel.errors import HokanError
from tests.contracts import region_scene as scene
from tests.contracts.region_scene import BLOCK, DELUXE, ECONOMY, OPERATOR, set_aside
from tests.faults.interleaving import Act, interrupted
from tests.support.snapshot import Snapshot
from tests.support.world import World

Pair = Callable[[World], tuple[Act, Act]]


def admin(world: World) -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person", world.facility_id)


def a_form(target_id: str, blocks: int = 1, service_class: ServiceClass = ECONOMY) -> Form:
    asked = scene.form(target_id, capacity_bytes=blocks * BLOCK, service_class=service_class.value)
    return msgspec.convert(asked, Form)


def signs(world: World, *, blocks: int = 1) -> Act:
    return partial(service.sign, admin(world), a_form(scene.area(world), blocks))


def two_sign_for_the_last_room(world: World) -> tuple[Act, Act]:
    set_aside(economy=BLOCK)
    return signs(world), signs(world)


def one_signs_while_another_becomes_economy(world: World) -> tuple[Act, Act]:
    set_aside(economy=BLOCK)
    deluxe = scene.rent(world, scene.area(world), service_class="deluxe")["contract_id"]
    change = Change(service_class=ECONOMY)
    return signs(world), partial(changing.amend, admin(world), deluxe, change)


def one_grows_while_it_is_ended(world: World) -> tuple[Act, Act]:
    set_aside(economy=3 * BLOCK)
    grown = scene.rent(world, scene.area(world))["contract_id"]
    change = Change(capacity_bytes=3 * BLOCK)
    return (
        partial(changing.amend, admin(world), grown, change),
        partial(service.end, admin(world), grown),
    )


def one_signs_while_less_is_set_aside(world: World) -> tuple[Act, Act]:
    set_aside(economy=BLOCK)
    wanted, revision = Setting({ECONOMY: 0, DELUXE: None}, ()), store.setting()[1]
    return signs(world), partial(setting.replace, OPERATOR, revision, wanted)


def one_is_ended_while_what_is_there_is_counted(world: World) -> tuple[Act, Act]:
    ended = scene.rent(world, scene.area(world))["contract_id"]
    scene.forget_what_is_rented()
    wanted = Setting({ECONOMY: BLOCK, DELUXE: None}, ())
    return (
        partial(service.end, admin(world), ended),
        partial(setting.replace, OPERATOR, 0, wanted),
    )


def one_grows_while_what_is_there_is_counted(world: World) -> tuple[Act, Act]:
    grown = scene.rent(world, scene.area(world))["contract_id"]
    scene.forget_what_is_rented()
    change = Change(capacity_bytes=3 * BLOCK)
    wanted = Setting({ECONOMY: 2 * BLOCK, DELUXE: None}, ())
    return (
        partial(changing.amend, admin(world), grown, change),
        partial(setting.replace, OPERATOR, 0, wanted),
    )


PAIRS: list[Pair] = [
    two_sign_for_the_last_room,
    one_signs_while_another_becomes_economy,
    one_grows_while_it_is_ended,
    one_signs_while_less_is_set_aside,
    one_is_ended_while_what_is_there_is_counted,
    one_grows_while_what_is_there_is_counted,
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda each: each.__name__)
def test_regions_stay_exact_wherever_one_is_interrupted(client: Client, pair: Pair) -> None:
    world = scene.world(client)
    for _ in interrupted(*pair(world)):
        check_exact(world)


# --- any history ---------------------------------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.just("rent"), st.integers(1, 3), st.sampled_from(ServiceClass)),
    st.tuples(st.just("size"), st.integers(0, 2), st.integers(1, 4)),
    st.tuples(st.just("class"), st.integers(0, 2), st.sampled_from(ServiceClass)),
    st.tuples(st.just("end"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("aside"), st.none() | st.integers(0, 6), st.none() | st.integers(0, 6)),
)


@pytest.fixture
def beginning(client: Client) -> tuple[World, Snapshot]:
    return scene.world(client), Snapshot()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(STEPS, min_size=3, max_size=8))
def test_whatever_happens_never_more_is_rented_than_is_set_aside(
    beginning: tuple[World, Snapshot], history: list[tuple[str, Any, Any]]
) -> None:
    world, before = beginning
    before.restore()
    signed: list[str] = []
    for kind, first, second in history:
        with suppress(HokanError, IndexError):
            play(world, signed, kind, first, second)
        check_exact(world)


def play(world: World, signed: list[str], kind: str, first: Any, second: Any) -> None:
    match kind:
        case "rent":
            form = a_form(scene.area(world), first, second)
            signed.append(service.sign(admin(world), form).contract_id)
        case "size":
            change = Change(capacity_bytes=second * BLOCK)
            changing.amend(admin(world), signed[first], change)
        case "class":
            changing.amend(admin(world), signed[first], Change(service_class=second))
        case "end":
            service.end(admin(world), signed[first])
        case "aside":
            economy, deluxe = (None if each is None else each * BLOCK for each in (first, second))
            set_aside(economy=economy, deluxe=deluxe)


def check_exact(world: World) -> None:
    """Every region's figure is what contracts hold of it, and no more than is set aside."""
    held = dict(NOTHING)
    for target in contracts.targets_of(world.facility_id):
        if target.kind is TargetKind.AREA and target.contract is not None:
            for name, size in held_by(target.contract).items():
                held[name] += size
    for name, region in store.regions().items():
        assert region.rented_bytes == held[name]
        assert region.set_aside_bytes is None or region.rented_bytes <= region.set_aside_bytes
