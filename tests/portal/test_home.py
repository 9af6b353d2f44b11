"""The first page, for each role."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.archive.store.usage import Usage
from chalicelib.kernel import clock
from chalicelib.portal.service import FACILITIES_A_PAGE, FacilityHome
from chalicelib.web.pages import Reader, written
from tests.faults.crashes import calls_of
from tests.jobs.nights import at_run, pass_to
from tests.portal.test_model import CASES, a_contract, facts
from tests.support.canary import found_in
from tests.support.queue import Queue
from tests.support.visitor import Texts, signed_in
from tests.support.world import World, days_pass, sign
from tests.web.test_languages import mislabelled


def said(page: str) -> str:
    """Return what a page says, in one line."""
    return " ".join(text for _, text in Texts(page).said)


def open_home(role: Role, facility_id: str = "") -> str:
    answer = signed_in(role, facility_id).get("/portal")
    assert answer.status == 200
    return said(answer.text)


# --- a facility --------------------------------------------------------------------------------


def test_a_facility_sees_how_its_targets_stand(world: World) -> None:
    world.back_up({f"E-1/{number}": bytes([number]) * 1000 for number in range(41)})
    page = open_home(Role.DOCTOR, world.facility_id)
    assert "Everything is in order." in page
    assert "Endoscopy In order Last backup 41 images" in page
    assert "Capacity used 0 % 41.0 kB of 10.0 MB" in page
    assert "Nightly 02:00 Annual, from " in page


def test_what_is_to_be_done_is_said_first(world: World) -> None:
    world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    page = open_home(Role.FACILITY_ADMIN, world.facility_id)
    assert "2 of 2 backup targets need attention." in page
    assert "Sign a contract for this target." in page
    assert "Tell your facility's administrator" in open_home(Role.DOCTOR, world.facility_id)


def test_a_signed_contract_is_with_the_provider(world: World) -> None:
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = added["target_id"]
    sign(world, accept=False)
    assert "X-ray With the provider" in open_home(Role.FACILITY_ADMIN, world.facility_id)


def test_another_facilitys_targets_are_not_shown(world: World) -> None:
    other = world.operator.post("/facilities", {"name": "Other"}, status=201)["facility_id"]
    page = open_home(Role.DOCTOR, other)
    assert "Endoscopy" not in page
    assert "There is no backup target yet." in page


def test_no_patient_stands_on_a_first_page(world: World) -> None:
    world.back_up({"E-1/a": b"one"})
    for role, facility_id in ((Role.OPERATOR, ""), (Role.DOCTOR, world.facility_id)):
        assert found_in(signed_in(role, facility_id).get("/portal").text) == []


def test_a_name_is_escaped(world: World) -> None:
    name = "<img src=x onerror=alert(1)>"
    world.admin.post("/targets", {"name": name, "kind": "mass_storage"}, status=201)
    page = signed_in(Role.DOCTOR, world.facility_id).get("/portal").text
    assert "<img" not in page
    assert "&lt;img" in page


def test_the_first_page_costs_a_fixed_number_of_calls_a_target(world: World) -> None:
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    doctor.get("/portal")  # a process asks once for the facility's time zone
    before = len(calls_of(lambda: doctor.get("/portal")))
    for number in range(5):
        world.back_up({f"E-{number}/a": bytes([number])}, id=f"E-{number}")
    assert len(calls_of(lambda: doctor.get("/portal"))) == before <= 10


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("role", [Role.FACILITY_ADMIN, Role.DOCTOR])
def test_every_standing_is_said_in_words(language: str, role: Role) -> None:
    reader = Reader(language, "", "/portal", "token")
    for standing, given in CASES:
        home = FacilityHome("Kawabe Clinic", [given])
        values = {"account": "a@b.example", "proved_twice": True, "role": role, "home": home}
        page = written(reader, "portal/facility.html", **values)
        chip = page.partition('<span class="chip')[2].partition("</span>")[0]
        step = page.partition('<p class="next">')[2].partition("</p>")[0]
        assert len(chip.partition(">")[2]) > 1, standing
        assert len(said(step)) > 12, standing
        assert mislabelled(page) == [], standing


def test_the_next_bill_is_told_with_its_tax(world: World) -> None:
    page = open_home(Role.DOCTOR, world.facility_id)
    assert re.search(r"Next bill, tax included 11,000 yen \d+ \w+ 20\d\d", page)


def test_where_no_bill_follows_none_is_told(world: World) -> None:
    days_pass(world, 2)
    assert "Next bill" not in open_home(Role.DOCTOR, world.facility_id)


def test_a_missed_backup_is_said_first_with_a_way_to_it(world: World) -> None:
    world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    at = at_run(world) + timedelta(hours=6)
    world.tick(clock.text(at))
    pass_to(at)
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    page = admin.get("/portal").text
    assert "To do Endoscopy See the backups : Endoscopy X-ray Sign a contract : X-ray" in said(page)
    assert "Endoscopy Missed" in said(page)
    assert page.index('href="/portal/jobs">See') < page.index("Sign a contract")


def test_a_doctor_gets_no_link_to_what_an_administrator_does(world: World) -> None:
    world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    page = signed_in(Role.DOCTOR, world.facility_id).get("/portal").text
    assert "To do" not in page
    assert "/sign" not in page.replace("/portal/sign-out", "")


def test_a_running_backup_shows_how_far_it_is(world: World) -> None:
    world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)
    job_id = world.take()["job_id"]
    counts = {"files_total": 4, "files_done": 1, "bytes_total": 100, "bytes_done": 25}
    world.agent.post(f"/agent/jobs/{job_id}/progress", counts | {"left_out": 0})
    page = open_home(Role.DOCTOR, world.facility_id)
    assert "Endoscopy Backing up 25 % done 1 of 4 images, 25 B of 100 B" in page


def test_last_night_is_told_with_how_long_it_took(world: World) -> None:
    world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)
    world.end_job(world.take()["job_id"])
    page = open_home(Role.DOCTOR, world.facility_id)
    assert re.search(r"Last backup 0 images \d+ \w+ 20\d\d, \d\d:\d\d · \d seconds?", page)


@pytest.mark.parametrize(
    ("available", "said_so"),
    [(200, "200 B are left."), (50, "Only 50 B are left."), (0, "The capacity is used up")],
)
def test_each_level_of_fullness_has_its_own_words(available: int, said_so: str) -> None:
    given = facts(a_contract(), usage=Usage("f", "t", 1000, available))
    home = FacilityHome("Kawabe Clinic", [given])
    values = {"account": "a@b.example", "proved_twice": True, "role": Role.DOCTOR, "home": home}
    reader = Reader("en", "", "/portal", "token")
    assert said_so in said(written(reader, "portal/facility.html", **values))


# --- the provider ------------------------------------------------------------------------------


def test_the_provider_sees_facilities_and_what_waits(world: World) -> None:
    world.operator.post("/facilities", {"name": "青葉クリニック"}, status=201)
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = added["target_id"]
    sign(world, accept=False)
    world.deliver([f"t/{world.target_id}/{'0' * 64}"])
    page = open_home(Role.OPERATOR)
    assert "One contract waits for you." in page
    assert (
        "Facilities 2 Contracts that wait for you 1 Missed backups 0"
        " Messages that failed 0 Objects in quarantine 0"
    ) in page
    assert "Kawabe Clinic 1 contract in force · 1 waits Waits for you" in page
    assert "青葉クリニック No contract" in page


def test_what_is_in_quarantine_is_counted(world: World) -> None:
    body = b"nobody announced this"
    digest = hashlib.sha256(body).hexdigest()
    world.put_object(digest, body)
    world.arrived(digest)
    assert "Objects in quarantine 1 " in open_home(Role.OPERATOR)


def test_what_needs_the_provider_is_linked(world: World) -> None:
    Queue(world).put_dead(["{}"])
    at = at_run(world) + timedelta(hours=6)
    world.tick(clock.text(at))
    page = signed_in(Role.OPERATOR).get("/portal").text
    assert "Missed backups 1 Messages that failed 1" in said(page)
    assert 'href="/portal/missed">See' in page
    assert 'href="/portal/queues">See' in page


def test_many_facilities_come_page_by_page(world: World) -> None:
    for number in range(FACILITIES_A_PAGE):
        world.operator.post("/facilities", {"name": f"Clinic {number}"}, status=201)
    operator = signed_in(Role.OPERATOR)
    first = operator.get("/portal").text
    assert f"Facilities {FACILITIES_A_PAGE} on this page" in said(first)
    following = first.partition('href="/portal?cursor=')[2].partition('"')[0]
    second = said(operator.get(f"/portal?cursor={following}").text)
    assert "Facilities 1 on this page" in second
    assert "More facilities" not in second


def test_a_cursor_that_is_none_is_refused(world: World) -> None:  # noqa: ARG001
    assert signed_in(Role.OPERATOR).get("/portal?cursor=nonsense").status == 422


# --- a department ------------------------------------------------------------------------------


def test_somebody_of_a_department_begins_at_their_desk(world: World) -> None:  # noqa: ARG001
    answer = signed_in(Role.CLERK).get("/portal")
    assert (answer.status, answer.location) == (303, "/portal/desk")
