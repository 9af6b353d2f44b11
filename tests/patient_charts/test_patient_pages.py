"""What a patient sees once inside: their slip's documents, and nothing else."""

from __future__ import annotations

import io

import pytest

from chalicelib.audit.store import of_facility
from chalicelib.kernel.errors import Unavailable
from chalicelib.patient_charts import desk, store
from chalicelib.patient_charts.model import Withdrawal, document_number
from chalicelib.patient_charts.slips import access_store, codes, reading_store
from chalicelib.patient_charts.slips.access_store import PatientAccess
from tests.charts.scene import CHART, path_of, plain
from tests.network.scene import elsewhere, found, with_card
from tests.patient_charts.slip_scene import (
    OTHER,
    WRONG,
    Handed,
    at_door,
    at_link,
    chart_of,
    handed,
    inside,
    issue,
    release,
    released,
    staff,
    typed,
)
from tests.support.canary import CANARY, CANARY_ID
from tests.support.patient_charts import SAID
from tests.support.world import World


def page_of(held: Handed) -> str:
    return inside(held).get(f"/p/charts/{held.document}").text


def withdrawn(held: Handed) -> None:
    why = Withdrawal(
        withdrawn_by="person-1", withdrawn_at="2026-04-03T00:00:00.000000Z", reason="Wrong picture"
    )
    assert store.withdraw(chart_of(held), why)


def amended(held: Handed) -> None:
    """Have the chart amended: what was released of it is out of date."""
    world, doctor = held.world, held.world.doctor
    chart = {"chart": plain(CHART)}
    revision = doctor.get(path_of(world, held.examination_id))["revision"]
    body = {"revision": revision, "reason": "A word was wrong"}
    revision = doctor.post(path_of(world, held.examination_id, "/amend"), body)["revision"]
    revision = doctor.put(path_of(world, held.examination_id), {"revision": revision} | chart)[
        "revision"
    ]
    doctor.post(path_of(world, held.examination_id, "/sign"), {"revision": revision})


def test_a_document_says_what_the_doctor_released(world: World) -> None:
    page = page_of(handed(world))
    assert all(each.text in page for each in SAID)


def test_the_list_tells_when_it_was_opened(world: World) -> None:
    held = handed(world)
    visitor = inside(held)
    assert "you opened this on" not in visitor.get("/p/charts").text
    visitor.get(f"/p/charts/{held.document}")
    assert "you opened this on" in visitor.get("/p/charts").text


def test_the_list_names_the_facility_and_whom_to_call(world: World) -> None:
    access_store.put(world.facility_id, PatientAccess(phone="03-0000-0000"))
    page = inside(handed(world)).get("/p/charts").text
    assert "Kawabe Clinic" in page
    assert "03-0000-0000" in page


def test_another_patients_document_is_not_found(world: World) -> None:
    held, other = handed(world), handed(world, "E-9", patient=OTHER)
    visitor = inside(held)
    assert visitor.get(f"/p/charts/{other.document}").status == 404
    assert inside(other).get(f"/p/charts/{other.document}").status == 200


def test_ones_own_document_is_not_found_when_the_slip_does_not_name_it(world: World) -> None:
    held = handed(world)
    _, second = released(world, "E-2")
    visitor = inside(held)
    number = document_number(world.target_id, second, "en")
    assert number not in visitor.get("/p/charts").text
    assert visitor.get(f"/p/charts/{number}").status == 404


def test_every_language_it_is_released_in_is_there(world: World) -> None:
    held = handed(world)
    release(world, held.examination_id, "ja")
    number = document_number(world.target_id, held.examination_id, "ja")
    assert inside(held).get(f"/p/charts/{number}").status == 200


def test_of_a_withdrawn_document_no_sentence_is_shown(world: World) -> None:
    held = handed(world)
    withdrawn(held)
    page = page_of(held)
    assert "Your doctor took this page back" in page
    assert [each.text for each in SAID if each.text in page] == []
    assert "Wrong picture" not in page


def test_of_a_document_that_is_out_of_date_no_sentence_is_shown(world: World) -> None:
    held = handed(world)
    amended(held)
    page = page_of(held)
    assert "Your doctor corrected the record" in page
    assert [each.text for each in SAID if each.text in page] == []


def test_once_released_again_it_says_which_version_it_is(world: World) -> None:
    held = handed(world)
    amended(held)
    release(world, held.examination_id)
    page = page_of(held)
    assert "This is version 2" in page
    assert SAID[0].text in page


def test_a_doctor_of_another_facility_who_looked_is_told_of(world: World) -> None:
    there = elsewhere(world)
    held = handed(there.world, "E-7", patient=CANARY)
    there.agrees()
    found(world, there)
    page = inside(held).get("/p/charts").text
    assert "a doctor of another facility looked at the list" in page


def test_staff_who_looked_at_what_was_released_are_told_of(world: World) -> None:
    held = handed(world)
    visitor = inside(held)
    assert "staff of your facility looked" not in visitor.get("/p/charts").text
    desk.look(staff(world), (world.target_id, held.examination_id, "en"))
    assert "staff of your facility looked" in visitor.get("/p/charts").text


def test_every_view_is_on_record_before_it_is_seen(world: World) -> None:
    held = handed(world)
    visitor = inside(held)
    visitor.get("/p/charts")
    visitor.get(f"/p/charts/{held.document}")
    last = [event for _, event, _ in of_facility(world.facility_id)][-3:]
    assert [each.action for each in last] == [
        "sign-in-by-slip",
        "list-patient-charts",
        "read-patient-chart",
    ]
    assert {each.actor_id for each in last} == {held.issued.slip.slip_id}
    assert {each.actor_role for each in last} == {"patient"}


def test_what_cannot_be_put_on_record_is_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = handed(world)
    visitor = inside(held)
    monkeypatch.setattr("chalicelib.audit.store.TRIES", 0)
    answer = visitor.get(f"/p/charts/{held.document}")
    assert answer.status == Unavailable.status
    assert SAID[0].text not in answer.text
    assert reading_store.newest(held.place.patient_key) == []


def test_no_log_line_knows_a_code_a_link_or_a_number(world: World, log: io.StringIO) -> None:
    held = handed(world)
    at_door().submit("/p", **typed(held))
    at_door().submit("/p", patient_id="SECRET-NUMBER-7", code=WRONG)
    inside(held).get(f"/p/charts/{held.document}")
    at_link(held).submit(held.link, code="ABCD-EFGH-JKMN")
    said = log.getvalue().upper()
    secrets = (held.code, codes.read(held.code), held.issued.link_id, WRONG, "ABCD-EFGH-JKMN")
    assert [each for each in (*secrets, CANARY_ID, "SECRET-NUMBER-7") if each.upper() in said] == []


def test_no_row_knows_a_code_or_a_link(world: World) -> None:
    from tests.support.snapshot import dynamodb

    held = handed(world)
    inside(held)
    at_door().submit("/p", **typed(held))
    rows = repr(
        [
            {name: each.value for name, each in item.attrs.items()}
            for table in dynamodb().tables.values()
            for item in table.all_items()
        ]
    )
    assert held.issued.slip.slip_id in rows
    assert held.code not in rows
    assert codes.read(held.code) not in rows
    assert held.issued.link_id not in rows


def test_a_patient_without_a_card_reads_as_well(world: World) -> None:
    place, examination = released(world, "E-3", patient=OTHER)
    held = Handed(world, place, examination, issue(world, place, examination))
    with_card(world)
    assert inside(held).get("/p/charts").status == 200
