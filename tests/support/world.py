"""A whole Hokan on moto: one facility under contract, its people, its agent, its bucket."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from chalice.local import LambdaContext
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.kernel import clock, ids
from chalicelib.kernel.calendar import local_date
from chalicelib.settings import settings
from tests.support.canary import CANARY
from tests.support.people import Anonymous, Device, Staff, staff
from tests.support.snapshot import names, once

MEGABYTE = 1_000_000
TOKYO = ZoneInfo("Asia/Tokyo")
COUNTS = dict.fromkeys(("files_total", "files_done", "bytes_total", "bytes_done", "left_out"), 0)


@dataclass
class World:
    """What most tests start from."""

    client: Client
    operator: Staff
    admin: Staff
    doctor: Staff
    agent: Device
    facility_id: str
    target_id: str
    contract_id: str = ""
    pieces: dict[str, bytes] = field(default_factory=dict)

    def seen_by(self, client: Client) -> World:
        """Return a copy whose people and agent call through *client*."""
        people = ("operator", "admin", "doctor", "agent")
        own = {name: replace(getattr(self, name), client=client) for name in people}
        return replace(self, client=client, pieces={}, **own)

    # --- uploading as an agent does ---

    def open_batch(self) -> str:
        path = f"/targets/{self.target_id}/batches"
        return str(self.agent.post(path, status=201)["batch_id"])

    def chunk(self, batch_id: str, number: int, chunk: dict[str, Any]) -> list[dict[str, Any]]:
        path = f"/targets/{self.target_id}/batches/{batch_id}/chunks/{number}"
        return list(self.agent.put(path, chunk)["answers"])

    def finish(self, batch_id: str, exceptions: list[dict[str, str]] | None = None) -> Any:
        path = f"/targets/{self.target_id}/batches/{batch_id}/finish"
        return self.agent.post(path, {"exceptions": exceptions or []})

    def put_object(self, sha256: str, body: bytes) -> None:
        """Store bytes as a presigned PUT would."""
        boto3.client("s3").put_object(
            Bucket=settings().objects_bucket,
            Key=f"t/{self.target_id}/{sha256}",
            Body=body,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
        )

    def arrived(self, sha256: str) -> dict[str, Any]:
        """Tell the ingest handler of an object, as S3 does through SQS."""
        return self.deliver([f"t/{self.target_id}/{sha256}"])

    def deliver(self, keys: list[str]) -> dict[str, Any]:
        bodies = [json.dumps({"Records": [{"s3": {"object": {"key": key}}}]}) for key in keys]
        return self.deliver_bodies(bodies)

    def deliver_bodies(self, bodies: list[str]) -> dict[str, Any]:
        event = self.client.events.generate_sqs_event(bodies, queue_name="ingest")
        for number, record in enumerate(event["Records"]):
            record["messageId"] = f"message-{number}"
        return dict(self.client.lambda_.invoke("ingest", event).payload)

    def sweep(self, at: str | None = None, context: Any = None) -> dict[str, int]:
        """Run the sweep as the schedule does at the moment *at*, in a Lambda with *context*."""
        from app import sweep

        event = self.client.events.generate_cw_event(
            source="aws.events", detail_type="Scheduled Event", detail={}, resources=[]
        )
        event["time"] = _really(at)
        usual = LambdaContext("sweep", memory_size=512, max_runtime_ms=290_000)
        return dict(sweep(event, context or usual))

    def tick(self, at: str | None = None, context: Any = None) -> dict[str, int]:
        """Run what a minute brings as the schedule does at the moment *at*."""
        from app import tick

        event = self.client.events.generate_cw_event(
            source="aws.events", detail_type="Scheduled Event", detail={}, resources=[]
        )
        event["time"] = _really(at)
        usual = LambdaContext("tick", memory_size=512, max_runtime_ms=58_000)
        return dict(tick(event, context or usual))

    def poll(self) -> Any:
        """Ask for work as the agent does."""
        return self.agent.post("/agent/poll", {"version": "1.0"})

    def take(self) -> Any:
        """Take the first job that is offered; return it as it runs."""
        job_id = self.poll()["jobs"][0]["job_id"]
        return self.agent.post(f"/agent/jobs/{job_id}/take")

    def end_job(self, job_id: str, outcome: str = "complete") -> Any:
        error = {"code": "folder-gone"} if outcome == "failed" else None
        body = {**COUNTS, "outcome": outcome, "error": error}
        return self.agent.post(f"/agent/jobs/{job_id}/finish", body)

    def back_up(self, files: dict[str, bytes], **examination: Any) -> Any:
        """Take *files* (path -> bytes) through the whole of a batch; return finish's answer."""
        batch_id = self.open_batch()
        chunk = a_chunk(files, **examination)
        answers = self.chunk(batch_id, 0, chunk)
        for entry, answer in zip(chunk["entries"], answers, strict=True):
            if answer["state"] == "upload":
                self.put_object(entry["sha256"], files[entry["path"]])
                self.arrived(entry["sha256"])
        return self.finish(batch_id)

    # --- looking ---

    def usage(self) -> tuple[int, int]:
        """Return (limit, available) bytes of the target."""
        shown = self.admin.get(f"/targets/{self.target_id}/usage")
        return shown["limit_bytes"], shown["available_bytes"]


def _really(at: str | None) -> str:
    """Return what AWS's clock shows at the moment *at* of the service's (None: now)."""
    ahead = clock.now() - clock.wall_now()
    moment = clock.parse(at) if at else clock.now()
    return clock.text(moment - timedelta(seconds=round(ahead.total_seconds())))


def an_entry(path: str, body: bytes, examination: str | None = None) -> dict[str, Any]:
    digest = hashlib.sha256(body).hexdigest()
    return {"path": path, "size": len(body), "sha256": digest, "examination": examination}


def a_chunk(files: dict[str, bytes], **changes: Any) -> dict[str, Any]:
    """Return a chunk of *files* in one ordinary examination of the canary patient."""
    examination = {"id": "E-1", "patient": CANARY, "kind": "EGD"} | changes
    entries = [an_entry(path, body, examination["id"]) for path, body in files.items()]
    return {"examinations": [examination], "entries": entries}


def build(client: Client, *, capacity_bytes: int = 10 * MEGABYTE, **terms: Any) -> World:
    """
    Make a facility with an admin, a doctor, an enrolled agent and a contract in force.

    A process makes the first facility of a test once for each kind of contract.
    """
    terms["capacity_bytes"] = capacity_bytes
    is_now = abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    if names() or not is_now:
        return _made(client, terms)
    name = f"facility in {settings().core_table} with {sorted(terms.items())}"
    return once(name, lambda: _made(client, terms)).seen_by(client)


def _made(client: Client, terms: dict[str, Any]) -> World:
    operator = staff(client, Role.OPERATOR)
    facility_id = operator.post("/facilities", {"name": "Kawabe Clinic"}, status=201)["facility_id"]
    admin = staff(client, Role.FACILITY_ADMIN, facility_id)
    doctor = staff(client, Role.DOCTOR, facility_id)
    target = admin.post("/targets", {"name": "Endoscopy", "kind": "mass_storage"}, status=201)
    agent = enrolled(client, admin)
    world = World(client, operator, admin, doctor, agent, facility_id, target["target_id"])
    sign(world, **terms)
    return world


def sign(world: World, *, accept: bool = True, **terms: Any) -> str:
    """Sign a contract for the world's target; unless the provider accepts, on special terms."""
    special = {} if accept else {"unit_price_yen": 900}
    form = a_form(world.target_id, **special | terms)
    contract = world.admin.post("/contracts", form, status=201)
    world.contract_id = contract["contract_id"]
    if accept:
        accept_path = f"/facilities/{world.facility_id}/contracts/{world.contract_id}/accept"
        world.operator.post(accept_path)
    return world.contract_id


def a_form(target_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "target_id": target_id,
        "term": "annual",
        "starts_on": today().isoformat(),
        "timing": {"kind": "nightly", "at": "02:00"},
        "capacity_bytes": 10 * MEGABYTE,
    }
    return usual | changes


def today() -> date:
    """Return the date it is at the world's facility: in Japan, from 15:00 UTC on, tomorrow's."""
    return local_date(clock.now(), TOKYO)


def days_pass(world: World, days: int) -> None:
    """Let *days* pass since the world was made, and its staff sign in again."""
    clock.move(days * 86_400)
    signed_in_again(world)


def signed_in_again(world: World) -> None:
    """Let the world's staff sign in now: what they signed in to before is over."""
    world.operator = staff(world.client, Role.OPERATOR)
    world.admin = staff(world.client, Role.FACILITY_ADMIN, world.facility_id)
    world.doctor = staff(world.client, Role.DOCTOR, world.facility_id)


def enrolled(client: Client, admin: Staff) -> Device:
    """Return a device that enrolled with a code of *admin*."""
    device = Device(client)
    code = admin.post("/agent-codes", status=201)["code"]
    body = {"code": code, "name": "PC 1", "public_key": device.public_key()}
    device.agent_id = Anonymous(client).post("/agents", body, status=201)["agent_id"]
    return device


def fresh_id(kind: str) -> str:
    return ids.new_id(kind, clock.now())
