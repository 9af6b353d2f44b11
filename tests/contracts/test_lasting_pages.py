"""Pausing and renewing in the portal, by a browser without JavaScript."""

from __future__ import annotations

import pytest

from chalicelib.access.model import Role
from chalicelib.contracts import store
from chalicelib.contracts.model import Contract
from tests.contracts.test_contract_pages import held
from tests.portal.test_home import said
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World


@pytest.fixture
def admin(world: World) -> Visitor:
    visitor = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    visitor.get(page_of(world))
    return visitor


def page_of(world: World) -> str:
    return f"/portal/contracts/{world.contract_id}"


def contract(world: World) -> Contract:
    return store.contract(world.facility_id, world.contract_id)


def test_backups_are_paused_and_resumed_by_a_button(world: World, admin: Visitor) -> None:
    paused = admin.send(f"{page_of(world)}/pause")
    assert contract(world).paused
    assert "Backups are paused: nothing new is taken." in said(paused.text)
    assert "Resume backups" in said(paused.text)
    resumed = admin.send(f"{page_of(world)}/resume")
    assert not contract(world).paused
    assert "Backups go on from the next run." in said(resumed.text)


def test_the_first_page_tells_of_a_pause(world: World, admin: Visitor) -> None:
    admin.send(f"{page_of(world)}/pause")
    assert "Your facility has paused the backups." in said(admin.get("/portal").text)


def test_what_has_ended_leads_back_to_the_contract(world: World, admin: Visitor) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    page = admin.send(f"{page_of(world)}/pause")
    assert "does not allow that as it stands now" in said(page.text)
    assert "Pause backups" not in said(page.text)


def test_a_doctor_sees_no_buttons(world: World) -> None:
    page = signed_in(Role.DOCTOR, world.facility_id).get(page_of(world))
    assert "/pause" not in page.text
    assert "/renewal" not in page.text


def test_the_price_of_one_more_term_is_shown_and_signed_for(world: World, admin: Visitor) -> None:
    path = f"{page_of(world)}/renewal"
    page = admin.get(path)
    assert "11,000 yen" in said(page.text)
    done = admin.send(path, terms_sha256=held(page, "terms_sha256"))
    assert "You have signed for one more term." in said(done.text)
    assert "Goes on with a new term" in said(done.text)
    assert contract(world).term_count == 2


def test_other_terms_than_were_shown_are_shown_anew(world: World, admin: Visitor) -> None:
    path = f"{page_of(world)}/renewal"
    admin.get(path)
    page = admin.submit(path, terms_sha256="0" * 64)
    assert page.status == 409
    assert "has changed meanwhile" in said(page.text)
    assert contract(world).next_term is None


def test_what_is_renewed_is_not_renewed_twice(world: World, admin: Visitor) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/renewal", {})
    page = admin.go(f"{page_of(world)}/renewal")
    assert "does not allow that as it stands now" in said(page.text)
    assert "Renew the contract" not in said(page.text)
