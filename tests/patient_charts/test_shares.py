"""Links of limited life: what they open, how often, and one answer for everything else."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import boto3
import pytest
from msgspec.structs import replace

from chalicelib.access.model import Caller, Role
from chalicelib.audit.store import of_facility
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.sharing import service as sharing
from chalicelib.patient_charts.sharing.model import LIVES, MOST_LINKS, MOST_OPENINGS, Life, life
from chalicelib.settings import settings
from tests.faults.interleaving import played
from tests.patient_charts.paper import a_released, owned_of, withdrawn
from tests.patient_charts.slip_scene import given_to_another
from tests.patient_charts.slip_scene import release as released
from tests.support.world import World

PATIENT = Caller(Role.ANONYMOUS, "slip-1")


@pytest.fixture
def release(world: World) -> Release:
    return a_released(world)


def shared(release: Release, lives: Life = Life.DAY) -> str:
    return sharing.make(PATIENT, owned_of(release), lives)[0]


def refused(secret: str) -> None:
    with pytest.raises(NotFound, match="there is no such link"):
        sharing.opened(secret)


def later(by: timedelta) -> None:
    clock.move(int(by.total_seconds()))


def test_a_link_opens_its_document(release: Release) -> None:
    assert sharing.opened(shared(release))[1] == release


def test_a_link_shows_nothing_once_the_examination_is_another_patients(
    world: World, release: Release
) -> None:
    secret = shared(release)
    given_to_another(world)
    with pytest.raises(NotFound):
        sharing.opened(secret)
    released(world, release.examination_id)  # to its right patient, who did not make the link
    with pytest.raises(NotFound):
        sharing.opened(secret)


def test_a_link_has_256_random_bits(release: Release) -> None:
    secrets = {shared(release) for _ in range(5)}
    assert {len(each) for each in secrets} == {43}
    assert len(secrets) == 5


@pytest.mark.parametrize("lives", Life)
def test_a_link_ends_by_itself(release: Release, lives: Life) -> None:
    secret = shared(release, lives)
    later(LIVES[lives] - timedelta(minutes=1))
    sharing.opened(secret)
    later(LIVES[lives] + timedelta(minutes=1))
    refused(secret)


@pytest.mark.parametrize("typed", ["", "year", "HOUR"])
def test_a_link_lives_a_day_unless_its_maker_says_otherwise(typed: str) -> None:
    assert life(typed) is Life.DAY


def test_a_link_opens_20_times_and_no_more(release: Release) -> None:
    secret = shared(release)
    for _ in range(MOST_OPENINGS):
        sharing.opened(secret)
    refused(secret)
    assert [each.opened for each in sharing.made(owned_of(release))] == [MOST_OPENINGS]


def test_an_ended_link_opens_nothing_at_once(release: Release) -> None:
    secret, share = sharing.make(PATIENT, owned_of(release), Life.WEEK)
    sharing.end(PATIENT, owned_of(release), share.share_id)
    refused(secret)


def test_ending_it_twice_keeps_the_first_time(release: Release) -> None:
    _, share = sharing.make(PATIENT, owned_of(release), Life.WEEK)
    sharing.end(PATIENT, owned_of(release), share.share_id)
    first = sharing.made(owned_of(release))
    later(timedelta(minutes=5))
    sharing.end(PATIENT, owned_of(release), share.share_id)
    assert sharing.made(owned_of(release)) == first


def test_nobody_ends_the_link_of_another(release: Release) -> None:
    secret, share = sharing.make(PATIENT, owned_of(release), Life.WEEK)
    stranger = replace(owned_of(release), patient_key="patient-9")
    with pytest.raises(NotFound):
        sharing.end(PATIENT, stranger, share.share_id)
    sharing.opened(secret)


@pytest.mark.usefixtures("release")
def test_what_is_no_link_opens_nothing() -> None:
    refused("x" * 43)


def test_a_link_to_what_was_taken_back_opens_nothing(release: Release) -> None:
    secret = shared(release)
    withdrawn(release)
    with pytest.raises(NotFound):
        sharing.opened(secret)


def test_a_link_shows_the_newest_version(world: World, release: Release) -> None:
    secret = shared(release)
    second = released(world, release.examination_id)
    assert sharing.opened(secret)[1] == second


def test_nothing_that_was_taken_back_is_shared(release: Release) -> None:
    withdrawn(release)
    with pytest.raises(NotFound):
        shared(release)


def test_no_more_links_are_open_than_somebody_can_keep_in_mind(release: Release) -> None:
    for _ in range(MOST_LINKS):
        shared(release)
    with pytest.raises(Conflict) as full:
        shared(release)
    assert full.value.code == "too-many-links"


def test_every_opening_is_on_record_before_it_is_shown(world: World, release: Release) -> None:
    secret, share = sharing.make(PATIENT, owned_of(release), Life.DAY)
    sharing.opened(secret)
    last = [event for _, event, _ in of_facility(world.facility_id)][-1]
    assert (last.action, last.subject, last.actor_role) == (
        "open-share",
        share.share_id,
        "anonymous",
    )


def test_the_table_does_not_tell_what_stands_in_the_address(release: Release) -> None:
    secret = shared(release)
    rows = boto3.resource("dynamodb").Table(settings().box_table).scan()["Items"]
    assert any(str(row["pk"]).startswith("SHARED#") for row in rows)
    assert secret not in str(rows)


def test_of_30_who_open_a_link_at_once_20_see_something(release: Release) -> None:
    """One AWS call at a time, in any order."""
    secret = shared(release)
    order = [each for each in range(30) for _ in range(6)]
    Random(0).shuffle(order)
    actors = played([lambda: sharing.opened(secret)] * 30, order)
    assert [each.error for each in actors if each.error] == []
    assert sum(each.refused is None for each in actors) == MOST_OPENINGS
