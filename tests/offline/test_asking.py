"""Asking for an album: who may, what is on record, and waiting for pictures."""

from __future__ import annotations

import json

import boto3
import msgspec
import pytest
from chalice.local import LambdaContext

from chalicelib.access.model import Role
from chalicelib.audit.store import of_facility
from chalicelib.exports import building, service
from chalicelib.exports.building import MOST_WAITS
from chalicelib.exports.model import BUILD_LIFE, Export, State
from chalicelib.exports.service import Message
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from chalicelib.offline import events
from chalicelib.settings import settings
from tests.album.scene import with_tool
from tests.exports.scene import caller, deliver, in_bucket, now, selection, unzipped
from tests.exports.test_pages import hidden, new, said
from tests.faults.crashes import calls_of, died, every_death
from tests.offline.scene import asked, page_of, pages, ready, with_examinations, with_pictures
from tests.pictures.making import deliver_all
from tests.support.snapshot import Snapshot, sqs
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World


def doctor(world: World, language: str = "en") -> Visitor:
    found = signed_in(Role.DOCTOR, world.facility_id)
    found.language = language
    return found


def waiting() -> list[Message]:
    """Return the messages of the exports' queue, also those that are handed out later."""
    found = sqs().queues[settings().export_queue]._messages
    return [msgspec.json.decode(each.body, type=Message) for each in found]


def deliver_after(world: World, export: Export, waits: int) -> bool:
    """Hand over the message of an export that has waited so often."""
    from app import export as handle

    body = msgspec.json.encode(Message(export.facility_id, export.export_id, waits)).decode()
    event = world.client.events.generate_sqs_event([body], queue_name="exports")
    context = LambdaContext("export", memory_size=1769, max_runtime_ms=900_000)
    return not handle(event, context)["batchItemFailures"]


# --- who may, and what is on record ---------------------------------------------------------------


def test_without_a_display_tool_there_is_no_album(world: World) -> None:
    with_examinations(world)
    with pytest.raises(Conflict) as refused:
        asked(world)
    assert refused.value.code == "no-display-tool"


def test_an_album_takes_fewer_bytes_than_a_plain_zip(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_BYTES_WITH_ALBUM", 3)
    ready(world)
    service.ask(caller(world), service.new_id(), selection(world))
    with pytest.raises(Conflict) as refused:
        asked(world)
    assert refused.value.code == "zip-too-large"
    page = doctor(world).get(new(world, "/check?scope=target&by=album"))
    assert "which takes 10,000 files and 3 B" in said(page)


def test_the_page_offers_an_album_only_with_a_display_tool(world: World) -> None:
    with_examinations(world)
    path = new(world, "/how?scope=target")
    assert 'value="album"' not in doctor(world).get(path).text
    assert "For facilities with a contract for a display tool." in said(doctor(world).get(path))
    with_tool(world)
    assert 'value="album"' in doctor(world).get(path).text


def test_what_is_offered_to_nobody_is_refused_on_the_page(world: World) -> None:
    with_examinations(world)
    page = doctor(world).get(new(world, "/check?scope=target&by=album"))
    assert "An album is for facilities with a contract for a display tool." in said(page)
    assert "Make the ZIP" not in said(page)


def test_a_doctor_comes_to_an_album_in_their_own_language(world: World) -> None:
    ready(world)
    visitor = doctor(world, "ja")
    page = visitor.get(new(world, "/check?scope=target&by=album"))
    visitor.send("/portal/restores", **hidden(page))
    (export,) = service.newest(caller(world))
    assert deliver(world, export)
    assert '<html lang="ja">' in unzipped(in_bucket(export))["index.html"].decode()


def test_an_album_is_on_record_when_it_is_made_and_when_it_is_fetched(world: World) -> None:
    ready(world)
    export = asked(world)
    deliver(world, export)
    service.download(caller(world), export.export_id)
    actions = [event.action for _, event, _ in of_facility(world.facility_id)]
    assert [each for each in actions if "album" in each] == ["make-album-target", "download-album"]


def test_a_plain_zip_is_on_record_as_no_album(world: World) -> None:
    with_pictures(world)
    export = service.ask(caller(world), service.new_id(), selection(world))
    deliver(world, export)
    service.download(caller(world), export.export_id)
    actions = [event.action for _, event, _ in of_facility(world.facility_id)]
    assert [each for each in actions if "album" in each] == []


# --- pictures that nobody has made yet ------------------------------------------------------------


def test_an_album_waits_for_pictures_and_has_them_made(world: World) -> None:
    with_tool(world)
    with_examinations(world)
    export = asked(world)
    assert deliver(world, export)
    assert now(export).state is State.QUEUED
    assert waiting()[-1] == Message(export.facility_id, export.export_id, waits=1)
    deliver_all(world)
    assert deliver_after(world, export, waits=1)
    assert now(export).state is State.READY
    assert "its picture was not made" not in "".join(pages(unzipped(in_bucket(export))).values())


def test_pictures_are_asked_for_once_however_often_it_waits(world: World) -> None:
    with_tool(world)
    with_examinations(world)
    export = asked(world)
    deliver(world, export)
    url = boto3.client("sqs").get_queue_url(QueueName=settings().derive_queue)["QueueUrl"]
    boto3.client("sqs").purge_queue(QueueUrl=url)
    deliver_after(world, export, waits=1)
    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=url)


def test_a_picture_that_does_not_come_is_named_in_the_end(world: World) -> None:
    with_tool(world)
    with_examinations(world)
    export = asked(world)
    assert deliver_after(world, export, MOST_WAITS)
    folder = unzipped(in_bucket(export))
    assert "its picture was not made in time" in page_of(folder, "E-3/a.jpg")


def test_a_zip_without_an_album_waits_for_nothing(world: World) -> None:
    with_examinations(world)
    export = service.ask(caller(world), service.new_id(), selection(world))
    assert deliver(world, export)
    assert now(export).state is State.READY


def test_what_waits_knows_nobody(world: World) -> None:
    with_tool(world)
    with_examinations(world)
    export = asked(world)
    deliver(world, export)
    assert set(json.loads(msgspec.json.encode(waiting()[-1]))) == {
        "facility_id",
        "export_id",
        "waits",
    }


# --- in time, whatever dies -----------------------------------------------------------------------


def test_an_album_that_runs_out_of_time_says_so(world: World) -> None:
    ready(world)
    export = asked(world)
    left = iter([True] * 12)  # the files are done by then
    told = Message(export.facility_id, export.export_id)
    building.build(told, lambda: next(left, False), events.BESIDE)
    assert (now(export).state, now(export).failure) == (State.FAILED, "took-too-long")


def test_who_waits_may_die_at_any_call_and_the_album_still_comes(world: World) -> None:
    with_tool(world)
    with_examinations(world)
    export = asked(world)
    ready = Snapshot()
    for death in every_death(calls_of(lambda: deliver(world, export))):
        ready.restore()
        clock.move(0)
        assert died(lambda: deliver(world, export), death), death
        clock.move(int(BUILD_LIFE.total_seconds()) + 1)
        assert deliver(world, export), death
        deliver_all(world)
        assert deliver_after(world, export, waits=1), death
        assert now(export).state is State.READY, death
