"""A device hears that its images are stored when the service says so, and not before."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hokan_agent.machine.home import Home
from tests.support.committing import (
    ALL,
    NEW,
    OWN,
    SOME,
    Asking,
    Service,
    a_service,
    ask,
    backed_up,
    question,
    send,
    stored,
    watching,
)
from tests.support.devices import (
    INSTANCE,
    STUDY,
    SUCCESS,
    Starter,
    Station,
    an_image,
    give_up,
    leave,
    sent,
    starting,
    store,
)
from tests.support.forked import MOMENT_SECONDS

pytestmark = pytest.mark.journey  # a device, the agent and the service talk, and wait

NOT_STORED, MISSING, OTHER_CLASS = 0x0110, 0x0112, 0x0119
NO_SUCH_INSTANCE, INVALID_ARGUMENT, NO_SUCH_ACTION = 0x0112, 0x0115, 0x0123
MR = "1.2.840.10008.5.1.4.1.1.4"
A_SECOND = str(1 / 3600)  # in hours
OTHER = "1.2.826.0.1.3680043.10.3"


@pytest.fixture
def service() -> Iterator[Service]:
    with a_service() as service:
        yield service


@pytest.fixture
def home(start: Starter, service: Service) -> Home:
    return watching(start, service)


@pytest.fixture
def device() -> Iterator[Asking]:
    device = Asking()
    with device.listening():
        yield device


@pytest.fixture
def station(start: Starter, home: Home, device: Asking) -> Station:  # noqa: ARG001
    return start.station(peer=device.peer)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, Asking]]:
    """One receiver, and a device, for all questions that are refused."""
    device = Asking()
    with (
        starting(tmp_path_factory.mktemp("refusing")) as start,
        a_service() as service,
        device.listening(),
    ):
        watching(start, service)
        yield start.station(peer=device.peer), device


# --- what is said ----------------------------------------------------------------------------


def test_what_is_stored_is_committed_on_the_same_association(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    association, asked = device.associated(station), question(INSTANCE)
    store(association, an_image())
    stored(home, station, service)
    assert ask(association, asked) == SUCCESS
    report = device.heard()
    leave(association)
    assert (report.where, report.event, report.transaction, report.committed, report.failed) == (
        OWN,
        ALL,
        asked.TransactionUID,
        {INSTANCE},
        {},
    )


def test_what_is_not_stored_yet_is_answered_when_it_is(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    association = device.associated(station)
    store(association, an_image())
    ask(association, question(INSTANCE))
    leave(association)
    time.sleep(5 * MOMENT_SECONDS)
    assert device.reports.empty()
    stored(home, station, service)
    report = device.heard()
    assert (report.where, report.event, report.committed) == (NEW, ALL, {INSTANCE})


def test_the_memory_of_a_backup_is_no_proof(
    start: Starter, home: Home, service: Service, device: Asking
) -> None:
    station = start.station("--commit-within", A_SECOND, peer=device.peer)
    sent(station, an_image())
    backed_up(home, station)
    association = device.associated(station)
    ask(association, question(INSTANCE))
    report = device.heard()
    leave(association)
    assert (report.event, report.failed, bool(service.asked)) == (
        SOME,
        {INSTANCE: NOT_STORED},
        True,
    )


@pytest.mark.usefixtures("home")
def test_what_is_not_stored_in_time_has_failed(
    start: Starter, service: Service, device: Asking
) -> None:
    station = start.station("--commit-within", A_SECOND, peer=device.peer)
    sent(station, an_image())
    association = device.associated(station)
    ask(association, question(INSTANCE))
    assert device.heard().failed == {INSTANCE: NOT_STORED}
    leave(association)
    assert service.asked == []  # nothing was backed up


def test_an_image_that_never_came_is_named(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association = device.associated(station)
    ask(association, question(INSTANCE, OTHER))
    report = device.heard()
    leave(association)
    assert (report.event, report.committed, report.failed) == (
        SOME,
        {INSTANCE},
        {OTHER: MISSING},
    )


def test_an_image_of_another_class_is_named(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association = device.associated(station)
    ask(association, question(INSTANCE, kind=MR))
    assert device.heard().failed == {INSTANCE: OTHER_CLASS}
    leave(association)


def test_every_content_of_an_image_has_to_be_stored(
    start: Starter, home: Home, service: Service, device: Asking
) -> None:
    station = start.station("--commit-within", A_SECOND, peer=device.peer)
    sent(station, an_image())
    stored(home, station, service)
    sent(station, an_image(pixels=b"\1\1"))
    association = device.associated(station)
    ask(association, question(INSTANCE))
    assert device.heard().failed == {INSTANCE: NOT_STORED}
    leave(association)


def test_many_images_are_asked_for_at_once(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    names = [f"1.2.{number}" for number in range(101)]  # the service takes 100 at a time
    association = device.associated(station)
    for each in names:
        store(association, an_image(each, study=f"{STUDY}.{each[-1]}"), each)
    stored(home, station, service)
    ask(association, question(*names))
    assert device.heard().committed == set(names)
    leave(association)


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "instance", "status"),
    [(2, "1.2.840.10008.1.20.1.1", NO_SUCH_ACTION), (1, "1.2.3", NO_SUCH_INSTANCE)],
)
def test_another_action_or_instance_is_refused(
    refusing: tuple[Station, Asking], action: int, instance: str, status: int
) -> None:
    station, device = refusing
    association = device.associated(station)
    assert ask(association, question(INSTANCE), action, instance) == status
    leave(association)


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize("instances", [(), ("../1",), (INSTANCE, "")])
def test_a_question_that_names_no_image_is_refused(
    refusing: tuple[Station, Asking], instances: tuple[str, ...]
) -> None:
    station, device = refusing
    association, asked = device.associated(station), question(*instances)
    assert ask(association, asked) == INVALID_ARGUMENT
    leave(association)


# --- what happens meanwhile ------------------------------------------------------------------


def test_a_device_may_go_on_sending(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    association = device.associated(station)
    store(association, an_image())
    stored(home, station, service)
    ask(association, question(INSTANCE))
    names = [f"1.2.{number}" for number in range(20)]
    assert [send(association, each) for each in names] == [SUCCESS] * 20
    assert device.heard().committed == {INSTANCE}
    leave(association)


def test_a_question_survives_a_killed_receiver(
    start: Starter, station: Station, home: Home, service: Service, device: Asking
) -> None:
    association = device.associated(station)
    store(association, an_image())
    assert ask(association, question(INSTANCE)) == SUCCESS
    station.process.kill()
    station.process.wait()
    give_up(association)
    stored(home, station, service)
    start.station(peer=device.peer)
    report = device.heard()
    assert (report.where, report.committed) == (NEW, {INSTANCE})


def test_a_device_that_was_away_hears_of_it_later(
    start: Starter, home: Home, service: Service
) -> None:
    device = Asking()
    with device.listening():
        pass  # it has a port now, and is away
    station = start.station(peer=device.peer)
    association = device.associated(station)
    store(association, an_image())
    ask(association, question(INSTANCE))
    leave(association)
    stored(home, station, service)
    time.sleep(5 * MOMENT_SECONDS)
    with device.listening():
        assert device.heard().committed == {INSTANCE}


def test_a_device_whose_place_has_no_such_name_keeps_no_other_from_its_answer(
    start: Starter, home: Home, service: Service, device: Asking
) -> None:
    nowhere = "AWAY=no-such-host.invalid:104"
    station, away = start.station("--peer", nowhere, peer=device.peer), Asking(title="AWAY")
    sent(station, an_image())
    association = away.associated(station)
    ask(association, question(INSTANCE))
    leave(association)
    stored(home, station, service)
    time.sleep(5 * MOMENT_SECONDS)  # it is being told
    association = device.associated(station)
    ask(association, question(INSTANCE))
    assert device.heard().committed == {INSTANCE}
    leave(association)
    assert "AWAY: it cannot be told" in station.ended()


def test_what_was_answered_is_forgotten(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association = device.associated(station)
    ask(association, question(INSTANCE))
    device.heard()
    leave(association)
    station.ended()
    assert list(home.commitments(station.folder).iterdir()) == []


def test_a_device_nobody_knows_where_to_find_is_given_up_when_it_leaves(
    start: Starter, home: Home
) -> None:
    station, device = start.station(), Asking()
    association = device.associated(station)
    store(association, an_image())
    ask(association, question(INSTANCE))
    leave(association)
    while list(home.commitments(station.folder).iterdir()):
        time.sleep(MOMENT_SECONDS)
    assert "--peer AE=HOST:PORT" in station.ended()


def test_no_line_names_an_image(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association, asked = device.associated(station), question(INSTANCE, OTHER)
    ask(association, asked)
    device.heard()
    leave(association)
    said = station.ended()
    assert "storage commitment: 1 stored, 1 never received" in said
    assert not [each for each in (INSTANCE, OTHER, STUDY, asked.TransactionUID) if each in said]


def test_a_service_that_refuses_commits_nothing(
    start: Starter, home: Home, service: Service, device: Asking
) -> None:
    station = start.station("--commit-within", A_SECOND, peer=device.peer)
    sent(station, an_image())
    stored(home, station, service)
    service.status = 409
    association = device.associated(station)
    ask(association, question(INSTANCE))
    assert device.heard().failed == {INSTANCE: NOT_STORED}
    leave(association)
