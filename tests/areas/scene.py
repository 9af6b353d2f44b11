"""A rented area, its people, and files sent to it, on moto."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

import boto3
import msgspec
from chalice.local import LambdaContext

from chalicelib.access import people_store
from chalicelib.access.model import Caller, Person, Role
from chalicelib.archive.store import objects
from chalicelib.areas import bin_times, service
from chalicelib.areas.binning import let_be_overdue
from chalicelib.areas.change import commit
from chalicelib.areas.log import Kind
from chalicelib.areas.model import ROOT, Finished, Node, OnTaken, Right
from chalicelib.contracts import purging
from chalicelib.kernel import clock
from chalicelib.settings import settings
from chalicelib.uploads.model import ChunkIn, Upload
from tests.purges.scene import locks_end, messages, purge_is_due
from tests.support.life import WITHOUT_NIGHTS
from tests.support.world import World, a_form, an_entry, days_pass

CAPACITY = 10_000_000
DOCTOR = "person-doctor"
NAME = "Teaching files"


def rent(
    world: World,
    service_class: str = "economy",
    capacity_bytes: int = CAPACITY,
    **changes: Any,
) -> World:
    """Let the world be about an area that its facility rents; returns it."""
    target = world.admin.post("/targets", {"name": NAME, "kind": "area"}, status=201)
    world.target_id = target["target_id"]
    terms = {"service_class": service_class, "capacity_bytes": capacity_bytes}
    form = a_form(world.target_id, **(WITHOUT_NIGHTS | terms | changes))
    world.contract_id = world.admin.post("/contracts", form, status=201)["contract_id"]
    path = f"/facilities/{world.facility_id}/contracts/{world.contract_id}"
    if world.admin.get(f"/contracts/{world.contract_id}")["state"] == "proposed":
        world.operator.post(f"{path}/accept")
    return world


def admin(world: World) -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)


def doctor(world: World, right: Right | None = None, person_id: str = DOCTOR) -> Caller:
    """Return a doctor of the facility, with a right in the area or none."""
    person = Person(person_id, f"{person_id}@clinic.example", Role.DOCTOR, gets_mail=False)
    if person_id not in {each.person_id for each in people_store.people_of(world.facility_id)}:
        people_store.add(world.facility_id, person)
    if right is not None:
        service.give(admin(world), world.target_id, person_id, right)
    return Caller(Role.DOCTOR, person_id, world.facility_id)


def chunk_of(files: dict[str, bytes]) -> ChunkIn:
    entries = [an_entry(path, body) for path, body in files.items()]
    return msgspec.convert({"entries": entries}, ChunkIn)


def upload(world: World, files: dict[str, bytes], caller: Caller | None = None) -> str:
    """Send *files* as far as S3; return the batch, which is not finished."""
    who = caller or admin(world)
    batch_id = service.open_upload(who, world.target_id)
    answers = service.put_chunk(who, world.target_id, batch_id, 0, chunk_of(files))
    for answer, body in zip(answers, files.values(), strict=True):
        if isinstance(answer, Upload):
            world.put_object(answer.sha256, body)
    return batch_id


def send(
    world: World,
    files: dict[str, bytes],
    folder_id: str = ROOT,
    on_taken: OnTaken = OnTaken.KEEP_BOTH,
    caller: Caller | None = None,
) -> list[Node]:
    """Take *files* through a whole upload; return the top of what came of it."""
    who = caller or admin(world)
    batch_id = upload(world, files, who)
    for body in files.values():
        world.arrived(hashlib.sha256(body).hexdigest())
    finished: Finished = service.finish_upload(who, world.target_id, batch_id, folder_id, on_taken)
    assert finished.summary.state == "complete", finished.summary
    return finished.nodes


def names(world: World, folder_id: str = ROOT, caller: Caller | None = None) -> list[str]:
    """Return the names in a folder as it is listed; folders end with a slash."""
    listed = service.listing(caller or admin(world), world.target_id, folder_id)
    return [each.name + "/" * each.is_folder for each in listed.nodes]


def in_bin(world: World) -> list[str]:
    return [each.name for each in service.binned(admin(world), world.target_id).nodes]


def used(world: World) -> int:
    return service.area(admin(world), world.target_id).used_bytes


def contents_erased(world: World) -> None:
    """Let the minute come, and what it asks the purge's function for be done."""
    world.tick()
    deliver_all(world)


def deliver_all(world: World) -> None:
    for body in messages():
        deliver(world, body)


def deliver(world: World, body: dict[str, Any]) -> None:
    """Hand a message over to the purge's function."""
    from app import purge as handle

    event = world.client.events.generate_sqs_event([json.dumps(body)], queue_name="purges")
    context: Any = LambdaContext("purge", memory_size=512, max_runtime_ms=290_000)
    assert not handle(event, context)["batchItemFailures"]


def deliver_contents(world: World) -> None:
    """Hand over what the minute asks for; also again, as SQS does when somebody died of it."""
    deliver(
        world,
        {"facility_id": world.facility_id, "target_id": world.target_id, "contents": True},
    )


def overdue(world: World, files: dict[str, bytes]) -> None:
    """Send *files* and let them have been in the bin for thirty days; no lock holds them."""
    for node in send(world, files):
        service.bin_node(admin(world), world.target_id, node.node_id)
        plan = partial(let_be_overdue, node_id=node.node_id)
        commit(world.target_id, "hokan", Kind.BINNED, plan)
    bin_times.note_now(world.facility_id, world.target_id)
    locks_end()
    batches_end(world)


def batches_end(world: World) -> None:
    """Let no batch count on any content any more, as three days do."""
    table = boto3.resource("dynamodb").Table(settings().catalogue_table)
    for row in list(objects.all_of(world.target_id)):
        key = {"pk": f"TARGET#{world.target_id}", "sk": f"OBJECT#{row.sha256}"}
        table.update_item(Key=key, UpdateExpression="REMOVE wanted_until")


def in_root(world: World, name: str) -> Node:
    listed = service.listing(admin(world), world.target_id).nodes
    return next(each for each in listed if each.name == name)


def erased(world: World, name: str) -> None:
    """Erase a file of the root and its bytes; no lock holds them and no batch counts on them."""
    place = (admin(world), world.target_id, in_root(world, name).node_id)
    service.bin_node(*place)
    service.erase_now(*place)
    locks_end()
    batches_end(world)
    contents_erased(world)


def ended(world: World) -> None:
    """End the area's contract, say that all is kept elsewhere, and let its date have come."""
    world.admin.post(f"/contracts/{world.contract_id}/end")
    purging.ask(admin(world), world.contract_id, NAME)
    purge_is_due(world)


def a_month_passes(world: World) -> None:
    """Let the bin's thirty days, and S3's locks, be over."""
    days_pass(world, 31 + _days_so_far())
    locks_end()


def _days_so_far() -> int:
    return (clock.now() - clock.wall_now()).days
