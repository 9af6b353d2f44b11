"""
Pages about patients across facilities keep nobody out either.

They need two facilities under contract, so Chromium asks the application itself, on moto.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from chalicelib.access.model import Role
from chalicelib.network import cards, merges, reading, sharing
from chalicelib.network.model import Scope
from tests.browser.test_billing_barriers import opened
from tests.network.scene import (
    BORN,
    Held,
    charted,
    doctor,
    elsewhere,
    found,
    glass,
    operator,
    with_card,
    with_records,
)
from tests.pictures.making import deliver_all
from tests.support.chromium import keeps_nobody_out
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("chromium")]

NETWORK = "/portal/network"
PATIENTS = f"{NETWORK}/patients"
WHY = "両施設から書面で依頼がありました。"
Show = Callable[[Visitor, World], object]
PAGES: dict[str, tuple[Role, Show]] = {}


def shown(role: Role) -> Callable[[Show], Show]:
    def told(show: Show) -> Show:
        PAGES[show.__name__] = (role, show)
        return show

    return told


def agreed(world: World) -> Held:
    held = elsewhere(world)
    held.agrees()
    return held


@shown(Role.DOCTOR)
def asking(visitor: Visitor, world: World) -> None:  # noqa: ARG001
    visitor.get(NETWORK)


@shown(Role.DOCTOR)
def a_miss(visitor: Visitor, world: World) -> None:
    asking(visitor, world)
    typed = {"network_id": cards.new_network_id(), "birth_date": BORN}
    visitor.submit(f"{NETWORK}/find", **typed)


@shown(Role.DOCTOR)
def a_typing_error(visitor: Visitor, world: World) -> None:
    asking(visitor, world)
    visitor.submit(f"{NETWORK}/find", network_id="K7QX-93MD-T4WG", birth_date=BORN)


@shown(Role.DOCTOR)
def glass_without_words(visitor: Visitor, world: World) -> None:
    asking(visitor, world)
    typed = {"network_id": cards.new_network_id(), "birth_date": BORN, "reason": "life"}
    visitor.submit(f"{NETWORK}/glass", **typed, words="short")


@shown(Role.DOCTOR)
def found_elsewhere(visitor: Visitor, world: World) -> None:
    used = found(world, agreed(world))
    visitor.get(f"{NETWORK}/found/{used.pass_id}")


@shown(Role.DOCTOR)
def found_by_glass(visitor: Visitor, world: World) -> None:
    visitor.get(f"{NETWORK}/found/{glass(world, elsewhere(world)).pass_id}")


@shown(Role.DOCTOR)
def one_record(visitor: Visitor, world: World) -> None:
    used = glass(world, elsewhere(world))
    (holding,) = reading.opened(doctor(world), used.pass_id).holdings
    visitor.get(f"{NETWORK}/found/{used.pass_id}/{holding.examinations[0].examination_id}")


@shown(Role.DOCTOR)
def one_record_with_pictures(visitor: Visitor, world: World) -> None:
    held = elsewhere(world)
    examination = charted(held)
    used = glass(world, held)
    for _ in range(2):  # who looks first has them made
        visitor.get(f"{NETWORK}/found/{used.pass_id}/{examination}")
        deliver_all(world)


@shown(Role.DOCTOR)
def looks_by_us(visitor: Visitor, world: World) -> None:
    one_record(visitor, world)
    found(world, agreed(world))
    visitor.get(f"{NETWORK}/looks?by=us")


@shown(Role.FACILITY_ADMIN)
def looks_at_ours(visitor: Visitor, world: World) -> None:
    other = elsewhere(world).world
    own = with_card(world)
    glass(other, own)
    visitor.get(f"{NETWORK}/looks")


@shown(Role.FACILITY_ADMIN)
def patients_with_cards(visitor: Visitor, world: World) -> None:
    with_card(world).agrees()
    visitor.get(PATIENTS)


@shown(Role.FACILITY_ADMIN)
def an_unknown_patient(visitor: Visitor, world: World) -> None:
    patients_with_cards(visitor, world)
    visitor.submit(PATIENTS, patient_id="NOBODY")


@shown(Role.FACILITY_ADMIN)
def without_a_card(visitor: Visitor, world: World) -> None:
    visitor.get(f"{PATIENTS}/{with_records(world, {'id': '00012'})}")


@shown(Role.FACILITY_ADMIN)
def with_a_card(visitor: Visitor, world: World) -> None:
    held = with_card(world)
    held.withdraws(held.agrees(scope=Scope.KINDS, subjects=("EGD",)))
    held.agrees(to=elsewhere(world).world.facility_id)
    visitor.get(f"{PATIENTS}/{held.patient_key}?done=consented")


@shown(Role.FACILITY_ADMIN)
def wrong_address(visitor: Visitor, world: World) -> None:
    with_a_card(visitor, world)
    key = sharing.find(doctor(world), "CANARY-0001")
    visitor.submit(f"{PATIENTS}/{key}/contact", contact="nowhere")


@shown(Role.FACILITY_ADMIN)
def the_card(visitor: Visitor, world: World) -> None:
    visitor.get(f"{PATIENTS}/{with_card(world).patient_key}/card")


@shown(Role.FACILITY_ADMIN)
def a_consent(visitor: Visitor, world: World) -> None:
    elsewhere(world)
    visitor.get(f"{PATIENTS}/{with_card(world).patient_key}/consent")


@shown(Role.FACILITY_ADMIN)
def a_wrong_consent(visitor: Visitor, world: World) -> None:
    a_consent(visitor, world)
    key = sharing.find(doctor(world), "CANARY-0001")
    wrong = {"to_whom": "one", "scope": "kinds", "starts_on": "soon", "last_on": "2020-01-01"}
    visitor.submit(f"{PATIENTS}/{key}/consent", **wrong)


def merge(world: World) -> tuple[str, str]:
    """Merge two cards; return their network IDs."""
    ids = (with_card(world).network_id, elsewhere(world).network_id)
    merges.merge(operator(), merges.new_merge_id(), *ids, WHY)
    return ids


@shown(Role.OPERATOR)
def merged_cards(visitor: Visitor, world: World) -> None:
    merge(world)
    visitor.get(f"{NETWORK}/merges?done=merged")


@shown(Role.OPERATOR)
def a_wrong_merge(visitor: Visitor, world: World) -> None:
    kept, merged = merge(world)
    visitor.get(f"{NETWORK}/merges")
    visitor.submit(f"{NETWORK}/merges", kept=kept, merged=merged)


@shown(Role.OPERATOR)
def checking_a_merge(visitor: Visitor, world: World) -> None:
    visitor.get(f"{NETWORK}/merges")
    kept, merged = with_card(world).network_id, elsewhere(world).network_id
    visitor.submit(f"{NETWORK}/merges", kept=kept, merged=merged, step="merge", why="so")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_about_the_network_has_no_barrier(
    browser: Browser, world: World, name: str, language: str
) -> None:
    role, show = PAGES[name]
    visitor = signed_in(role, "" if role is Role.OPERATOR else world.facility_id)
    visitor.language = language
    show(visitor, world)
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    opened(page, visitor)
    keeps_nobody_out(page, f"network-{name}-{language}")
    context.close()
