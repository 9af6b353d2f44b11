"""What functions also do, off the straight road: handlers, in worlds that make them do it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count

import boto3

from chalicelib import queues
from chalicelib.access.model import Role
from chalicelib.buckets import derived
from chalicelib.contracts.local import forget_zones
from chalicelib.discs import worker
from chalicelib.discs.model import Runs
from chalicelib.kernel import clock
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind
from chalicelib.pictures.service import Message
from chalicelib.settings import settings
from tests.archive.test_rebuild import lose_everything
from tests.areas import scene as area_scene
from tests.charts.scene import examined, path_of, saved
from tests.dicomweb.scene import ask as view
from tests.dicomweb.scene import back_up as find
from tests.dicomweb.scene import messages as parts
from tests.dicomweb.scene import shipped, taken, uids_of
from tests.discs.scene import deliver as deliver_discs
from tests.discs.scene import ordered as discs_ordered
from tests.exports.scene import asked, deliver
from tests.faults.area_invariants import rows_of
from tests.faults.crashes import Fault, calls_of, died
from tests.faults.stories import (
    BIG,
    STORIES,
    Act,
    Prepare,
    areas,
    calls,
    captures,
    commands,
    desks,
    in_hours,
)
from tests.faults.stories.patient_charts import PATIENT
from tests.faults.stories.telling import clicks
from tests.offline.scene import asked as with_album
from tests.patient_charts.scene import a_signed, released
from tests.pictures.making import (
    STILLS,
    all_of,
    batch_of,
    with_display_tool,
    with_pictures,
    with_stills,
)
from tests.pictures.making import deliver as deliver_pictures
from tests.purges.scene import brought_forward
from tests.purges.scene import deliver as deliver_purge
from tests.support import mailbox
from tests.support.invoices import an_issuer
from tests.support.life import show
from tests.support.pool import make_pool
from tests.support.snapshot import Snapshot
from tests.support.visitor import signed_in
from tests.support.world import World, a_chunk, signed_in_again

DETOURS: list[tuple[str, Prepare]] = []
BODY = b"one"
SHA256 = hashlib.sha256(BODY).hexdigest()
LARGE = "US1_UNCR.dcm"  # a frame of 0.9 MB
CT_SMALL = hashlib.sha256(shipped("CT_small.dcm")).hexdigest()
FINISH = "POST /targets/{target_id}/batches/{batch_id}/finish"


def detour(handler: str) -> Callable[[Prepare], Prepare]:
    def told(prepare: Prepare) -> Prepare:
        DETOURS.append((handler, prepare))
        return prepare

    return told


def claimed(world: World, body: bytes | None = BODY) -> str:
    """Claim BODY and let *body* arrive under its name (None: nothing); return the batch."""
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": BODY}))
    if body is not None:
        world.put_object(SHA256, body)
    return batch_id


def begun(world: World) -> str:
    """Claim a large object and begin its upload in parts; return the batch."""
    batch_id = world.open_batch()
    entry = {"path": "big", "size": BIG, "sha256": "b" * 64, "examination": None}
    world.chunk(batch_id, 0, {"entries": [entry]})
    world.agent.post(f"/targets/{world.target_id}/batches/{batch_id}/multipart/{'b' * 64}")
    return batch_id


def after_dying_at(act: Act, operation: str) -> None:
    """Let *act* die right after its first call of *operation*."""
    ready = Snapshot()
    place = calls_of(act).index(operation)
    ready.restore()
    assert died(act, Fault(place, "after"))


@detour("ingest")
def _(world: World) -> Act:
    return lambda: world.deliver([f"t/{world.target_id}/{'0' * 64}"])


@detour("ingest")
def _(world: World) -> Act:
    world.put_object(SHA256, BODY)
    return lambda: world.arrived(SHA256)  # nobody claimed it


@detour("ingest")
def _(world: World) -> Act:
    claimed(world, b"other bytes")
    return lambda: world.arrived(SHA256)


@detour("PUT /targets/{target_id}/batches/{batch_id}/chunks/{number}")
def _(world: World) -> Act:
    claimed(world, None)
    path = f"/targets/{world.target_id}/batches/{world.open_batch()}/chunks/0"
    return calls(world.agent, "PUT", path, a_chunk({"a": BODY}))  # takes the claim over


@detour(FINISH)
def _(world: World) -> Act:
    batch_id = claimed(world, b"other bytes")
    given_up = [{"path": "a", "reason": "unreadable"}]
    return lambda: world.finish(batch_id, given_up)


@detour(FINISH)
def _(world: World) -> Act:
    batch_id = begun(world)
    given_up = [{"path": "big", "reason": "unreadable"}]
    return lambda: world.finish(batch_id, given_up)


@detour(FINISH)
def _(world: World) -> Act:
    batch_id = claimed(world)
    world.arrived(SHA256)
    after_dying_at(lambda: world.finish(batch_id), "PutObject")
    return lambda: world.finish(batch_id)  # the manifest is there already


@detour("sweep")
def _(world: World) -> Act:
    claimed(world, b"other bytes")
    begun(world)
    return lambda: world.sweep(in_hours(49))


@detour("sweep")
def _(world: World) -> Act:
    claimed(world)
    world.arrived(SHA256)
    at = in_hours(49)
    after_dying_at(lambda: world.sweep(at), "PutObject")
    return lambda: world.sweep(at)


@detour("POST /restores/{restore_id}/files")
def _(world: World) -> Act:
    world.back_up({"a": BODY})
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    grant = {
        "target_id": world.target_id,
        "scope": "patient",
        "patient_key": patient["patient_key"],
        "agent_id": world.agent.agent_id,
    }
    restore_id = world.doctor.post("/restores", grant, status=201)["restore_id"]
    return calls(world.agent, "POST", f"/restores/{restore_id}/files", {"cursor": None})


@detour("sweep")
def _(world: World) -> Act:
    claimed(world)
    large = {"path": "big", "size": 95 * 2**20, "sha256": "b" * 64, "examination": None}
    world.chunk(world.open_batch(), 0, {"entries": [large]})  # the next batch fills the target
    return lambda: world.sweep(in_hours(49))


@detour("tick")
def _(world: World) -> Act:
    """Inquiries: filed, overdue, answered, left by a department that was dissolved."""
    at = desks.of_a_minute(world)
    return lambda: world.tick(at)


@detour("tick")
def _(world: World) -> Act:
    """Captures that were wanted, where kept ones get pictures."""
    at = clock.text(captures.broken_off(world))
    with_display_tool(world)
    return lambda: world.tick(at)


@detour("tick")
def _(world: World) -> Act:
    """A notice is sent, and another one is a year old."""
    mailbox.switch_on(HOKAN_OPERATOR_MAIL=mailbox.PROVIDER)
    facts = {"target_name": "X-ray", "due_at": "2026-04-01T02:00:00+09:00"}
    notices.put(world.facility_id, Kind.JOB_MISSED, "old", facts)
    world.tick()
    notices.put(world.facility_id, Kind.JOB_MISSED, "new", facts)
    return lambda: world.tick(in_hours(366 * 24))


@detour("POST /portal/people")
def _(world: World) -> Act:
    """Goes on with an account whose making was cut off."""
    make_pool(require_mfa=False).add("suzuki@aoba.example", "doctors", world.facility_id)
    visitor = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    typed = {"account": lambda: "suzuki@aoba.example", "role": lambda: "doctor"}
    return clicks(visitor, "POST", "/portal/people", **typed)


@detour("GET /portal/queues")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the queues
    queues.forget_connections()  # as in a new process
    return clicks(signed_in(Role.OPERATOR), "GET", "/portal/queues")


@detour("POST /portal/queues/{work}/send-back")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the queues
    """A ZIP that could not be built."""
    client = boto3.client("sqs")
    dead = client.get_queue_url(QueueName=settings().export_dead_letters)["QueueUrl"]
    client.send_message(QueueUrl=dead, MessageBody="{}")
    return clicks(signed_in(Role.OPERATOR), "POST", "/portal/queues/export/send-back")


@detour("export")
def _(world: World) -> Act:
    world.back_up({"a": BODY})
    export = asked(world)
    world.put_object(SHA256, b"other bytes")
    return lambda: deliver(world, export)


@detour("export")
def _(world: World) -> Act:
    world.back_up({"a": BODY})
    (batch,) = world.doctor.get(f"/targets/{world.target_id}/batches")["items"]
    export = asked(world, scope="batch", subject=batch["batch_id"])
    forget_zones()
    return lambda: deliver(world, export)


@detour("export")
def _(world: World) -> Act:
    """Its album waits for pictures."""
    with_display_tool(world)
    with_stills(world)
    export = with_album(world)
    queues.forget_connections()  # as in a new process
    return lambda: deliver(world, export)


@detour("derive")
def _(world: World) -> Act:
    """There is no time: the next message does it."""
    with_stills(world)
    message = all_of(world)
    queues.forget_connections()  # as in a new process
    return lambda: deliver_pictures(world, message, left_ms=1_000)


@detour("derive")
def _(world: World) -> Act:
    """A batch is divided."""
    with_stills(world)
    message = batch_of(world)
    return lambda: deliver_pictures(world, message)


@detour("derive")
def _(world: World) -> Act:
    """What was deleted meanwhile gets no pictures."""
    return lambda: deliver_pictures(
        world, Message(target_id=world.target_id, wanted={"": ["0" * 64]})
    )


@detour("derive")
def _(world: World) -> Act:
    """What viewers would have found was deleted meanwhile."""
    taken(world, "CT_small.dcm")
    (message,) = parts(world)
    deliver_pictures(world, message)
    boto3.client("dynamodb").delete_item(
        TableName=settings().catalogue_table,
        Key={"pk": {"S": f"TARGET#{world.target_id}"}, "sk": {"S": f"OBJECT#{CT_SMALL}"}},
    )
    return lambda: deliver_pictures(world, message)


@detour("GET /dicom-web/targets/{target_id}/studies")
def _(world: World) -> Act:
    """A viewer looks for a patient."""
    find(world, "CT_small.dcm")
    return lambda: view(world.doctor, world, "", PatientID="1CT1")


@detour("GET /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance}")
def _(world: World) -> Act:
    """Frames are too large for an answer."""
    find(world, LARGE)
    path = "/{study}/series/{series}/instances/{instance}/frames/{frames}"
    frames = ",".join("11111")
    asked = path.format(**uids_of(LARGE), frames=frames)
    return lambda: view(world.doctor, world, asked, "*/*")


@detour(FINISH)
def _(world: World) -> Act:
    """Somebody looks at images here."""
    with_display_tool(world)
    batch_id = claimed(world)
    world.arrived(SHA256)
    queues.forget_connections()  # as in a new process
    return lambda: world.finish(batch_id)


@detour("GET /portal/album")
def _(world: World) -> Act:
    """The album has pictures to show."""
    with_display_tool(world)
    with_pictures(world)
    return clicks(signed_in(Role.DOCTOR, world.facility_id), "GET", "/portal/album")


@detour("sweep")
def _(world: World) -> Act:
    with_display_tool(world)
    claimed(world)
    world.arrived(SHA256)
    queues.forget_connections()  # as in a new process
    return lambda: world.sweep(in_hours(49))


@detour("operate: rebuild-derived")
def _(world: World) -> Act:
    world.back_up({"a": BODY})
    queues.forget_connections()  # as in a new process
    return commands(world, "rebuild-derived", target_id=world.target_id)


@detour("POST /portal/queues/{work}/send-back")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the queues
    """Discs that could not be built."""
    client = boto3.client("sqs")
    dead = client.get_queue_url(QueueName=settings().disc_dead_letters)["QueueUrl"]
    client.send_message(QueueUrl=dead, MessageBody="{}")
    return clicks(signed_in(Role.OPERATOR), "POST", "/portal/queues/discs/send-back")


@detour("POST /portal/queues/{work}/send-back")
def _(world: World) -> Act:  # noqa: ARG001 - it makes the queues
    """Pictures that could not be made."""
    client = boto3.client("sqs")
    dead = client.get_queue_url(QueueName=settings().derive_dead_letters)["QueueUrl"]
    client.send_message(QueueUrl=dead, MessageBody="{}")
    return clicks(signed_in(Role.OPERATOR), "POST", "/portal/queues/derive/send-back")


@detour("purge")
def _(world: World) -> Act:
    """There are pictures, headers for viewers, and frames that one of them fetched."""
    with_pictures(world)
    find(world, "CT_small.dcm")
    derived.put_file(f"f/{world.target_id}/{SHA256}/1", BODY, "multipart/related")
    brought_forward(world)
    deliver_purge(world, left_ms=1_000)
    return lambda: deliver_purge(world)


@detour("purge")
def _(world: World) -> Act:
    """There is no time: the next message does it."""
    brought_forward(world)
    queues.forget_connections()  # as in a new process
    return lambda: deliver_purge(world, left_ms=1_000)


@detour("purge")
def _(world: World) -> Act:
    """Records are kept for five years: it asks how old the newest is."""
    brought_forward(world, asked=False)
    return lambda: deliver_purge(world)


@detour("tick")
def _(world: World) -> Act:
    brought_forward(world)
    queues.forget_connections()  # as in a new process
    return world.tick


@detour("tick")
def _(world: World) -> Act:
    brought_forward(world, asked=False)
    return world.tick


@detour("POST /targets/{target_id}/examinations/{examination_id}/chart/sign")
def _(world: World) -> Act:
    """The version lies in the bucket already: it is looked at."""
    examination = examined(world)
    revision = saved(world, examination)["revision"]
    sign = calls(world.doctor, "POST", path_of(world, examination, "/sign"), {"revision": revision})
    after_dying_at(sign, "PutObject")
    return sign


@detour(f"POST {PATIENT}/release")
def _(world: World) -> Act:
    """The release lies in the bucket already: it is looked at."""
    release = STORIES[f"POST {PATIENT}/release"](world)
    after_dying_at(release, "PutObject")
    return release


@detour("operate: rebuild-catalogue")
def _(world: World) -> Act:
    released(world, a_signed(world))
    return commands(world, "rebuild-catalogue", target_id=world.target_id)


@detour("purge")
def _(world: World) -> Act:
    released(world, a_signed(world))
    brought_forward(world)
    return lambda: deliver_purge(world)


@detour("operate: redrive")
def _(world: World) -> Act:
    queues.forget_connections()  # as in a new process
    return commands(world, "redrive")


@detour("tick")
def an_invoice_is_never_paid(world: World) -> Act:
    """Its contract goes into grace, is suspended, and ends."""
    an_issuer()
    return lambda: days_go_by(world, 0, 3, 120)


@detour("tick")
def a_term_is_cut_short(world: World) -> Act:
    """What was paid in vain is given back."""
    an_issuer()
    days_go_by(world, 0, 3)
    signed_in_again(world)
    path = f"/contracts/{world.contract_id}/cancellation"
    world.admin.post(path, {"policy": "short_rate"})
    return lambda: days_go_by(world, 0, 1)


def days_go_by(world: World, *days: int) -> None:
    """Let the minute's schedule come by after so many days each: in vain in between."""
    for each in days:
        show(clock.now() + timedelta(days=each))
        for _ in range(3):
            world.tick()


# --- discs ----------------------------------------------------------------------------------------


@detour("media")
def _(world: World) -> Act:
    """There is no time: the next message does it."""
    world.back_up({"a": BODY})
    order = discs_ordered(world)
    queues.forget_connections()  # as in a new process
    return lambda: deliver_discs(world, order, left_ms=1_000)


@detour("media")
def _(world: World) -> Act:
    """Half of it is there: what has gone up is looked for, and the rest follows."""
    world.back_up({"a": BODY})
    order = discs_ordered(world)
    after_dying_at(lambda: deliver_discs(world, order), "UploadPart")
    clock.move(int(worker.LEASE.total_seconds()) + 1)
    return lambda: deliver_discs(world, order)


@detour("media")
def _(world: World) -> Act:
    """Its album waits for pictures."""
    with_display_tool(world)
    with_stills(world)
    order = discs_ordered(world, has_album=True)
    queues.forget_connections()  # as in a new process
    return lambda: deliver_discs(world, order)


@detour("media")
def _(world: World) -> Act:
    """Its time is over in the middle of its album, which is given up."""
    with_display_tool(world)
    with_pictures(world)
    order = discs_ordered(world, has_album=True)
    looks = count()
    has_time = lambda: next(looks) < len(STILLS)  # noqa: E731 - a name for a question
    place = (order.facility_id, order.order_id, has_time)

    def act() -> None:
        with suppress(worker.OutOfTime):
            worker.build(*place, by=Runs.LAMBDA)

    return act


@detour("media")
def _(world: World) -> Act:
    """It is a patient's."""
    world.back_up({"a": BODY})
    (patient,) = world.doctor.get(f"/targets/{world.target_id}/patients")["items"]
    order = discs_ordered(world, scope="patient", subject=patient["patient_key"])
    return lambda: deliver_discs(world, order)


@detour("media")
def _(world: World) -> Act:
    """What is stored is not what it was: the operator is told."""
    world.back_up({"a": BODY})
    order = discs_ordered(world)
    world.put_object(SHA256, b"other bytes")
    return lambda: deliver_discs(world, order)


@detour("media")
def _(world: World) -> Act:
    """Of an area that was changed since; what was begun with is erased by then."""
    areas.filled(world)
    order = discs_ordered(world)
    with suppress(worker.OutOfTime):
        worker.build(order.facility_id, order.order_id, lambda: False, by=Runs.LAMBDA)
    area_scene.erased(world, "two.txt")
    return lambda: deliver_discs(world, order)


@detour("tick")
def _(world: World) -> Act:
    """A deluxe area's discs of a month are due; it was changed since."""
    areas.filled(world, "deluxe")
    begins = clock.text(clock.now() + timedelta(days=32))
    area_scene.erased(world, "two.txt")
    return lambda: world.tick(begins)


@detour("tick")
def _(world: World) -> Act:
    """The message of an order was lost."""
    world.back_up({"a": BODY})
    discs_ordered(world)
    queues.forget_connections()  # as in a new process
    at = in_hours(1.1)
    return lambda: world.tick(at)


# --- rented areas ---------------------------------------------------------------------------------


@detour("purge")
def _(world: World) -> Act:
    """Contents that nothing refers to any more, with a picture of one."""
    areas.rented(world)
    area_scene.overdue(world, {"a/one.txt": b"one"})
    derived.put(world.target_id, SHA256, "thumb", b"a picture")
    world.tick()
    ahead(world)
    return lambda: area_scene.deliver_contents(world)


@detour("purge")
def _(world: World) -> Act:
    """A whole area, with its log."""
    areas.filled(world)
    area_scene.ended(world)
    return lambda: deliver_purge(world)


@detour("tick")
def _(world: World) -> Act:
    """Files an agent sent have their place, and what fell due in the bin is erased."""
    areas.filled(world)
    area_scene.overdue(world, {"c.txt": b"c"})
    world.back_up({"E-1/one.txt": b"1"})
    ahead(world)
    at = in_hours(1)
    return lambda: world.tick(at)


def ahead(world: World) -> None:
    """Let somebody have died with a change in the log alone: whoever comes next makes it."""
    path = f"/areas/{world.target_id}/folders"
    after_dying_at(calls(world.admin, "POST", path, {"name": "first"}), "PutObject")


@detour("POST /areas/{target_id}/folders")
def _(world: World) -> Act:
    areas.filled(world)
    ahead(world)
    return calls(world.admin, "POST", f"/areas/{world.target_id}/folders", {"name": "second"})


@detour("operate: rebuild-catalogue")
def _(world: World) -> Act:
    """An area whose tables are lost, one of whose contents was erased."""
    areas.filled(world)
    area_scene.overdue(world, {"c.txt": b"c"})
    area_scene.contents_erased(world)
    lose_everything()
    return commands(world, "rebuild-catalogue", target_id=world.target_id)


@detour("operate: rebuild-catalogue")
def _(world: World) -> Act:
    """An area that lost some rows."""
    areas.filled(world)
    lose_nodes(world)
    return commands(world, "rebuild-catalogue", target_id=world.target_id)


def lose_nodes(world: World) -> None:
    table = boto3.resource("dynamodb").Table(settings().catalogue_table)
    for sk in [sk for sk in rows_of(world.target_id) if sk.startswith("NODE#")]:
        table.delete_item(Key={"pk": f"TARGET#{world.target_id}", "sk": sk})


@detour("sweep")
def _(world: World) -> Act:
    """A batch of an area that nobody finished: its files wait for their place."""
    areas.rented(world)
    area_scene.upload(world, {"one.txt": b"one"})
    at = in_hours(49)
    return lambda: world.sweep(at)
