"""From a card to another facility's records, in a browser without JavaScript."""

from __future__ import annotations

import re

import pytest

from chalicelib.access.model import Role
from chalicelib.network import merges, reading
from tests.network.scene import (
    BORN,
    WORDS,
    Held,
    doctor,
    found,
    glass,
    operator,
    with_card,
    with_records,
)
from tests.support.canary import CANARY_ID, found_in
from tests.support.visitor import Answer, Texts, Visitor, signed_in
from tests.support.world import World
from tests.web.test_languages import mislabelled

NETWORK = "/portal/network"
PATIENTS = f"{NETWORK}/patients"
MERGES = f"{NETWORK}/merges"


def said(answer: Answer) -> str:
    return " ".join(text for _, text in Texts(answer.text).said)


def staff(world: World, role: Role = Role.DOCTOR, language: str = "en") -> Visitor:
    visitor = signed_in(role, "" if role is Role.OPERATOR else world.facility_id)
    visitor.language = language
    return visitor


def hidden(page: Answer, action: str) -> dict[str, str]:
    """Return what the form that goes to *action* sends as it stands."""
    form = page.text.partition(f'action="{action}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def network_id(page: Answer) -> str:
    (shown,) = set(re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page.text))
    return str(shown)


# --- the whole way -----------------------------------------------------------------------------


def test_from_a_patients_number_to_a_record_at_another_facility(world: World, held: Held) -> None:
    here, there = staff(world), staff(held.world, Role.FACILITY_ADMIN)
    there.get(PATIENTS)
    page = there.send(PATIENTS, patient_id=CANARY_ID)
    path = f"{PATIENTS}/{held.patient_key}"
    assert network_id(page) == held.network_id
    assert "Doctors of other facilities find nothing" in said(page)
    form = there.get(f"{path}/consent")
    chosen = hidden(form, f"{path}/consent") | usual(form)
    assert "The consent is on record" in said(there.send(f"{path}/consent", **chosen))

    here.get(NETWORK)
    typed = {"network_id": held.network_id.lower(), "birth_date": "S25.1.1"}
    listed = here.send(f"{NETWORK}/find", **typed)
    assert "You see what the patient has agreed to" in said(listed)
    (link,) = re.findall(rf'href="({NETWORK}/found/[^/"]+/[^"]+)"', listed.text)
    record = here.get(link)
    assert "EGD" in said(record)
    assert found_in(link) == []

    seen = said(there.get(f"{NETWORK}/looks"))
    assert "Examination opened" in seen
    assert CANARY_ID in seen


def usual(form: Answer) -> dict[str, str]:
    """Return what is chosen on a form already."""
    dates = dict(re.findall(r'name="(\w+)" type="date" value="([^"]*)"', form.text))
    radios = re.findall(r'name="(\w+)" value="(\w+)" id="[^"]*" checked', form.text)
    return dates | dict(radios)


def test_a_broken_glass_is_seen_at_both_facilities_with_its_reason(
    world: World, held: Held
) -> None:
    here = staff(world)
    form_id = hidden(here.get(NETWORK), f"{NETWORK}/find")["form_id"]
    typed = {"network_id": held.network_id, "birth_date": BORN, "form_id": form_id}
    page = here.send(f"{NETWORK}/glass", **typed, reason="life", words=WORDS)
    assert "You broke the glass" in said(page)
    for visitor, side in ((here, "us"), (staff(held.world, Role.FACILITY_ADMIN), "ours")):
        seen = said(visitor.get(f"{NETWORK}/looks?by={side}"))
        assert "Danger to life or health" in seen
        assert WORDS in seen
        assert "doctor@aoba.example" in seen


def test_a_withdrawn_consent_closes_the_page_that_is_open(world: World, held: Held) -> None:
    consent_id = held.agrees()
    path = f"{NETWORK}/found/{found(world, held).pass_id}"
    here = staff(world)
    assert here.get(path).status == 200
    there = staff(held.world)
    there.get(f"{PATIENTS}/{held.patient_key}")
    page = there.send(f"{PATIENTS}/{held.patient_key}/consents/{consent_id}/withdraw")
    assert "Withdrawn" in said(page)
    assert here.get(path).status == 404


def test_a_card_of_another_facility_is_taken(world: World, held: Held) -> None:
    key, here = with_records(world), staff(world)
    here.get(f"{PATIENTS}/{key}")
    page = here.send(f"{PATIENTS}/{key}/link", network_id=held.network_id, birth_date=BORN)
    assert "found by the card they brought" in said(page)
    assert network_id(page) == held.network_id


def test_the_provider_merges_cards_and_takes_them_apart(world: World, held: Held) -> None:
    own, visitor = with_card(world), staff(world, Role.OPERATOR)
    visitor.get(MERGES)
    checked = visitor.submit(MERGES, kept=own.network_id, merged=held.network_id)
    typed = hidden(checked, MERGES) | {"why": "Both asked for it."}
    assert "Both network IDs lead to the same" in said(visitor.send(MERGES, **typed))
    path = f"{MERGES}/{typed['merge_id']}/undo"
    assert "Each network ID leads to its own" in said(visitor.send(path, why="A mistake of ours."))
    assert found_in(checked.text) == []


# --- what is refused ---------------------------------------------------------------------------


def test_a_number_nobody_has_is_said_and_kept(world: World) -> None:
    visitor = staff(world)
    visitor.get(PATIENTS)
    answer = visitor.submit(PATIENTS, patient_id="NOBODY")
    assert answer.status == 404
    assert 'value="NOBODY"' in answer.text


def test_each_wrong_field_of_a_consent_is_named(world: World) -> None:
    path = f"{PATIENTS}/{with_card(world).patient_key}/consent"
    visitor = staff(world)
    visitor.get(path)
    wrong = {"to_whom": "one", "scope": "kinds", "starts_on": "soon", "form": "paper"}
    answer = visitor.submit(path, **wrong, last_on="2026-01-01", given_on="")
    assert answer.status == 422
    anchors = re.findall(r'<li><a href="#(\w+)">', answer.text)
    assert anchors == ["facility", "starts_on", "given_on"]


def test_an_address_that_is_none_is_said_and_kept(world: World) -> None:
    path = f"{PATIENTS}/{with_card(world).patient_key}"
    visitor = staff(world)
    visitor.get(path)
    answer = visitor.submit(f"{path}/contact", contact="nowhere")
    assert answer.status == 422
    assert 'value="nowhere"' in answer.text


def test_a_form_of_a_consent_names_no_facility_of_ones_own(world: World, held: Held) -> None:
    path = f"{PATIENTS}/{held.patient_key}/consent"
    page = staff(held.world).get(path)
    offered = set(re.findall(r'<option value="(facility-[^"]*)"', page.text))
    assert offered == {world.facility_id}


# --- in both languages -------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_in_the_language_it_says(world: World, held: Held, language: str) -> None:
    own = with_card(world)
    own.agrees()
    used = glass(world, held)
    (holding,) = reading.opened(doctor(world), used.pass_id).holdings
    found_at = f"{NETWORK}/found/{used.pass_id}"
    visitor = staff(world, language=language)
    for path in (
        NETWORK,
        f"{NETWORK}/looks?by=us",
        found_at,
        f"{found_at}/{holding.examinations[0].examination_id}",
        PATIENTS,
        f"{PATIENTS}/{own.patient_key}",
        f"{PATIENTS}/{own.patient_key}/card",
        f"{PATIENTS}/{own.patient_key}/consent",
        f"{PATIENTS}/{with_records(world, {'id': '00012'})}",
    ):
        page = visitor.get(path)
        assert page.status == 200, path
        assert mislabelled(page.text) == [], path
    merges.merge(operator(), merges.new_merge_id(), own.network_id, held.network_id, "Both asked.")
    listed = staff(world, Role.OPERATOR, language).get(MERGES)
    assert mislabelled(listed.text) == []
