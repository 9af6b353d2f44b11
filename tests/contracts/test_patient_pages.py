"""Who is backed up, on the portal: seen, found, changed one by one or by a list, downloaded."""

from __future__ import annotations

import re
from html import unescape

import pytest

from chalicelib.access.model import Role
from chalicelib.contracts import patients as service
from chalicelib.contracts.patient_pages import PATIENTS
from chalicelib.contracts.selection import MAX_LISTED
from chalicelib.web.cursors import PAGE_ROWS
from tests.audit.test_chain import actions
from tests.portal.test_home import said
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World, a_chunk, build

CHECK, CHANGE, FIND = f"{PATIENTS}/check", f"{PATIENTS}/change", f"{PATIENTS}/find"
UPLOAD, LIST = f"{PATIENTS}/upload", f"{PATIENTS}/list"


@pytest.fixture
def admin(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


def filled(world: World, *patients: str) -> None:
    """Back up an image of each of *patients*."""
    for each in patients:
        files = {f"{each}/a": each.encode()}
        world.back_up(files, id=f"E-{each}", patient={"id": each, "name": f"{each}^X"})


def tick(visitor: Visitor, world: World, answer: str, *patients: str) -> Answer:
    ticked = {f"patient-{number}": each for number, each in enumerate(patients)}
    visitor.get(PATIENTS)
    return visitor.submit(CHECK, target=world.target_id, answer=answer, **ticked)


def agree(visitor: Visitor) -> Answer:
    """Send the form of the page that checked it."""
    assert visitor.page
    form = visitor.page.text.partition(f'action="{CHANGE}"')[2]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    return visitor.send(CHANGE, **{name: unescape(value) for name, value in fields})


def hand_in(visitor: Visitor, world: World, raw: bytes = b"", typed: str = "") -> Answer:
    visitor.get(f"{UPLOAD}?target={world.target_id}")
    fields = {"csrf": visitor.token, "target": world.target_id, "typed": typed}
    return visitor.upload(UPLOAD, fields, {"file": raw})


def selection(world: World) -> tuple[str, list[str]]:
    shown = world.admin.get(f"/contracts/{world.contract_id}")["patients"]
    return shown["mode"], sorted(shown["patient_ids"])


# --- seeing ------------------------------------------------------------------------------------


def test_a_facility_sees_who_is_backed_up(world: World, admin: Visitor) -> None:
    filled(world, "P-1")
    page = said(admin.get(PATIENTS).text)
    assert "Patients who come later are backed up. Every patient is backed up." in page
    assert "P-1 P-1 X 1 examination Backed up" in page


def test_who_is_left_out_is_shown_though_nobody_has_seen_them(world: World, admin: Visitor) -> None:
    filled(world, "P-1")
    tick(admin, world, "no", "P-9")
    agree(admin)
    page = said(admin.get(f"{PATIENTS}?target={world.target_id}&view=named").text)
    assert "The contract leaves out 1 patient." in page
    assert "P-9 not in the archive yet Not backed up" in page


def test_a_patient_is_found_by_number(world: World, admin: Visitor) -> None:
    filled(world, "P-1", "P-2")
    admin.get(PATIENTS)
    page = said(admin.submit(FIND, target=world.target_id, patient_id="　Ｐ-2 ").text)
    assert "P-2 P-2 X 1 examination" in page
    assert "P-1" not in page


def test_a_number_nobody_has_can_be_answered_too(world: World, admin: Visitor) -> None:
    admin.get(PATIENTS)
    answer = admin.submit(FIND, target=world.target_id, patient_id="P-77")
    assert "P-77 not in the archive yet Backed up" in said(answer.text)


def test_a_search_for_nothing_is_refused(world: World, admin: Visitor) -> None:
    admin.get(PATIENTS)
    for typed in ("", " ", "x" * 65):
        answer = admin.submit(FIND, target=world.target_id, patient_id=typed)
        assert (answer.status, "1 to 64 characters" in answer.text) == (422, True)


def test_a_doctor_sees_and_does_not_change(world: World) -> None:
    filled(world, "P-1")
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    page = doctor.get(PATIENTS).text
    assert "P-1 P-1 X 1 examination Backed up" in said(page)
    assert "checkbox" not in page
    assert CHECK not in page
    assert tick(doctor, world, "no", "P-1").status == 403


def test_many_patients_come_page_by_page(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.cursors.PAGE_ROWS", 2)
    filled(world, "P-1", "P-2", "P-3")
    first = admin.get(PATIENTS).text
    following = re.search(rf'href="({PATIENTS}\?[^"]*cursor=[^"]*)"', first)
    assert following
    second = admin.get(unescape(following[1])).text
    assert (first.count('name="patient-'), second.count('name="patient-')) == (2, 1)


def test_many_named_patients_come_page_by_page(world: World, admin: Visitor) -> None:
    hand_in(
        admin, world, typed="patient_id,backed_up\n" + "".join(f"P{n:04},no\n" for n in range(101))
    )
    agree(admin)
    named = f"{PATIENTS}?target={world.target_id}&view=named"
    first, second = admin.get(named).text, admin.get(f"{named}&cursor={PAGE_ROWS}").text
    assert (first.count('name="patient-'), second.count('name="patient-')) == (PAGE_ROWS, 1)
    assert admin.get(f"{named}&cursor=x").status == 404


def test_which_target_is_asked_where_there_are_several(world: World, admin: Visitor) -> None:
    world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    page = admin.get(PATIENTS).text
    assert "Choose a target. Endoscopy X-ray No contract" in said(page)
    assert f'href="{PATIENTS}?target={world.target_id}"' in page


def test_a_target_without_a_contract_has_no_patients(world: World, admin: Visitor) -> None:
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    assert admin.get(f"{PATIENTS}?target={added['target_id']}").status == 404


def test_anothers_target_does_not_exist(world: World, admin: Visitor) -> None:
    other = build(world.client)
    asked = {"target": other.target_id}
    admin.get(PATIENTS)
    assert admin.get(f"{PATIENTS}?target={other.target_id}").status == 404
    assert admin.get(f"{UPLOAD}?target={other.target_id}").status == 404
    assert admin.get(f"{LIST}?target={other.target_id}").status == 404
    assert admin.submit(FIND, **asked, patient_id="P-1").status == 404
    assert admin.submit(CHECK, **asked, answer="new-no").status == 404
    assert admin.submit(CHANGE, **asked, answers='{"no": ["P-1"]}').status == 404


# --- changing ----------------------------------------------------------------------------------


def test_what_is_ticked_is_checked_first(world: World, admin: Visitor) -> None:
    filled(world, "P-1", "P-2")
    page = said(tick(admin, world, "no", "P-1").text)
    assert "nothing is changed yet." in page
    assert "No longer backed up: 1 P-1 P-1 X 1 examination" in page
    assert "It holds at once. The price stays as it is." in page
    assert selection(world) == ("all", [])


def test_a_change_holds_at_once_and_costs_nothing(world: World, admin: Visitor) -> None:
    filled(world, "P-1", "P-2")
    before = world.admin.get(f"/contracts/{world.contract_id}")
    tick(admin, world, "no", "P-1")
    page = said(agree(admin).text)
    after = world.admin.get(f"/contracts/{world.contract_id}")
    assert "It is changed, and holds from the next backup on." in page
    assert "P-1 P-1 X 1 examination Not backed up" in page
    assert (after["version"], after["charge_yen"]) == (before["version"] + 1, 0)
    assert after["fee_per_period_yen"] == before["fee_per_period_yen"]
    assert selection(world) == ("all_but", ["P-1"])


def test_several_are_changed_together_and_back_again(world: World, admin: Visitor) -> None:
    tick(admin, world, "no", "P-1", "P-2", "P-3")
    agree(admin)
    assert selection(world) == ("all_but", ["P-1", "P-2", "P-3"])
    tick(admin, world, "yes", "P-1", "P-2", "P-3")
    agree(admin)
    assert selection(world) == ("all", [])


def test_agreeing_twice_is_agreeing_once(world: World, admin: Visitor) -> None:
    tick(admin, world, "no", "P-1")
    checked = admin.page
    agree(admin)
    admin.page = checked
    assert agree(admin).status == 200
    assert selection(world) == ("all_but", ["P-1"])
    assert world.admin.get(f"/contracts/{world.contract_id}")["version"] == 2


def test_a_list_that_somebody_else_changed_is_not_overwritten(world: World, admin: Visitor) -> None:
    tick(admin, world, "no", "P-1")
    checked = admin.page
    tick(admin, world, "no", "P-2")
    agree(admin)
    admin.page = checked
    answer = agree(admin)
    assert (answer.status, "Somebody changed the contract" in answer.text) == (409, True)
    assert selection(world) == ("all_but", ["P-2"])


def test_nothing_is_changed_that_was_not_shown(world: World, admin: Visitor) -> None:
    admin.get(PATIENTS)
    answer = admin.submit(CHANGE, target=world.target_id, answers='{"no": ["P-1"]}')
    assert answer.status == 409
    assert selection(world) == ("all", [])


@pytest.mark.parametrize("answers", ["", "{", '{"yes": 1}', '{"other": []}'])
def test_answers_that_no_page_wrote_are_refused(world: World, admin: Visitor, answers: str) -> None:
    admin.get(PATIENTS)
    assert admin.submit(CHANGE, target=world.target_id, answers=answers).status == 422


@pytest.mark.parametrize(
    ("answer", "ticked", "said_so"),
    [
        ("no", [], "Choose at least one patient."),
        ("", ["P-1"], "Choose at least one patient."),
        ("yes", ["P-1"], "All of it is so already."),
    ],
)
def test_a_tick_that_changes_nothing_says_so(
    world: World, admin: Visitor, answer: str, ticked: list[str], said_so: str
) -> None:
    page = tick(admin, world, answer, *ticked)
    assert page.status == 422
    assert said_so in page.text


def test_new_patients_can_be_left_out_and_the_others_stay(world: World, admin: Visitor) -> None:
    filled(world, "P-1", "P-2")
    page = said(tick(admin, world, "new-no").text)
    assert "not backed up until you say yes. Patients in the archive keep their answer." in page
    agree(admin)
    assert selection(world) == ("listed", ["P-1", "P-2"])


def test_new_patients_can_be_taken_again(world: World, admin: Visitor) -> None:
    filled(world, "P-1", "P-2")
    tick(admin, world, "new-no")
    agree(admin)
    tick(admin, world, "no", "P-2")
    agree(admin)
    tick(admin, world, "new-yes")
    agree(admin)
    assert selection(world) == ("all_but", ["P-2"])


def test_somebody_must_stay(world: World, admin: Visitor) -> None:
    filled(world, "P-1")
    tick(admin, world, "new-no")
    agree(admin)
    answer = tick(admin, world, "no", "P-1")
    assert (answer.status, "Leave at least one" in answer.text) == (422, True)


def test_more_patients_than_a_contract_can_name_is_said(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_KNOWN", 1)
    filled(world, "P-1", "P-2")
    answer = tick(admin, world, "new-no")
    assert (answer.status, f"at most {MAX_LISTED:,} patients" in answer.text) == (422, True)


def test_a_contract_that_is_over_shows_its_patients_and_takes_no_change(
    world: World, admin: Visitor
) -> None:
    filled(world, "P-1")
    world.admin.post(f"/contracts/{world.contract_id}/end")
    page = admin.get(PATIENTS).text
    assert "The contract is not in force" in page
    assert "checkbox" not in page
    assert tick(admin, world, "no", "P-1").status == 409


def test_a_change_that_waits_is_named_before_it_is_dropped(world: World, admin: Visitor) -> None:
    path = f"/contracts/{world.contract_id}/amendments"
    world.admin.post(path, {"unit_price_yen": 900, "auto_renew": True})
    assert "waits for the provider. It is dropped" in said(tick(admin, world, "no", "P-1").text)


# --- lists -------------------------------------------------------------------------------------


def test_a_list_in_a_file_is_checked_and_changed(world: World, admin: Visitor) -> None:
    filled(world, "P-1")
    raw = "patient_id,backed_up\r\nP-1,いいえ\r\nP-9,no\r\nP-3,yes\r\n".encode("cp932")
    page = said(hand_in(admin, world, raw).text)
    assert "No longer backed up: 2" in page
    assert "1 of these patients is not in the archive yet." in page
    assert selection(world) == ("all", [])
    agree(admin)
    assert selection(world) == ("all_but", ["P-1", "P-9"])


def test_a_list_that_is_typed_is_read_too(world: World, admin: Visitor) -> None:
    hand_in(admin, world, typed="patient_id,backed_up\nP-1,0\n")
    agree(admin)
    assert selection(world) == ("all_but", ["P-1"])


def test_one_wrong_line_stops_the_whole_list(world: World, admin: Visitor) -> None:
    typed = "patient_id,backed_up\nP-1,no\nP-2,maybe\n"
    answer = hand_in(admin, world, typed=typed)
    assert answer.status == 422
    assert "Line 3 The second column must be yes or no." in said(answer.text)
    assert "P-2,maybe" in answer.text
    assert selection(world) == ("all", [])


def test_wrong_lines_are_named_up_to_a_page(world: World, admin: Visitor) -> None:
    answer = hand_in(admin, world, b"patient_id,backed_up\n" + b"P-1\n" * 103)
    assert "And 3 lines more." in said(answer.text)


@pytest.mark.parametrize(
    ("raw", "said_so"),
    [
        (b"a\0b", "The file cannot be read."),
        (b"", "The first line must read"),
        (b"patient_id,backed_up\n", "no line below the first"),
        (b"patient_id,backed_up\nP-1,yes\n", "All of it is so already."),
    ],
)
def test_a_file_that_is_no_list_says_what_to_do(
    world: World, admin: Visitor, raw: bytes, said_so: str
) -> None:
    answer = hand_in(admin, world, raw)
    assert answer.status == 422
    assert said_so in answer.text


def test_a_file_that_is_too_large_is_not_read(world: World, admin: Visitor) -> None:
    assert hand_in(admin, world, b"x" * 1_000_000).status == 413


def test_a_list_as_large_as_a_contract_takes_is_changed(world: World, admin: Visitor) -> None:
    lines = "".join(f"{number:08},no\n" for number in range(MAX_LISTED))
    answer = hand_in(admin, world, f"patient_id,backed_up\n{lines}".encode())
    assert f"No longer backed up: {MAX_LISTED:,}" in said(answer.text)
    agree(admin)
    assert len(selection(world)[1]) == MAX_LISTED


def test_the_list_comes_back_as_it_was_handed_in(world: World, admin: Visitor) -> None:
    filled(world, "P-1", "P-2")
    tick(admin, world, "no", "P-2", "P-9")
    agree(admin)
    answer = admin.get(f"{LIST}?target={world.target_id}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="patients.csv"'
    assert answer.text == "\ufeffpatient_id,backed_up\r\nP-1,yes\r\nP-2,no\r\nP-9,no\r\n"
    named = admin.get(f"{LIST}?target={world.target_id}&view=named").text
    assert named == "\ufeffpatient_id,backed_up\r\nP-2,no\r\nP-9,no\r\n"


def test_a_list_that_is_too_long_is_not_cut(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_DOWNLOADED", 1)
    filled(world, "P-1", "P-2")
    answer = admin.get(f"{LIST}?target={world.target_id}")
    assert (answer.status, "more than 10,000 patients" in answer.text) == (409, True)


# --- what it leaves ----------------------------------------------------------------------------


def test_every_look_at_patients_is_audited(world: World, admin: Visitor) -> None:
    for path in (PATIENTS, f"{PATIENTS}?view=named&target={world.target_id}"):
        before = actions(world).count("list-patients")
        admin.get(path)
        assert actions(world).count("list-patients") == before + 1
    admin.get(f"{LIST}?target={world.target_id}")
    admin.get(PATIENTS)
    admin.submit(FIND, target=world.target_id, patient_id="P-1")
    assert "find-patient" in actions(world)


def test_no_patient_is_shown_when_the_audit_is_not_to_be_had(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.kernel.errors import Unavailable

    def full(*_: object, **__: object) -> None:
        raise Unavailable("no audit")

    filled(world, "P-1")
    monkeypatch.setattr(service, "audit", full)
    for path in (PATIENTS, f"{LIST}?target={world.target_id}"):
        answer = admin.get(path)
        assert (answer.status, "P-1" in answer.text) == (503, False)


# --- what an agent hears -----------------------------------------------------------------------


def declared(world: World, patient: str) -> dict[str, str]:
    chunk = a_chunk({f"{patient}/new": b"taken later"}, id="E-9", patient={"id": patient})
    return dict(world.chunk(world.open_batch(), 0, chunk)[0])


def test_an_excluded_patient_gets_no_url(world: World, admin: Visitor) -> None:
    tick(admin, world, "no", "P-1")
    agree(admin)
    answer = declared(world, "P-1")
    assert (answer["state"], answer["code"]) == ("refused", "patient-excluded")
    assert "url" not in answer


def test_a_patient_who_is_taken_in_again_gets_everything_since(
    world: World, admin: Visitor
) -> None:
    filled(world, "P-1")
    tick(admin, world, "no", "P-1")
    agree(admin)
    assert declared(world, "P-1")["state"] == "refused"
    tick(admin, world, "yes", "P-1")
    agree(admin)
    assert declared(world, "P-1")["state"] == "upload"
    done = world.back_up({"P-1/new": b"taken later"}, id="E-9", patient={"id": "P-1"})
    assert (done["state"], done["stored"]) == ("complete", 1)
