"""Who is told that the glass was broken, by mail."""

from __future__ import annotations

import pytest

from chalicelib.access import people_store
from chalicelib.access.model import Person, Role
from chalicelib.kernel import clock
from chalicelib.network import sharing
from tests.faults.stories import in_hours
from tests.network.scene import WORDS, Held, doctor, found, glass
from tests.support import mailbox
from tests.support.canary import found_in
from tests.support.world import TOKYO, World

PATIENT = "hanako@mail.example"


@pytest.fixture
def told(world: World, held: Held) -> Held:
    """A patient who left an address, and an administrator of each facility who gets mails."""
    mailbox.switch_on(HOKAN_PORTAL_URL="https://hokan.example")
    for home, who in ((world.facility_id, "asking"), (held.world.facility_id, "holding")):
        address = f"{who}@clinic.example"
        people_store.add(home, Person(who, address, Role.FACILITY_ADMIN, gets_mail=True))
    sharing.set_contact(doctor(held.world), held.patient_key, PATIENT)
    return held


def sent(world: World) -> dict[str, str]:
    """Let a minute pass; return the mails by whom they go to."""
    world.tick(in_hours(0.1))
    return {to: mail.text for mail in mailbox.sent() for to in mail.to}


def test_both_facilities_and_the_patient_are_told_of_a_broken_glass(
    world: World, told: Held
) -> None:
    glass(world, told)
    mails = sent(world)
    assert set(mails) == {"asking@clinic.example", "holding@clinic.example", PATIENT}
    assert all("Kawabe Clinic" in each for each in mails.values())


def test_a_glass_broken_twice_by_one_form_is_told_once(world: World, told: Held) -> None:
    glass(world, told)
    glass(world, told)
    sent(world)
    assert len(mailbox.sent()) == 3


def test_no_mail_tells_whose_records_or_why(world: World, told: Held) -> None:
    glass(world, told)
    for text in sent(world).values():
        assert found_in(text) == []
        assert WORDS not in text
        assert told.network_id not in text


def test_who_left_no_address_is_told_nothing(world: World, told: Held) -> None:
    sharing.set_contact(doctor(told.world), told.patient_key, "")
    glass(world, told)
    assert PATIENT not in sent(world)


def test_a_search_with_consent_is_told_to_nobody(world: World, told: Held) -> None:
    told.agrees()
    found(world, told)
    assert sent(world) == {}


def test_a_mail_says_when_it_was_where_its_reader_is(world: World, told: Held) -> None:
    glass(world, told)
    there = clock.now().astimezone(TOKYO)
    assert f"{there.month}月{there.day}日" in sent(world)["holding@clinic.example"]
