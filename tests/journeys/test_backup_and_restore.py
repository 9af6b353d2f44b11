"""A facility's folder goes through the real stack and comes back, whatever happens between."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
import unicodedata
from pathlib import Path

import pytest

from hokan_agent.download.fetching import part_of
from infra.local.stack import LocalStack
from tests.journeys.conftest import MEGABYTE, Facility, Founding
from tests.support.canary import CANARY

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

COMPLETE, FAILED, WITH_EXCEPTIONS = 0, 1, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder with what real ones have: sidecars, odd names, twins, an empty file."""
    made = tmp_path / "folder"
    for name, body in {
        "E-1/IMG0001.JPG": b"\xff\xd8 one",
        "E-1/IMG0002.JPG": b"\xff\xd8 two",
        "E-1/exam.json": json.dumps({"id": "E-1", "patient": CANARY}).encode(),
        "awkward/100 % + スペース.txt": b"odd",
        "awkward/twin of IMG0001.jpg": b"\xff\xd8 one",
        "awkward/empty": b"",
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(body)
    shift_jis = os.fsencode(made) + b"/" + "内視鏡.txt".encode("shift_jis")
    Path(os.fsdecode(shift_jis)).write_text("not UTF-8")
    return made


def contents(folder: Path) -> dict[bytes, bytes]:
    """Return every file below *folder* by its name in bytes."""
    return {
        os.fsencode(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_comes_back_bit_for_bit(facility: Facility, folder: Path, tmp_path: Path) -> None:
    assert facility.agent.backup(folder).code == COMPLETE
    facility.grant()
    assert facility.agent.restore(tmp_path / "back").code == COMPLETE
    assert contents(tmp_path / "back") == contents(folder)


def test_names_of_every_kind_come_back_as_they_were(facility: Facility, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    names = ["two\nlines\r.txt", "x" * 250, "/".join(["d" * 30] * 30), "\x1b[31mred\x07", " ~."]
    names += [unicodedata.normalize(form, "がんま.txt") for form in ("NFC", "NFD")]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    ran = facility.agent.backup(folder)
    assert (ran.code, ran.report["files_seen"]) == (COMPLETE, len(names))
    facility.grant()
    assert facility.agent.restore(tmp_path / "back").code == COMPLETE
    assert contents(tmp_path / "back") == contents(folder)


def test_a_folders_layout_says_whose_its_files_are(facility: Facility, tmp_path: Path) -> None:
    place = tmp_path / "folder" / CANARY["id"] / "20260401_E-7" / "IMG1.JPG"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"\xff\xd8 one")
    pattern = "{patient}/{date}_{examination}/**"
    assert facility.agent.backup(tmp_path / "folder", "--pattern", pattern).code == COMPLETE
    (found,) = facility.admin.get(f"{facility.target}/examinations")["items"]
    assert (found["source_id"], found["examined_at"][:10]) == ("E-7", "2026-04-01")
    (patient,) = facility.admin.get(f"{facility.target}/patients")["items"]
    assert patient["patient_id"] == CANARY["id"]


def test_the_catalogue_shows_what_was_backed_up(facility: Facility, folder: Path) -> None:
    facility.agent.backup(folder)
    (patient,) = facility.admin.get(f"{facility.target}/patients")["items"]
    assert (patient["patient_id"], patient["examinations"]) == (CANARY["id"], 1)


def test_a_night_without_changes_is_one_call(facility: Facility, folder: Path) -> None:
    facility.agent.backup(folder)
    again = facility.agent.backup(folder)
    assert (again.code, again.report["api_calls"], again.report["files_sent"]) == (COMPLETE, 1, 0)


def test_a_changed_file_is_sent_alone(facility: Facility, folder: Path) -> None:
    facility.agent.backup(folder)
    (folder / "E-1" / "IMG0001.JPG").write_bytes(b"\xff\xd8 another one")
    assert facility.agent.backup(folder).report["files_sent"] == 1


def test_without_its_cache_it_sends_nothing_twice(facility: Facility, folder: Path) -> None:
    first = facility.agent.backup(folder).report
    (facility.agent.home / "state.sqlite").unlink()
    again = facility.agent.backup(folder).report
    assert (again["files_sent"], again["files_already_stored"]) == (0, first["files_seen"])


def test_twins_move_once(facility: Facility, folder: Path) -> None:
    report = facility.agent.backup(folder).report
    assert (report["files_seen"], report["files_sent"]) == (7, 6)


def a_folder_with_a_file_in_the_way(tmp_path: Path) -> Path:
    back = tmp_path / "back"
    (back / "E-1").mkdir(parents=True)
    (back / "E-1" / "IMG0001.JPG").write_bytes(b"mine")
    return back


def test_a_restore_never_writes_over_a_file(
    facility: Facility, folder: Path, tmp_path: Path
) -> None:
    facility.agent.backup(folder)
    facility.grant()
    back = a_folder_with_a_file_in_the_way(tmp_path)
    ran = facility.agent.restore(back)
    assert (ran.code, [each["code"] for each in ran.report["exceptions"]]) == (3, ["exists"])
    assert (back / "E-1" / "IMG0001.JPG").read_bytes() == b"mine"


def test_a_restore_that_left_something_out_can_be_run_again(
    facility: Facility, folder: Path, tmp_path: Path
) -> None:
    facility.agent.backup(folder)
    facility.grant()
    back = a_folder_with_a_file_in_the_way(tmp_path)
    facility.agent.restore(back)
    (back / "E-1" / "IMG0001.JPG").unlink()
    assert facility.agent.restore(back).code == COMPLETE
    assert contents(back) == contents(folder)


def test_one_examination_comes_back_alone(facility: Facility, folder: Path, tmp_path: Path) -> None:
    facility.agent.backup(folder)
    listed = facility.admin.get(f"{facility.target}/examinations")["items"]
    wanted = next(each for each in listed if each["source_id"] == "E-1")
    facility.grant(scope="examination", examination_id=wanted["examination_id"])
    facility.agent.restore(tmp_path / "back")
    assert {name.partition(b"/")[0] for name in contents(tmp_path / "back")} == {b"E-1"}


def test_a_new_machine_restores_with_nothing_but_a_code(
    facility: Facility, folder: Path, tmp_path: Path
) -> None:
    facility.agent.backup(folder)
    fresh = facility.enrolled()
    facility.grant(agent_id=fresh.agent_id)
    assert fresh.restore(tmp_path / "back").code == COMPLETE
    assert contents(tmp_path / "back") == contents(folder)


def test_one_patient_comes_back_alone_as_of_a_moment(
    facility: Facility, folder: Path, tmp_path: Path
) -> None:
    before = contents(folder)
    facility.agent.backup(folder)
    time.sleep(1.1)  # moments are in whole seconds
    moment = facility.admin.get("/health")["service_time"]
    time.sleep(1.1)
    (folder / "E-1" / "IMG0001.JPG").write_bytes(b"\xff\xd8 painted over")
    facility.agent.backup(folder)
    (patient,) = facility.admin.get(f"{facility.target}/patients")["items"]
    facility.grant(scope="patient", patient_key=patient["patient_key"], as_of=moment)
    assert facility.agent.restore(tmp_path / "back").code == COMPLETE
    of_patient = {name: body for name, body in before.items() if name.startswith(b"E-1/")}
    assert contents(tmp_path / "back") == of_patient


def test_a_dry_run_says_what_a_restore_would_do(
    facility: Facility, folder: Path, tmp_path: Path
) -> None:
    facility.agent.backup(folder)
    facility.grant()
    back = a_folder_with_a_file_in_the_way(tmp_path)
    ran = facility.agent.run("restore", "--into", str(back), "--dry-run", "--overwrite", "--json")
    assert (ran.code, ran.report["files_restored"], ran.report["files_replaced"]) == (0, 7, 1)
    assert contents(back) == {b"E-1/IMG0001.JPG": b"mine"}
    assert facility.agent.run("restore", "--into", str(back), "--overwrite").code == COMPLETE
    assert contents(back) == contents(folder)


def test_a_large_object_goes_and_comes_in_parts(found: Founding, tmp_path: Path) -> None:
    facility = found(100 * MEGABYTE)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "video.mp4").write_bytes(secrets.token_bytes(MEGABYTE) * 70)
    assert facility.agent.backup(folder).code == COMPLETE
    facility.grant()
    begun = Path(os.fsdecode(part_of(os.fsencode(tmp_path / "back" / "video.mp4"))))
    begun.parent.mkdir()
    begun.write_bytes((folder / "video.mp4").read_bytes()[: 30 * MEGABYTE])
    assert facility.agent.restore(tmp_path / "back").code == COMPLETE
    assert contents(tmp_path / "back") == contents(folder)


# --- what goes wrong ---------------------------------------------------------------------------


def test_what_has_no_room_is_listed_and_the_rest_is_safe(facility: Facility, folder: Path) -> None:
    (folder / "big").write_bytes(b"x" * (10 * MEGABYTE + 1))
    ran = facility.agent.backup(folder)
    refused = [(each["path"], each["code"]) for each in ran.report["exceptions"]]
    assert (ran.code, refused) == (WITH_EXCEPTIONS, [("big", "quota-exceeded")])
    assert ran.report["files_sent"] == 6


def test_without_a_contract_nothing_is_sent(found: Founding, folder: Path) -> None:
    facility = found(None)
    ran = facility.agent.backup(folder)
    assert (ran.code, ran.report["files_sent"]) == (FAILED, 0)
    assert "no contract is in force" in ran.report["error"]["detail"]


def test_after_the_contracts_end_nothing_is_sent(facility: Facility, folder: Path) -> None:
    facility.admin.post(f"/contracts/{facility.contract_id}/end")
    ran = facility.agent.backup(folder)
    assert (ran.code, ran.report["error"]["code"]) == (FAILED, "contract-ended")


def test_an_excluded_patients_files_stay_where_they_are(found: Founding, folder: Path) -> None:
    facility = found(patients={"mode": "all_but", "patient_ids": [CANARY["id"]]})
    ran = facility.agent.backup(folder)
    left_out = {(each["path"].partition("/")[0], each["code"]) for each in ran.report["exceptions"]}
    assert ("E-1", "patient-excluded") in left_out
    assert facility.admin.get(f"{facility.target}/patients")["items"] == []


def test_a_revoked_agent_is_told_so(facility: Facility, folder: Path) -> None:
    facility.admin.delete(f"/agents/{facility.agent.agent_id}")
    ran = facility.agent.backup(folder)
    assert (ran.code, ran.report["error"]["code"]) == (FAILED, "agent-revoked")


def test_a_used_code_enrols_nobody(facility: Facility, tmp_path: Path) -> None:
    code = facility.admin.post("/agent-codes")["code"]
    arguments = ("enrol", code, "--service", facility.stack.api_url)
    facility.agent.home = tmp_path / "another"
    assert facility.agent.run(*arguments).code == 0
    facility.agent.home = tmp_path / "a third"
    ran = facility.agent.run(*arguments)
    assert ran.code == FAILED
    assert "Traceback" not in ran.said


def test_a_service_that_is_away_is_said_in_a_sentence(tmp_path: Path, facility: Facility) -> None:
    facility.agent.home = tmp_path / "another"
    ran = facility.agent.run("enrol", "x", "--service", "http://127.0.0.1:9/api")
    assert (ran.code, "no answer from 127.0.0.1" in ran.said) == (FAILED, True)


def test_a_run_killed_on_the_way_goes_on_and_sends_nothing_twice(
    found: Founding, tmp_path: Path
) -> None:
    facility, folder = found(100 * MEGABYTE), tmp_path / "folder"
    folder.mkdir()
    for number in range(200):
        (folder / f"IMG{number:04}.JPG").write_bytes(secrets.token_bytes(50_000))
    process = facility.agent.start("backup", str(folder), "--json")
    while len(facility.stored_versions()) < 20:
        time.sleep(0.05)
        assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert facility.agent.backup(folder).code == COMPLETE
    versions = facility.stored_versions()
    assert (len(versions), len(set(versions))) == (200, 200)
    newest, *_ = facility.admin.get(f"{facility.target}/batches")["items"]
    assert (newest["state"], newest["stored"]) == ("complete", 200)


def test_a_file_that_shrinks_meanwhile_harms_nobody(facility: Facility, folder: Path) -> None:
    """The next run sends what it has become."""
    facility.agent.backup(folder)
    (folder / "E-1" / "IMG0002.JPG").write_bytes(b"")
    assert facility.agent.backup(folder).code == COMPLETE


def test_a_sidecar_nobody_can_read_is_listed_and_everything_is_stored(
    facility: Facility, folder: Path
) -> None:
    (folder / "E-1" / "exam.json").write_text("{")
    ran = facility.agent.backup(folder)
    assert [each["code"] for each in ran.report["exceptions"]] == ["bad-sidecar"]
    assert (ran.code, ran.report["files_seen"]) == (WITH_EXCEPTIONS, 7)
    assert len(facility.stored_versions()) == 6


@pytest.mark.parametrize("ahead", [3600, pytest.param(-1200, marks=pytest.mark.deep)])
def test_a_wrong_clock_is_no_reason_not_to_back_up(
    stack: LocalStack, facility: Facility, folder: Path, ahead: int
) -> None:
    stack.move_clock(ahead)
    try:
        assert facility.agent.backup(folder).code == COMPLETE
    finally:
        stack.move_clock(0)


def test_status_says_how_things_stand(facility: Facility, folder: Path) -> None:
    facility.agent.backup(folder)
    told = facility.agent.run("status").report["text"]
    assert "Endoscopy" in told
    assert "complete" in told


def test_a_catalogue_is_rebuilt_by_the_operators_command(
    stack: LocalStack, facility: Facility, folder: Path
) -> None:
    from infra.operate import invoker, run

    facility.agent.backup(folder)
    before = facility.admin.get(f"{facility.target}/examinations")
    table = stack.session.client("dynamodb")
    pk = {"pk": {"S": f"TARGET#{facility.target_id}"}}
    rows = table.query(
        TableName=stack.outputs["CatalogueTableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": pk["pk"]},
    )["Items"]
    for row in rows:
        key = pk | {"sk": row["sk"]}
        table.delete_item(TableName=stack.outputs["CatalogueTableName"], Key=key)
    assert facility.admin.get(f"{facility.target}/examinations")["items"] == []
    invoke = invoker(stack.session, stack.outputs["OperateFunction"])
    run(invoke, "rebuild-catalogue", {"target_id": facility.target_id})
    assert facility.admin.get(f"{facility.target}/examinations") == before
