"""Cards, links and consents, as a facility's staff make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from msgspec import structs

from chalicelib.audit.store import of_facility
from chalicelib.contracts import local
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound, TooMany
from chalicelib.network import cards, consenting, link_store, matching, sharing, store
from chalicelib.network.model import Link, Scope
from chalicelib.settings import settings
from tests.faults.crashes import calls_of
from tests.network.scene import BORN, Held, agreed, doctor, elsewhere, with_card, with_records
from tests.support.canary import CANARY
from tests.support.world import World, build, sign


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in of_facility(world.facility_id)]


def brings(world: World, key: str, network_id: str, born: str = BORN) -> Link:
    """A patient brings a card to the facility."""
    return sharing.link(doctor(world), key, network_id, born)


# --- cards -------------------------------------------------------------------------------------


def test_a_card_names_the_patient_and_nobody_else(world: World) -> None:
    held = with_card(world)
    person = store.person(cards.person_id(held.network_id))
    assert person is not None
    assert person.birth_date == BORN
    assert set(person.links) == {(world.facility_id, held.patient_key)}
    assert held.link.patient_id == CANARY["id"]


def test_a_patient_has_one_card(world: World) -> None:
    held = with_card(world)
    with pytest.raises(Conflict) as refused:
        sharing.make_card(doctor(world), held.patient_key, BORN)
    assert refused.value.code == "has-card-already"


def test_the_archives_birth_date_counts_whatever_is_typed(world: World) -> None:
    key = with_records(world)
    person = store.person(sharing.make_card(doctor(world), key, "1999-09-09").person_id)
    assert person is not None
    assert person.birth_date == BORN


def test_a_birth_date_that_no_archive_knows_is_typed(world: World) -> None:
    key = with_records(world, {"id": "P-1"})
    with pytest.raises(Invalid):
        sharing.make_card(doctor(world), key, "")
    person = store.person(sharing.make_card(doctor(world), key, "昭和25年1月1日").person_id)
    assert person is not None
    assert person.birth_date == "1950-01-01"


def test_a_birth_date_is_taken_from_whichever_target_knows_it(world: World) -> None:
    key = with_records(world, {"id": "P-1"})
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    other = replace(world, target_id=target["target_id"], pieces={})
    sign(other)
    with_records(other, {"id": "P-1", "birth_date": "1960-02-03"})
    person = store.person(sharing.make_card(doctor(world), key, "").person_id)
    assert person is not None
    assert person.birth_date == "1960-02-03"


def test_leading_zeros_make_another_patient(world: World) -> None:
    long, short = (with_records(world, {"id": each}) for each in ("00000010", "10"))
    sharing.make_card(doctor(world), long, BORN)
    assert link_store.link(world.facility_id, long).patient_id == "00000010"
    assert link_store.find(world.facility_id, short) is None
    with pytest.raises(NotFound):
        sharing.find(doctor(world), "010")


def test_the_same_number_at_two_facilities_is_two_people(world: World) -> None:
    here, there = with_card(world), elsewhere(world)
    assert here.network_id != there.network_id
    assert here.patient_key != there.patient_key


def test_another_facilitys_patient_gets_no_card(world: World) -> None:
    key = with_records(build(world.client))
    with pytest.raises(NotFound):
        sharing.make_card(doctor(world), key, BORN)


# --- links -------------------------------------------------------------------------------------


def test_a_card_of_another_facility_is_used_here_too(world: World, held: Held) -> None:
    key = with_records(world)
    brings(world, key, held.network_id.lower().replace("-", " "))
    person = store.person(cards.person_id(held.network_id))
    assert person is not None
    assert {facility_id for facility_id, _ in person.links} == {
        world.facility_id,
        held.world.facility_id,
    }


def test_a_link_needs_the_birth_date_of_the_card(world: World, held: Held) -> None:
    key = with_records(world, {"id": "P-1"})
    for network_id, born in ((held.network_id, "1950-01-02"), (cards.new_network_id(), BORN)):
        with pytest.raises(NotFound) as refused:
            brings(world, key, network_id, born)
        assert refused.value.code == "no-match"
    assert link_store.find(world.facility_id, key) is None


def test_a_birth_date_unlike_the_facilitys_own_is_refused_before_anything_is_looked_up(
    world: World, held: Held
) -> None:
    key = with_records(world)
    asked = calls_of(lambda: refused_for(world, key, held.network_id, "1950-01-02"))
    unknown = calls_of(lambda: refused_for(world, key, cards.new_network_id(), "1950-01-02"))
    assert asked == unknown


def refused_for(world: World, key: str, network_id: str, born: str) -> None:
    with pytest.raises(Invalid) as refused:
        brings(world, key, network_id, born)
    assert refused.value.code == "other-birth-date"


def test_misses_while_linking_count_as_misses(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MISSES", 2)
    key = with_records(world)
    for _ in range(2):
        with pytest.raises(NotFound):
            brings(world, key, cards.new_network_id())
    with pytest.raises(TooMany):
        brings(world, key, held.network_id)


def test_a_link_that_was_ended_is_kept_as_it_was(world: World) -> None:
    held = with_card(world)
    held.agrees()
    before = held.link
    sharing.unlink(doctor(world), held.patient_key)
    assert link_store.find(world.facility_id, held.patient_key) is None
    assert past_of(world, held) == [before]


def past_of(world: World, held: Held) -> list[Link]:
    """Return the patient's ended links, as the table has them."""
    rows = link_store._Link.query(
        f"FACILITY#{world.facility_id}",
        link_store._Link.sk.startswith(f"PASTLINK#{held.patient_key}"),
    )
    return [link_store._to_link(each) for each in rows]


def test_a_card_without_links_leads_to_nobody_and_can_be_used_again(world: World) -> None:
    held = with_card(world)
    sharing.unlink(doctor(world), held.patient_key)
    found = matching.match(held.shown)
    assert found is not None
    assert found.links == []
    assert brings(world, held.patient_key, held.network_id).consents == ()


def test_a_patient_whose_records_are_gone_can_still_be_taken_from_under_the_card(
    world: World,
) -> None:
    held = with_card(world)
    key = {"pk": {"S": f"TARGET#{world.target_id}"}, "sk": {"S": f"PATIENT#{held.patient_key}"}}
    boto3.client("dynamodb").delete_item(TableName=settings().catalogue_table, Key=key)
    shown = sharing.shared(doctor(world), held.patient_key)
    assert (shown.patient.patient_id, shown.cards) == (CANARY["id"], [held.network_id])
    sharing.unlink(doctor(world), held.patient_key)
    with pytest.raises(NotFound):
        sharing.shared(doctor(world), held.patient_key)


# --- consent -----------------------------------------------------------------------------------


def test_a_consent_sent_twice_is_recorded_once(world: World) -> None:
    held, consent_id = with_card(world), consenting.new_consent_id()
    for _ in range(2):
        consenting.record(doctor(world), held.patient_key, consent_id, agreed(world))
    assert [each.consent_id for each in held.link.consents] == [consent_id]


def test_a_consent_that_was_withdrawn_stays_on_record(world: World) -> None:
    held = with_card(world)
    consent_id = held.agrees()
    held.withdraws(consent_id)
    at = held.link.consents[0].withdrawn_at
    clock.move(3600)
    held.withdraws(consent_id)
    (kept,) = held.link.consents
    assert at
    assert (kept.withdrawn_at, kept.withdrawn_by) == (at, "person-doctor")


def test_two_who_change_a_patient_at_once_do_not_lose_a_consent(world: World) -> None:
    held = with_card(world)
    seen = held.link
    held.agrees()
    with pytest.raises(Conflict):
        link_store.change(structs.replace(seen, revision=seen.revision + 1))
    assert len(held.link.consents) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "facility-none"}, "no-such-facility"),
        ({"scope": Scope.KINDS, "subjects": ("MRI",)}, "nothing-chosen"),
        ({"scope": Scope.EXAMINATIONS, "subjects": ("exam-of-another",)}, "nothing-chosen"),
        ({"scope": Scope.KINDS}, "nothing-chosen"),
    ],
)
def test_a_consent_names_what_there_is(world: World, changes: dict[str, object], code: str) -> None:
    held = with_card(world)
    with pytest.raises(Invalid) as refused:
        held.agrees(**changes)
    assert refused.value.code == code


def test_nobody_consents_to_their_own_facility_or_tomorrow(world: World) -> None:
    held, tomorrow = with_card(world), local.today(world.facility_id) + timedelta(days=1)
    for changes in ({"to": world.facility_id}, {"given_on": tomorrow, "starts_on": tomorrow}):
        with pytest.raises(Invalid):
            held.agrees(**changes)


def test_a_patients_address_is_kept_and_taken_away(world: World) -> None:
    held = with_card(world)
    sharing.set_contact(doctor(world), held.patient_key, "hanako@mail.example")
    assert held.link.contact == "hanako@mail.example"
    with pytest.raises(Invalid):
        sharing.set_contact(doctor(world), held.patient_key, "nowhere")
    sharing.set_contact(doctor(world), held.patient_key, "")
    assert held.link.contact == ""


def test_every_step_is_on_record(world: World) -> None:
    held = with_card(world)
    held.withdraws(held.agrees())
    sharing.set_contact(doctor(world), held.patient_key, "")
    sharing.unlink(doctor(world), held.patient_key)
    brings(world, held.patient_key, held.network_id)
    assert [each for each in actions(world) if each != "see-network-card"][-6:] == [
        "make-network-card",
        "record-consent",
        "withdraw-consent",
        "set-patient-contact",
        "unlink-network-card",
        "link-network-card",
    ]


def test_what_is_another_facilitys_cannot_be_changed(world: World, held: Held) -> None:
    consent_id = held.agrees()
    stranger = doctor(world)
    before = held.link
    for change in (
        lambda: sharing.unlink(stranger, held.patient_key),
        lambda: consenting.withdraw(stranger, held.patient_key, consent_id),
        lambda: sharing.set_contact(stranger, held.patient_key, "a@b.example"),
        lambda: sharing.shared(stranger, held.patient_key),
        lambda: consenting.record(
            stranger, held.patient_key, consenting.new_consent_id(), agreed(world)
        ),
    ):
        with pytest.raises(HokanError) as refused:
            change()
        assert refused.value.status == 404
    assert held.link == before
