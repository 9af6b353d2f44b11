"""Pictures at ingest: wanted as a batch ends, made once, shown by URLs, deleted with the rest."""

from __future__ import annotations

import io
import json

import boto3
import pytest
from chalice.test import Client
from PIL import Image

from chalicelib.archive.store import examinations
from chalicelib.buckets import derived
from chalicelib.contracts.display import has_display_tool
from chalicelib.pictures import model, service, store
from chalicelib.pictures.model import Picture, Reason, Rendition, State
from chalicelib.pictures.service import Message
from chalicelib.settings import settings
from tests.faults.archive_invariants import check_pictures
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.stored import object_rows, pictures_in_s3
from tests.pictures.making import (
    STILLS,
    all_of,
    batch_of,
    deliver,
    deliver_all,
    digest,
    examination_of,
    known,
    messages,
    still,
    with_display_tool,
    with_pictures,
    with_stills,
)
from tests.pictures.scene import FILES
from tests.purges.scene import brought_forward, locks_end, waiting
from tests.purges.scene import deliver as deliver_purge
from tests.support.canary import CANARY_ID
from tests.support.snapshot import Snapshot
from tests.support.world import World, a_chunk, build

TEXT, JPEG, DICOM = STILLS


def cover(world: World) -> str | None:
    (found,), _ = examinations.examinations(world.target_id, None)
    return found.cover


# --- when --------------------------------------------------------------------------------------


def test_without_the_display_tool_nothing_is_asked_for(world: World) -> None:
    with_stills(world)
    assert messages() == []


def test_with_it_a_batch_that_ends_asks_with_one_message(world: World) -> None:
    with_display_tool(world)
    with_stills(world)
    assert messages() == [batch_of(world)]


def test_a_batch_whose_end_dies_anywhere_asks_when_it_ends(world: World) -> None:
    with_display_tool(world)
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": still(1)}))
    world.put_object(digest(still(1)), still(1))
    world.arrived(digest(still(1)))

    def finish() -> object:
        return world.finish(batch_id)

    ready = Snapshot()
    for death in every_death(calls_of(finish)):
        ready.restore()
        died(finish, death)
        finish()
        assert batch_of(world) in messages(), death


def test_a_facility_has_the_display_tool_while_its_contract_is_in_force(world: World) -> None:
    assert not has_display_tool(world.facility_id)
    with_display_tool(world)
    assert has_display_tool(world.facility_id)


def test_a_contract_that_was_ended_shows_nothing_any_more(world: World) -> None:
    with_display_tool(world)
    shown = world.admin.get("/contracts")["items"]
    (contract,) = (each for each in shown if each["target_id"] != world.target_id)
    world.admin.post(f"/contracts/{contract['contract_id']}/end")
    assert not has_display_tool(world.facility_id)


def test_a_contract_that_is_suspended_shows_nothing_meanwhile(world: World) -> None:
    with_display_tool(world)
    core = boto3.resource("dynamodb").Table(settings().core_table)
    (display,) = (
        row
        for row in core.scan()["Items"]
        if row["sk"].startswith("TARGET#") and row["kind"] == "display"
    )
    suspended = json.dumps(json.loads(str(display["contract"])) | {"state": "suspended"})
    core.put_item(Item=display | {"contract": suspended})
    assert not has_display_tool(world.facility_id)


def test_a_display_target_without_a_contract_shows_nothing(world: World) -> None:
    world.admin.post("/targets", {"name": "Display", "kind": "display"}, status=201)
    assert not has_display_tool(world.facility_id)


def test_whoever_looks_has_pictures_made(world: World) -> None:
    with_stills(world)
    asked = [digest(body) for body in STILLS.values()]
    assert all(each.is_being_made for each in service.shown(world.target_id, asked).values())
    deliver_all(world)
    shown = service.shown(world.target_id, asked)
    assert [shown[each].is_being_made for each in asked] == [False, False, False]
    assert messages() == []


def test_a_batch_is_divided_into_messages_of_a_hundred(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_WANTED", 2)
    with_stills(world)
    deliver(world, batch_of(world))
    asked = [digest(STILLS[path]) for path in sorted(STILLS)]
    wanted = [each.wanted for each in messages()]
    assert sorted(wanted, key=str) == sorted(
        [{examination_of(world): asked[:2]}, {examination_of(world): asked[2:]}], key=str
    )


# --- what ---------------------------------------------------------------------------------------


def test_pictures_are_made_of_all_that_have_some(world: World) -> None:
    with_pictures(world)
    made = known(world)
    assert (made[TEXT].state, made[TEXT].reason) == (State.NONE, Reason.NO_PICTURE)
    assert (made[JPEG].width, made[JPEG].height) == (320, 240)
    assert set(made[DICOM].sizes) == {Rendition.THUMB, Rendition.VIEW}
    check_pictures(world, set(object_rows(world)))


def test_a_picture_says_nothing_but_pixels(world: World) -> None:
    exif = Image.Exif()
    exif[0x010E] = f"patient {CANARY_ID}"
    image = io.BytesIO()
    Image.new("L", (64, 64)).save(image, "JPEG", exif=exif)
    assert CANARY_ID.encode() in image.getvalue()
    world.back_up({"a": image.getvalue()})
    sha256 = digest(image.getvalue())
    deliver(world, Message(target_id=world.target_id, wanted={"": [sha256]}))
    for name in (Rendition.THUMB, Rendition.VIEW):
        assert CANARY_ID.encode() not in in_bucket(world, sha256, name)


def in_bucket(world: World, sha256: str, name: Rendition) -> bytes:
    key = derived.key(world.target_id, sha256, name)
    place = {"Bucket": settings().derived_bucket, "Key": key}
    return bytes(boto3.client("s3").get_object(**place)["Body"].read())


def test_made_twice_they_are_made_once(world: World) -> None:
    with_pictures(world)
    tamper(world, b"as it was")
    deliver(world, all_of(world))
    assert in_bucket(world, digest(STILLS[JPEG]), Rendition.THUMB) == b"as it was"


def test_anew_they_are_made_again(world: World) -> None:
    with_pictures(world)
    before = in_bucket(world, digest(STILLS[JPEG]), Rendition.THUMB)
    tamper(world, b"broken")
    deliver(world, all_of(world, anew=True))
    assert in_bucket(world, digest(STILLS[JPEG]), Rendition.THUMB) == before


def test_what_an_older_renderer_made_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_pictures(world)
    before = in_bucket(world, digest(STILLS[JPEG]), Rendition.THUMB)
    tamper(world, b"coarse")
    monkeypatch.setattr("chalicelib.pictures.making.RENDERER", model.RENDERER + 1)
    deliver(world, all_of(world))
    assert in_bucket(world, digest(STILLS[JPEG]), Rendition.THUMB) == before


def tamper(world: World, body: bytes) -> None:
    derived.put(world.target_id, digest(STILLS[JPEG]), Rendition.THUMB, body)


def test_what_there_was_no_time_for_goes_into_the_next_message(world: World) -> None:
    with_stills(world)
    assert deliver(world, all_of(world), left_ms=1_000)
    assert known(world) == {}
    (left,) = messages()
    assert sorted(left.wanted[examination_of(world)]) == sorted(map(digest, STILLS.values()))
    deliver(world, left)
    assert len(known(world)) == len(STILLS)


def test_what_is_claimed_and_not_stored_gets_no_pictures(world: World) -> None:
    world.chunk(world.open_batch(), 0, a_chunk({"a": still(1)}))
    deliver(world, Message(target_id=world.target_id, wanted={"": [digest(still(1))]}))
    assert pictures_in_s3(world) == {}
    assert store.of(world.target_id, [digest(still(1))]) == {}


def test_bytes_that_are_lost_leave_the_others_their_pictures(world: World) -> None:
    with_stills(world)
    message = all_of(world)
    key = f"t/{world.target_id}/{digest(STILLS[JPEG])}"
    boto3.client("s3").delete_object(Bucket=settings().objects_bucket, Key=key)
    assert deliver(world, message)
    assert set(known(world)) == {TEXT, DICOM}


# --- shown --------------------------------------------------------------------------------------


def test_whoever_looks_gets_a_url_of_each_or_the_reason(world: World) -> None:
    with_pictures(world)
    shown = service.shown(world.target_id, map(digest, STILLS.values()))
    text, jpeg = shown[digest(STILLS[TEXT])], shown[digest(STILLS[JPEG])]
    assert (text.reason, text.urls) == (Reason.NO_PICTURE, {})
    assert set(jpeg.urls) == {Rendition.THUMB, Rendition.VIEW}
    url = jpeg.urls[Rendition.THUMB]
    assert url.startswith(f"{derived.origin()}/")
    assert f"/p/{world.target_id}/{digest(STILLS[JPEG])}/thumb.webp?" in url
    assert "X-Amz-Signature" in url


def test_another_targets_pictures_are_not_shown(world: World) -> None:
    with_pictures(world)
    asked = digest(STILLS[JPEG])
    assert service.shown("target-another", [asked])[asked].is_being_made


# --- covers -------------------------------------------------------------------------------------


def test_an_examination_has_no_cover_before_a_picture_is_made(world: World) -> None:
    with_stills(world)
    assert cover(world) is None


def test_the_cover_is_the_first_picture_by_path(world: World) -> None:
    with_pictures(world)
    assert cover(world) == digest(STILLS[JPEG])  # E-1/0.txt has none


def test_in_whatever_order_pictures_are_made_the_cover_is_the_same(world: World) -> None:
    with_stills(world)
    examination_id = examination_of(world)
    for path in (DICOM, JPEG, TEXT):
        wanted = {examination_id: [digest(STILLS[path])]}
        deliver(world, Message(target_id=world.target_id, wanted=wanted))
    assert cover(world) == digest(STILLS[JPEG])


def test_a_cover_that_somebody_else_chose_meanwhile_is_looked_at_again(world: World) -> None:
    with_pictures(world)
    at = world.target_id, examination_of(world)
    assert not examinations.put_cover(*at, "f" * 64, over=None)
    assert cover(world) == digest(STILLS[JPEG])


def test_a_cover_makes_no_examination(world: World) -> None:
    assert not examinations.put_cover(world.target_id, "exam-gone", "f" * 64, over=None)
    assert examinations.examinations(world.target_id, None) == ([], None)


def test_a_cover_stays_when_an_examination_is_described_again(world: World) -> None:
    with_pictures(world)
    world.back_up({"E-1/9.JPG": still(99)})
    assert cover(world) == digest(STILLS[JPEG])


# --- rebuilt, deleted ---------------------------------------------------------------------------


def test_a_lost_derived_bucket_is_rebuilt_by_an_operator(world: World) -> None:
    with_pictures(world)
    before = pictures_in_s3(world)
    derived.erase(before)
    assert pictures_in_s3(world) == {}
    command = {"command": "rebuild-derived", "target_id": world.target_id}
    assert world.client.lambda_.invoke("operate", command).payload == {
        "manifests": 1,
        "cursor": None,
    }
    deliver_all(world)
    assert pictures_in_s3(world) == before


def test_an_operator_goes_on_where_the_last_call_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.pictures.operations.MANIFESTS_A_CALL", 1)
    for number in range(2):
        world.back_up({f"{number}": still(number)})
    command = {"command": "rebuild-derived", "target_id": world.target_id}
    cursors = [None]
    while (
        cursor := world.client.lambda_.invoke("operate", command | {"cursor": cursors[-1]}).payload[
            "cursor"
        ]
    ) is not None:
        cursors.append(cursor)
    assert len(messages()) == len(cursors) - 1 == 2


def test_a_purge_deletes_pictures_too(world: World) -> None:
    with_pictures(world)
    brought_forward(world)
    assert deliver_purge(world)
    assert waiting(world) is None
    assert pictures_in_s3(world) == {}
    assert store.of(world.target_id, map(digest, STILLS.values())) == {}


def test_pictures_that_were_being_made_while_a_purge_came_by_are_deleted(world: World) -> None:
    """The message comes again, or looks at the end: what is not stored any more has none."""
    with_pictures(world)
    message, sha256 = all_of(world), digest(STILLS[JPEG])
    brought_forward(world)
    locks_end()
    assert deliver_purge(world)
    derived.put(world.target_id, sha256, Rendition.THUMB, b"late")
    store.put(world.target_id, Picture(sha256=sha256, state=State.MADE))
    assert deliver(world, message)
    assert pictures_in_s3(world) == {}
    assert store.of(world.target_id, [sha256]) == {}


# --- every shipped file -------------------------------------------------------------------------


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.deep)])
def test_shipped_files_are_stored_as_they_were_and_have_pictures_or_a_reason(
    client: Client, every: int
) -> None:
    """Each by itself is drawn in test_shipped_files."""
    world = build(client, capacity_bytes=100 * 2**20)
    files = {str(number): path.read_bytes() for number, path in enumerate(FILES[::every])}
    for start in range(0, len(files), 90):
        world.back_up({name: files[name] for name in list(files)[start : start + 90]})
    wanted = [digest(body) for body in files.values()]
    service.wanted(world.target_id, wanted)
    deliver_all(world)
    made = store.of(world.target_id, wanted)
    assert set(made) == set(wanted)
    assert all((each.reason is None) == bool(each.sizes) for each in made.values())
    check_pictures(world, set(object_rows(world)))
    s3, bucket = boto3.client("s3"), settings().objects_bucket
    for body in files.values():
        key = f"t/{world.target_id}/{digest(body)}"
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body


def test_the_shipped_files_are_all_there() -> None:
    assert len(FILES) == 273
