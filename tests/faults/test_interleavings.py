"""Two at once, in every order of their AWS calls: nothing is lost, overshot or done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator

import msgspec
import pytest
from chalice.test import Client

from chalicelib.access import service as access
from chalicelib.access import signatures
from chalicelib.access.model import Caller, Role
from chalicelib.access.signatures import SignedMessage
from chalicelib.album import service as album_service
from chalicelib.archive.model import examination_id
from chalicelib.charts.model import Chart, Kind
from chalicelib.contracts import changing
from chalicelib.contracts import service as contracts
from chalicelib.contracts.amending import Change
from chalicelib.contracts.model import Timing, TimingKind
from chalicelib.dicomweb import storing
from chalicelib.jobs import scanner
from chalicelib.jobs import service as jobs
from chalicelib.jobs.model import JobState, Progress
from chalicelib.kernel import clock
from chalicelib.minute import HANDLERS
from chalicelib.patient_charts import desk
from chalicelib.patient_charts import service as releases
from chalicelib.patient_charts.service import Place
from chalicelib.purges import steps as purge_steps
from chalicelib.uploads import service, settlement
from chalicelib.uploads.model import ChunkIn, Upload
from chalicelib.uploads.settlement import Outcome
from chalicelib.uploads.sweep import sweep
from tests.album import scene as album
from tests.charts.scene import doctor_of, signed
from tests.dicomweb.sending import an_instance
from tests.faults.interleaving import Act, Actor, in_every_order, interrupted
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import in_hours, settle
from tests.patient_charts import scene as patient_charts
from tests.purges.scene import brought_forward
from tests.support.snapshot import once
from tests.support.world import World, a_chunk, build, enrolled, sign

DEEP = 500
SMALL = 20  # bytes of capacity: two chunks of 12 do not both fit
BODY = b"twelve bytes"
SHA256 = hashlib.sha256(BODY).hexdigest()
OTHER = b"other twelve"
LITTLE = b"little"  # there is room for it beside a BODY
BODIES = {hashlib.sha256(body).hexdigest(): body for body in (BODY, OTHER, LITTLE)}
Pair = Callable[[World], tuple[Act, Act]]
PAIRS: dict[str, Pair] = {}


ALIKE = {  # both do the same, each with a thing of its own or with one
    "open case, open case: the last place",
    "open case, open case: the same one",
    "send, send: the last bytes",
    "send, send: the same file",
}


def pair(name: str) -> Callable[[Pair], Pair]:
    def told(prepare: Pair) -> Pair:
        PAIRS[name] = prepare
        return prepare

    return told


# Handlers are called below HTTP: Chalice keeps one current request a process, as a Lambda does.


def agent(world: World) -> Caller:
    return Caller(Role.AGENT, world.agent.agent_id, world.facility_id)


def admin(world: World) -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person", world.facility_id)


def reserving(world: World, body: bytes = BODY) -> Act:
    """Return an agent that claims *body* in a batch of its own."""
    batch_id = world.open_batch()
    sent = msgspec.convert(a_chunk({"a": body}), ChunkIn)
    return lambda: service.put_chunk(agent(world), world.target_id, batch_id, 0, sent)


def settling(world: World) -> Act:
    return lambda: settlement.settle(f"t/{world.target_id}/{SHA256}")


def amending(world: World, change: Change) -> Act:
    return lambda: changing.amend(admin(world), world.contract_id, change)


def finishing(world: World, batch_id: str) -> Act:
    return lambda: service.finish(agent(world), world.target_id, batch_id, [])


def awaited(world: World) -> str:
    """Claim BODY and store its bytes; return the batch."""
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": BODY}))
    world.put_object(SHA256, BODY)
    return batch_id


@pair("reserve, reserve: the last bytes")
def _(world: World) -> tuple[Act, Act]:
    return reserving(world), reserving(world, OTHER)


@pair("reserve, reserve: room for both")
def _(world: World) -> tuple[Act, Act]:
    return reserving(world), reserving(world, LITTLE)


@pair("reserve, reserve: the same content")
def _(world: World) -> tuple[Act, Act]:
    return reserving(world), reserving(world)


@pair("reserve, settle")
def _(world: World) -> tuple[Act, Act]:
    awaited(world)
    return reserving(world), settling(world)


@pair("settle, settle: a duplicate")
def _(world: World) -> tuple[Act, Act]:
    awaited(world)
    return settling(world), settling(world)


@pair("settle, sweep")
def _(world: World) -> tuple[Act, Act]:
    awaited(world)
    at = in_hours(49)
    return settling(world), lambda: sweep(clock.parse(at))


@pair("reserve, sweep: a claim taken over as it ends")
def _(world: World) -> tuple[Act, Act]:
    world.chunk(world.open_batch(), 0, a_chunk({"a": BODY}))
    clock.move(2 * 3600)
    at = in_hours(23)  # the first claim is over, a renewed one is not
    return reserving(world), lambda: sweep(clock.parse(at))


@pair("complete, late event")
def _(world: World) -> tuple[Act, Act]:
    return finishing(world, awaited(world)), settling(world)


@pair("complete, complete")
def _(world: World) -> tuple[Act, Act]:
    batch_id = awaited(world)
    settling(world)()
    return finishing(world, batch_id), finishing(world, batch_id)


@pair("complete, sweep")
def _(world: World) -> tuple[Act, Act]:
    batch_id = awaited(world)
    settling(world)()
    at = in_hours(49)
    return finishing(world, batch_id), lambda: sweep(clock.parse(at))


@pair("end contract, reserve")
def _(world: World) -> tuple[Act, Act]:
    return lambda: contracts.end(admin(world), world.contract_id), reserving(world)


@pair("amend plan, reserve: a smaller capacity")
def _(world: World) -> tuple[Act, Act]:
    reserve = reserving(world)
    contracts.end(admin(world), world.contract_id)
    amended = sign(world, accept=False, capacity_bytes=SMALL - len(BODY) + 1)
    operator = Caller(Role.OPERATOR, "person", "")
    return lambda: contracts.accept(operator, world.facility_id, amended), reserve


@pair("amend contract, reserve: a smaller capacity")
def _(world: World) -> tuple[Act, Act]:
    smaller = Change(capacity_bytes=SMALL - len(BODY) + 1)
    return amending(world, smaller), reserving(world)


@pair("amend contract, reserve: more capacity")
def _(world: World) -> tuple[Act, Act]:
    return amending(world, Change(capacity_bytes=2 * SMALL)), reserving(world)


@pair("amend contract, amend contract")
def _(world: World) -> tuple[Act, Act]:
    later = Change(timing=Timing(TimingKind.NIGHTLY, "03:00"))
    return amending(world, Change(capacity_bytes=2 * SMALL)), amending(world, later)


@pair("amend contract, end contract")
def _(world: World) -> tuple[Act, Act]:
    larger = Change(capacity_bytes=2 * SMALL)
    return amending(world, larger), lambda: contracts.end(admin(world), world.contract_id)


@pair("revoke, reserve")
def _(world: World) -> tuple[Act, Act]:
    batch_id = world.open_batch()
    path = f"/targets/{world.target_id}/batches/{batch_id}/chunks/0"
    chunk = json.dumps(a_chunk({"a": BODY})).encode()

    def upload() -> object:
        headers = world.agent.headers("PUT", path, chunk)
        message = SignedMessage("PUT", f"https://hokan.invalid{path}", headers)
        caller = signatures.caller_of(message, chunk, clock.now())
        sent = msgspec.json.decode(chunk, type=ChunkIn)
        return service.put_chunk(caller, world.target_id, batch_id, 0, sent)

    return lambda: access.revoke_agent(admin(world), world.agent.agent_id), upload


# --- backup jobs ---------------------------------------------------------------------------------


def minute(at: str) -> Act:
    return lambda: scanner.scan(clock.parse(at), HANDLERS)


def job_taken(world: World) -> str:
    world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)
    return str(world.take()["job_id"])


@pair("minute, minute: a night and a missed job")
def _(world: World) -> tuple[Act, Act]:
    world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)
    return minute(in_hours(25)), minute(in_hours(25))


@pair("minute, amend contract: another time")
def _(world: World) -> tuple[Act, Act]:
    later = Change(timing=Timing(TimingKind.NIGHTLY, "03:00"))
    return minute(in_hours(25)), amending(world, later)


@pair("minute, end contract")
def _(world: World) -> tuple[Act, Act]:
    return minute(in_hours(25)), lambda: contracts.end(admin(world), world.contract_id)


@pair("take job, take job: two agents")
def _(world: World) -> tuple[Act, Act]:
    pressed = world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)["job_id"]
    other = Caller(Role.AGENT, enrolled(world.client, world.admin).agent_id, world.facility_id)
    return lambda: jobs.take(agent(world), pressed), lambda: jobs.take(other, pressed)


@pair("take job, minute: as it is missed")
def _(world: World) -> tuple[Act, Act]:
    pressed = world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)["job_id"]
    return lambda: jobs.take(agent(world), pressed), minute(in_hours(7))


@pair("finish job, minute: as it is missed")
def _(world: World) -> tuple[Act, Act]:
    job_id = job_taken(world)
    ended = (JobState.COMPLETE, Progress(), None)
    return lambda: jobs.finish(agent(world), job_id, *ended), minute(in_hours(7))


# --- cases ---------------------------------------------------------------------------------------


def opening(world: World, source_id: str) -> Act:
    """Return a doctor who opens an examination as a case, as the page does."""
    here, examination_id = album.caller(world), album.id_of(world, source_id)
    tool = album_service.of(here)
    return lambda: album_service.open_case(here, tool, world.target_id, examination_id)


def closing(world: World, source_id: str) -> Act:
    here, examination_id = album.caller(world), album.id_of(world, source_id)
    tool = album_service.of(here)
    return lambda: album_service.close_case(here, tool, world.target_id, examination_id)


def with_room_for(world: World, cases: int) -> str:
    """Have a display tool with room for so many more cases, and two examinations."""
    contract_id = album.with_tool(world)
    world.back_up({"E-1/a": LITTLE}, id="E-1")
    world.back_up({"E-2/a": LITTLE}, id="E-2")
    album.use_up(world, 100 - cases)
    return contract_id


@pair("open case, open case: the last place")
def _(world: World) -> tuple[Act, Act]:
    with_room_for(world, 1)
    return opening(world, "E-1"), opening(world, "E-2")


@pair("open case, open case: the same one")
def _(world: World) -> tuple[Act, Act]:
    with_room_for(world, 2)
    return opening(world, "E-1"), opening(world, "E-1")


@pair("open case, close case")
def _(world: World) -> tuple[Act, Act]:
    with_room_for(world, 1)
    opening(world, "E-1")()
    return opening(world, "E-2"), closing(world, "E-1")


@pair("close case, close case")
def _(world: World) -> tuple[Act, Act]:
    with_room_for(world, 1)
    opening(world, "E-1")()
    return closing(world, "E-1"), closing(world, "E-1")


@pair("open case, end contract of the tool")
def _(world: World) -> tuple[Act, Act]:
    contract_id = with_room_for(world, 1)
    return opening(world, "E-1"), lambda: contracts.end(admin(world), contract_id)


@pair("open case, purge of its target")
def _(world: World) -> tuple[Act, Act]:
    album.with_tool(world)
    brought_forward(world)
    place = world.facility_id, world.target_id
    return opening(world, "E-1"), lambda: purge_steps.go_on(*place, has_time=lambda: True)


@pair("open case, add cases")
def _(world: World) -> tuple[Act, Act]:
    contract_id = with_room_for(world, 0)
    more = Change(case_units=1)
    return opening(world, "E-1"), lambda: changing.amend(admin(world), contract_id, more)


# --- files sent by STOW-RS -----------------------------------------------------------------------

INSTANCE, ANOTHER = an_instance(1), an_instance(2)


def sending(world: World, body: bytes) -> Act:
    return lambda: storing.store(admin(world), world.target_id, None, [body])


def with_room_for_bytes(world: World, capacity_bytes: int) -> None:
    amending(world, Change(capacity_bytes=capacity_bytes))()


@pair("send, send: the last bytes")
def _(world: World) -> tuple[Act, Act]:
    with_room_for_bytes(world, len(INSTANCE) * 3 // 2)
    return sending(world, INSTANCE), sending(world, ANOTHER)


@pair("send, send: the same file")
def _(world: World) -> tuple[Act, Act]:
    with_room_for_bytes(world, len(INSTANCE))
    return sending(world, INSTANCE), sending(world, INSTANCE)


@pair("send, reserve: the last bytes")
def _(world: World) -> tuple[Act, Act]:
    with_room_for_bytes(world, len(INSTANCE))
    return sending(world, INSTANCE), reserving(world)


# --- charts explained to patients ----------------------------------------------------------------


def explained(world: World) -> Place:
    """Return where the patient chart of a small examination is; its chart is signed."""
    world.back_up({"E-9/a": b"small"}, id="E-9")
    examination = examination_id(world.target_id, "E-9")
    signed(world, examination, Chart(kind=Kind.OTHER, narrative="No ulcer was seen."))
    return world.target_id, examination, "en"


def releasing(world: World, place: Place) -> Act:
    found = patient_charts.at_desk(world, place)
    seen, digest = patient_charts.revisions(found), found.preview.digest if found.preview else ""
    return lambda: releases.release(doctor_of(world), place, seen, digest)


@pair("release, release: the same words")
def _(world: World) -> tuple[Act, Act]:
    place = explained(world)
    return releasing(world, place), releasing(world, place)


@pair("release, withdraw what was released before")
def _(world: World) -> tuple[Act, Act]:
    place = explained(world)
    revision = patient_charts.released(world, place).revision
    return releasing(world, place), lambda: releases.withdraw(
        doctor_of(world), place, revision, "The side was wrong"
    )


@pair("release, word a sentence")
def _(world: World) -> tuple[Act, Act]:
    place = explained(world)
    seen = patient_charts.revisions(patient_charts.at_desk(world, place))
    return releasing(world, place), lambda: desk.save_wording(
        doctor_of(world), place, seen, "narrative:0-18", "I saw no sore."
    )


@pair("release, look at it")
def _(world: World) -> tuple[Act, Act]:
    place = explained(world)
    return releasing(world, place), lambda: releases.readable(*place)


def explored(world: World, played: Iterator[list[Actor]]) -> int:
    """See that all is well each time two were *played*; return how often that was."""
    times = 0
    for actors in played:
        times += 1
        check_always(world)
        keep_promises(world, actors)
        settle(world)
        check_at_rest(world)
    return times


def keep_promises(world: World, actors: list[Actor]) -> None:
    """Whoever was given a URL can send the bytes, and they are stored."""
    for actor in actors:
        for answer in actor.result if isinstance(actor.result, list) else []:
            if isinstance(answer, Upload):
                world.put_object(answer.sha256, BODIES[answer.sha256])
                settled = settlement.settle(f"t/{world.target_id}/{answer.sha256}")
                assert settled in {Outcome.STORED, Outcome.DUPLICATE}


@pytest.fixture
def world(client: Client) -> World:
    return once("small", lambda: build(client, capacity_bytes=SMALL)).seen_by(client)


@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_wherever_one_interrupts_the_other(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    played = interrupted(*PAIRS[name](world), alike=name in ALIKE)
    record_property("scenarios", explored(world, played))


@pytest.mark.deep
@pytest.mark.parametrize("name", PAIRS)
def test_two_at_once_end_well_in_every_order(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    played = in_every_order(*PAIRS[name](world), at_most=DEEP)
    record_property("scenarios", explored(world, played))
