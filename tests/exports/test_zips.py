"""A restore as a ZIP: what is in it is what was stored, or there is none."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from chalice.test import Client

from chalicelib import buckets
from chalicelib.archive.store import objects
from chalicelib.audit.store import of_facility
from chalicelib.buckets import media, stored
from chalicelib.exports import building, service
from chalicelib.exports import model as limits
from chalicelib.exports.model import Form, State, at
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.offline import events
from chalicelib.settings import settings
from tests.exports.scene import (
    asked,
    caller,
    deliver,
    files_of,
    in_bucket,
    is_in_bucket,
    now,
    selection,
    unzipped,
)
from tests.support.canary import CANARY, found_in
from tests.support.world import World, build

FILES = {
    "E-1/IMG0001.JPG": b"one",
    "E-1/img0001.jpg": b"another",
    "検査/画像 1.jpg": b"one",
    "empty": b"",
}


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def built(world: World, **changes: Any) -> bytes:
    export = asked(world, **changes)
    assert deliver(world, export)
    assert now(export).state is State.READY
    return in_bucket(export)


# --- what is in it -----------------------------------------------------------------------------


def test_a_target_is_in_its_zip_byte_for_byte(world: World) -> None:
    world.back_up(FILES)
    assert files_of(built(world)) == FILES


def test_a_patients_zip_holds_their_examinations_only(world: World) -> None:
    world.back_up({"E-1/a": b"one"}, id="E-1")
    world.back_up({"E-2/b": b"two"}, id="E-2", patient=CANARY | {"id": "CANARY-0002"})
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    key = next(each["patient_key"] for each in listed if each["source_id"] == "E-1")
    assert files_of(built(world, scope="patient", subject=key)) == {"E-1/a": b"one"}


def test_an_examinations_zip_holds_it_alone(world: World) -> None:
    world.back_up({"E-1/a": b"one"}, id="E-1")
    world.back_up({"E-2/b": b"two"}, id="E-2")
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    identifier = next(each["examination_id"] for each in listed if each["source_id"] == "E-2")
    assert files_of(built(world, scope="examination", subject=identifier)) == {"E-2/b": b"two"}


def test_a_batchs_zip_holds_what_that_batch_brought(world: World) -> None:
    world.back_up({"a": b"one", "b": b"two"})
    clock.move(60)
    world.back_up({"a": b"changed"})
    newest, oldest = world.doctor.get(f"/targets/{world.target_id}/batches")["items"]
    first = built(world, scope="batch", subject=oldest["batch_id"])
    assert files_of(first) == {"a": b"one", "b": b"two"}
    assert files_of(built(world, scope="batch", subject=newest["batch_id"])) == {"a": b"changed"}


def test_a_past_moment_is_in_it_as_it_was(world: World) -> None:
    world.back_up({"a": b"one"})
    moment = clock.text(clock.now())
    clock.move(60)
    world.back_up({"a": b"two", "b": b"new"})
    assert files_of(built(world, as_of=moment)) == {"a": b"one"}


def test_its_sums_are_those_of_its_files(world: World) -> None:
    world.back_up(FILES)
    found = unzipped(built(world))
    lines = found["SHA256SUMS"].decode().splitlines()
    told = {line[66:]: line[:64] for line in lines}
    assert told == {f"files/{path}": digest(body) for path, body in FILES.items()}


def test_it_says_what_was_asked_for(world: World) -> None:
    world.back_up(FILES)
    told = json.loads(unzipped(built(world))["hokan-restore.json"])
    assert (told["format"], told["scope"], told["files"]) == ("hokan-zip/1", "target", 4)
    assert {each["path"] for each in told["entries"]} == set(FILES)


def test_names_in_it_are_marked_as_utf_8(world: World) -> None:
    world.back_up(FILES)
    with zipfile.ZipFile(io.BytesIO(built(world))) as archive:
        japanese = next(each for each in archive.infolist() if "検査" in each.filename)
    assert japanese.flag_bits & 0x800


def test_a_zip_of_many_parts_is_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    smallest = 5 * 2**20  # of a part that S3 takes
    monkeypatch.setattr(stored, "PIECE_BYTES", smallest)
    monkeypatch.setattr(media, "PART_BYTES", smallest)
    big = b"0123456789abcdef" * 400_000
    world.back_up({"big": big, "small": b"one"})
    export = asked(world)
    deliver(world, export)
    assert files_of(in_bucket(export)) == {"big": big, "small": b"one"}
    assert (now(export).files_done, now(export).bytes_done) == (2, len(big) + 3)
    assert now(export).zip_bytes == len(in_bucket(export))


def test_no_patient_stands_in_the_zips_key_or_name(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    assert found_in(export.key + export.file_name) == []


# --- what is damaged -----------------------------------------------------------------------------


def tampered(world: World, body: bytes, other: bytes) -> None:
    """Put other bytes where *body* is stored."""
    key = f"t/{world.target_id}/{digest(body)}"
    boto3.client("s3").put_object(Bucket=settings().objects_bucket, Key=key, Body=other)


@pytest.mark.parametrize("other", [b"two", b"on", b""])
def test_a_changed_object_makes_no_zip_and_is_named(world: World, other: bytes) -> None:
    world.back_up(FILES)
    tampered(world, b"one", other)
    export = asked(world)
    assert deliver(world, export)
    told = now(export)
    assert (told.state, told.failure) == (State.FAILED, "object-damaged")
    assert told.damaged == digest(b"one")
    assert not is_in_bucket(export)


def test_a_lost_object_is_a_damaged_one(world: World) -> None:
    world.back_up(FILES)
    buckets.hide(f"t/{world.target_id}/{digest(b'one')}")
    export = asked(world)
    deliver(world, export)
    assert now(export).damaged == digest(b"one")


def test_a_damaged_object_comes_before_the_operator(world: World) -> None:
    world.back_up(FILES)
    tampered(world, b"one", b"two")
    deliver(world, asked(world))
    listed, _ = objects.quarantined(None)
    key = f"t/{world.target_id}/{digest(b'one')}"
    assert [(each.key, each.reason) for each in listed] == [(key, "damaged")]


def test_a_failed_try_leaves_no_parts_behind(world: World) -> None:
    world.back_up(FILES)
    tampered(world, b"one", b"two")
    deliver(world, asked(world))
    begun = boto3.client("s3").list_multipart_uploads(Bucket=settings().media_bucket)
    assert begun.get("Uploads", []) == []


# --- twice, at once, too late ---------------------------------------------------------------------


def test_a_second_delivery_changes_nothing(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    before = now(export)
    assert deliver(world, export)
    assert now(export) == before


def test_what_somebody_builds_is_left_to_them(world: World) -> None:
    from chalicelib.exports import store

    world.back_up(FILES)
    export = asked(world)
    assert store.begin(export, "another", clock.now(), clock.now() + limits.BUILD_LIFE)
    assert not deliver(world, export)
    clock.move(17 * 60)
    assert deliver(world, export)
    assert now(export).state is State.READY


def test_the_same_form_twice_asks_once(world: World) -> None:
    world.back_up(FILES)
    export_id, wanted = service.new_id(), selection(world)
    for _ in range(2):
        service.ask(caller(world), export_id, wanted)
    assert [each.export_id for each in service.newest(caller(world))] == [export_id]


def test_a_function_out_of_time_says_so(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    told = service.Message(export.facility_id, export.export_id)
    building.build(told, has_time=lambda: False, beside=events.BESIDE)
    assert (now(export).state, now(export).failure) == (State.FAILED, "took-too-long")


def test_a_message_of_what_is_gone_is_done(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    boto3.client("dynamodb").delete_item(
        TableName=settings().box_table,
        Key={
            "pk": {"S": f"FACILITY#{export.facility_id}"},
            "sk": {"S": f"EXPORT#{export.export_id}"},
        },
    )
    assert deliver(world, export)


def test_what_nobody_built_for_hours_has_failed(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    told = at(export, clock.now() + limits.GIVEN_UP_AFTER)
    assert (told.state, told.failure) == (State.FAILED, "interrupted")


# --- what is refused ------------------------------------------------------------------------------


def test_nothing_makes_no_zip(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        asked(world)
    assert refused.value.code == "nothing-to-restore"


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_BYTES"])
def test_more_than_a_zip_takes_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    world.back_up(FILES)
    monkeypatch.setattr(service, limit, 3)
    with pytest.raises(Conflict) as refused:
        asked(world)
    assert refused.value.code == "zip-too-large"


def test_what_cannot_be_counted_fits_no_zip(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.archive import selecting

    monkeypatch.setattr(selecting, "MOST_VERSIONS", 3)
    world.back_up(FILES)
    found = service.extent(caller(world), selection(world))
    assert (found.files, found.fits(Form.FILES)) == (None, False)


def test_an_id_no_form_of_ours_carries_is_refused(world: World) -> None:
    world.back_up(FILES)
    with pytest.raises(Invalid):
        service.ask(caller(world), "export-../x", selection(world))


def test_anothers_target_makes_no_zip(client: Client, world: World) -> None:
    world.back_up(FILES)
    other = build(client)
    with pytest.raises(NotFound):
        service.ask(caller(other), service.new_id(), selection(world))


# --- fetching it ----------------------------------------------------------------------------------


def test_the_audit_row_comes_before_the_url(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    actions: list[str] = []

    def signed(key: str, name: str) -> Any:  # noqa: ARG001
        actions.extend(event.action for _, event, _ in of_facility(world.facility_id))
        raise Conflict("far enough")

    monkeypatch.setattr(buckets, "signed_download", signed)
    with pytest.raises(Conflict, match="far enough"):
        service.download(caller(world), export.export_id)
    assert actions[-2:] == ["make-zip-target", "download-zip"]


def test_a_download_is_a_file_with_a_neutral_name(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    url = service.download(caller(world), export.export_id)
    assert "X-Amz-Expires=300" in url
    assert f"attachment%3B%20filename%3D%22{export.file_name}%22" in url


def test_what_is_not_ready_is_not_handed_out(world: World) -> None:
    world.back_up(FILES)
    with pytest.raises(Conflict) as refused:
        service.download(caller(world), asked(world).export_id)
    assert refused.value.code == "zip-not-ready"


def test_a_zip_is_kept_for_a_week(world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    clock.move(7 * 86_400)
    with pytest.raises(Conflict) as refused:
        service.download(caller(world), export.export_id)
    assert refused.value.code == "zip-gone"


def test_anothers_zip_does_not_exist(client: Client, world: World) -> None:
    world.back_up(FILES)
    export = asked(world)
    deliver(world, export)
    with pytest.raises(NotFound):
        service.download(caller(build(client)), export.export_id)


def test_the_bucket_forgets_a_zip_after_a_week(aws: dict[str, str]) -> None:
    bucket = aws["HOKAN_MEDIA_BUCKET"]
    rules = boto3.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    kept = {each["Filter"]["Prefix"]: each["Expiration"]["Days"] for each in rules}
    assert (kept["zip/"], kept[""]) == (7, 30)
