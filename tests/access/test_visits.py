"""A browser's session: when it ends, and what it is not good for."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest

from chalicelib.access import portal_store
from chalicelib.access.model import Role
from chalicelib.kernel import clock
from chalicelib.settings import settings
from chalicelib.web.cookies import SESSION
from tests.faults.crashes import calls_of
from tests.support.people import Staff
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

MINUTE = 60


@pytest.fixture
def doctor(world: World) -> Visitor:
    """A doctor who has just signed in."""
    return signed_in(Role.DOCTOR, world.facility_id)


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/portal").status == 200


def test_a_session_ends_after_fifteen_idle_minutes(doctor: Visitor) -> None:
    clock.move(15 * MINUTE - 5)
    assert is_in(doctor)
    clock.move(2 * 15 * MINUTE - 10)
    assert is_in(doctor)
    clock.move(3 * 15 * MINUTE)
    assert doctor.get("/portal").location == "/portal/sign-in?why=ended"
    assert SESSION not in doctor.cookies


def test_a_session_ends_after_twelve_hours_whatever_is_done(doctor: Visitor) -> None:
    for minutes in range(0, 12 * 60, 10):
        clock.move(minutes * MINUTE)
        assert is_in(doctor), minutes
    clock.move(12 * 60 * MINUTE)
    assert not is_in(doctor)


def test_being_seen_is_written_once_a_minute_at_most(doctor: Visitor) -> None:
    def writes() -> int:
        return calls_of(lambda: doctor.get("/portal")).count("UpdateItem")

    assert writes() == 0
    clock.move(MINUTE)
    assert [writes(), writes()] == [1, 0]


def test_signing_out_ends_the_session_at_once(doctor: Visitor) -> None:
    doctor.get("/portal")
    session_id = doctor.cookies[SESSION]
    answer = doctor.submit("/portal/sign-out")
    assert answer.location == "/portal/sign-in?why=signed-out"
    assert SESSION not in doctor.cookies
    assert not is_in(Visitor(cookies={SESSION: session_id}))


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(doctor: Visitor) -> None:
    portal_store.end_visit(doctor.cookies[SESSION])
    portal_store.note_seen(doctor.cookies[SESSION], clock.text(clock.now()))
    assert portal_store.visit(doctor.cookies[SESSION]) is None


def test_the_session_itself_is_kept_nowhere(doctor: Visitor) -> None:
    rows = boto3.client("dynamodb").scan(TableName=settings().box_table)["Items"]
    assert doctor.cookies[SESSION] not in json.dumps(rows)


def test_the_table_forgets_a_session_when_it_ends(doctor: Visitor) -> None:
    rows = boto3.client("dynamodb").scan(TableName=settings().box_table)["Items"]
    (visit,) = (row for row in rows if row["sk"]["S"] == "VISIT")
    twelve_hours_on = clock.now() + timedelta(hours=12)
    assert abs(int(visit["expires_at"]["N"]) - twelve_hours_on.timestamp()) < 5
    assert doctor.cookies[SESSION]


# --- pages and programs ------------------------------------------------------------------------


def test_a_page_takes_no_bearer_session(world: World) -> None:
    bearer = f"Bearer {world.doctor.session_id}"
    assert Visitor().get("/portal", authorization=bearer).location == "/portal/sign-in"


def test_a_page_takes_no_agents_signature(world: World) -> None:
    headers = world.agent.headers("GET", "/portal", b"")
    assert Visitor().ask("GET", "/portal", headers).location == "/portal/sign-in"


def test_a_bearer_session_is_no_cookie(world: World) -> None:
    assert not is_in(Visitor(cookies={SESSION: world.doctor.session_id}))


def test_a_program_is_not_let_in_by_a_cookie(doctor: Visitor, world: World) -> None:
    cookie = {"Cookie": f"{SESSION}={doctor.cookies[SESSION]}"}
    assert world.client.http.get("/targets", headers=cookie).status_code == 401


def test_a_browsers_session_is_no_bearer_session(doctor: Visitor, world: World) -> None:
    taken = Staff(world.client, doctor.cookies[SESSION])
    assert taken.refused("GET", "/targets") == (401, "session-over")


def test_what_is_no_cookie_is_nobody(world: World) -> None:  # noqa: ARG001
    for cookie in ("", "=", ";;;", "__Host-sid", '__Host-sid="', "__Host-sid=\x00", "a=b; c"):
        assert Visitor().get("/portal", cookie=cookie).status == 303, cookie
