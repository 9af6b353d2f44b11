"""A device hears that its images are stored when the service says so, and not before."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.machine.home import Home, Identity
from hokan_agent.machine.state import State
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.sources.hashing import hashed
from hokan_agent.sources.scan import scan
from tests.support.committing import ALL, NEW, OWN, SOME, Asking, ask, question, send
from tests.support.devices import INSTANCE, STUDY, SUCCESS, Starter, Station, an_image, sent, store

TARGET = "target_1"
NOT_STORED, MISSING, OTHER_CLASS = 0x0110, 0x0112, 0x0119
NO_SUCH_INSTANCE, INVALID_ARGUMENT, NO_SUCH_ACTION = 0x0112, 0x0115, 0x0123
MR = "1.2.840.10008.5.1.4.1.1.4"
A_SECOND = str(1 / 3600)  # in hours
OTHER = "1.2.826.0.1.3680043.10.3"


@dataclass
class Service:
    """What answers as the service: of which contents it says that they are stored."""

    url: str = ""
    status: int = 200
    stored: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    told = Service()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked += body["sha256"]
            answer = json.dumps({"stored": sorted(told.stored & set(body["sha256"]))}).encode()
            self.send_response(told.status if self.path == f"/targets/{TARGET}/stored" else 404)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def home(start: Starter, service: Service) -> Home:
    """An agent that is enrolled and watches the folder."""
    home = Home(start.home)
    start.home.mkdir()
    home.keep_key(Ed25519PrivateKey.generate())
    home.keep_identity(Identity(service.url, "agent_1", "facility_1"))
    folders.add(home, Watched(start.folder, TARGET))
    return home


@pytest.fixture
def device() -> Iterator[Asking]:
    device = Asking()
    with device.listening():
        yield device


@pytest.fixture
def station(start: Starter, home: Home, device: Asking) -> Station:  # noqa: ARG001
    return start.station(peer=device.peer)


def contents(folder: Path) -> list[Any]:
    seen = scan(folder)
    return [hashed(seen.root, each) for each in seen.files]


def backed_up(home: Home, station: Station) -> None:
    """Have this machine remember that a backup sent all there is."""
    state = State(home.state_file)
    state.remember(TARGET, [(found, "") for found, _ in contents(station.folder)])
    state.close()


def stored(home: Home, station: Station, service: Service) -> None:
    """Have the service say, too, that it has all there is."""
    backed_up(home, station)
    service.stored |= {sha256 for _, sha256 in contents(station.folder)}


# --- what is said ----------------------------------------------------------------------------


def test_what_is_stored_is_committed_on_the_same_association(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    association, asked = device.associated(station), question(INSTANCE)
    store(association, an_image())
    stored(home, station, service)
    assert ask(association, asked) == SUCCESS
    report = device.heard()
    association.release()
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
    association.release()
    time.sleep(2)
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
    association.release()
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
    association.release()
    assert service.asked == []  # nothing was backed up


def test_an_image_that_never_came_is_named(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association = device.associated(station)
    ask(association, question(INSTANCE, OTHER))
    report = device.heard()
    association.release()
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
    association.release()


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
    association.release()


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
    association.release()


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "instance", "status"),
    [(2, "1.2.840.10008.1.20.1.1", NO_SUCH_ACTION), (1, "1.2.3", NO_SUCH_INSTANCE)],
)
def test_another_action_or_instance_is_refused(
    station: Station, device: Asking, action: int, instance: str, status: int
) -> None:
    association = device.associated(station)
    assert ask(association, question(INSTANCE), action, instance) == status
    association.release()


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize("instances", [(), ("../1",), (INSTANCE, "")])
def test_a_question_that_names_no_image_is_refused(
    station: Station, device: Asking, instances: tuple[str, ...]
) -> None:
    association, asked = device.associated(station), question(*instances)
    assert ask(association, asked) == INVALID_ARGUMENT
    association.release()


# --- what happens meanwhile ------------------------------------------------------------------


def test_a_device_may_go_on_sending(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    association = device.associated(station)
    store(association, an_image())
    stored(home, station, service)
    ask(association, question(INSTANCE))
    names = [f"1.2.{number}" for number in range(50)]
    assert [send(association, each) for each in names] == [SUCCESS] * 50
    assert device.heard().committed == {INSTANCE}
    association.release()


def test_a_question_survives_a_killed_receiver(
    start: Starter, station: Station, home: Home, service: Service, device: Asking
) -> None:
    association = device.associated(station)
    store(association, an_image())
    assert ask(association, question(INSTANCE)) == SUCCESS
    station.process.kill()
    station.process.wait()
    association.join()
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
    association.release()
    stored(home, station, service)
    time.sleep(2)
    with device.listening():
        assert device.heard().committed == {INSTANCE}


def test_what_was_answered_is_forgotten(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association = device.associated(station)
    ask(association, question(INSTANCE))
    device.heard()
    association.release()
    station.ended()
    assert list(home.commitments(station.folder).iterdir()) == []


def test_a_device_nobody_knows_where_to_find_is_given_up_when_it_leaves(
    start: Starter, home: Home
) -> None:
    station, device = start.station(), Asking()
    association = device.associated(station)
    store(association, an_image())
    ask(association, question(INSTANCE))
    association.release()
    time.sleep(3)
    assert "--peer AE=HOST:PORT" in station.ended()
    assert list(home.commitments(station.folder).iterdir()) == []


def test_no_line_names_an_image(
    station: Station, home: Home, service: Service, device: Asking
) -> None:
    sent(station, an_image())
    stored(home, station, service)
    association, asked = device.associated(station), question(INSTANCE, OTHER)
    ask(association, asked)
    device.heard()
    association.release()
    said = station.ended()
    assert "1 images are stored, 1 never received" in said
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
    association.release()
