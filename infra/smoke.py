"""
A deployed stage tried from outside, for what only its own engines can prove::

    PYTHONPATH=agent python -m infra.smoke --stage dev

An invented facility signs a contract, its agent backs a folder up and restores it; then comes
what must be refused.  What is stored is locked and stays: use a stage made for trying.
"""

from __future__ import annotations

import argparse
import base64
import filecmp
import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.build import ROOT
from infra.deploy import stack_outputs
from infra.local.engine import EngineError
from infra.local.people import Person, Refused, Stage
from infra.local.stack import PORT, LocalStack
from infra.operate import OperateError, invoker, run
from infra.template import REGION

BODY = secrets.token_bytes(1000)
SHA256 = hashlib.sha256(BODY).hexdigest()
OTHER = BODY[::-1]
EVENT_TRIES = 60  # of five seconds: S3's events take seconds, now and then minutes


class SmokeError(RuntimeError):
    """Something is not as it must be; the message says what."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stage in an AWS account."""

    session: boto3.Session
    outputs: dict[str, str]

    @property
    def api_url(self) -> str:
        return self.outputs["EndpointURL"].rstrip("/")


class Facility:
    """An invented facility under contract, with an agent of its own."""

    def __init__(self, stage: Stage, home: Path) -> None:
        self.stage, self.home, mark = stage, home, secrets.token_hex(4)
        self.operator = Person(stage, f"smoke-operator-{mark}@hokan.example", "operators")
        self.facility_id = self.operator.post("/facilities", {"name": "Smoke"})["facility_id"]
        self.admin = Person(
            stage, f"smoke-admin-{mark}@hokan.example", "facility-admins", self.facility_id
        )
        target = self.admin.post("/targets", {"name": "Smoke", "kind": "mass_storage"})
        self.target_id = target["target_id"]
        self._sign()
        code = self.admin.post("/agent-codes")["code"]
        self.agent("enrol", code, "--service", stage.api_url, "--name", "smoke")
        self.agent_id = self.admin.get("/agents")["items"][0]["agent_id"]

    def _sign(self) -> None:
        form = {
            "target_id": self.target_id,
            "term": "monthly",
            "starts_on": self.admin.get("/health")["service_time"][:10],
            "timing": {"kind": "nightly", "at": "02:00"},
            "capacity_bytes": 10_000_000,
        }
        contract_id = self.admin.post("/contracts", form)["contract_id"]
        self.operator.post(f"/facilities/{self.facility_id}/contracts/{contract_id}/accept")

    def agent(self, *arguments: str) -> None:
        """Run a command of the agent's program; raises SmokeError when it failed."""
        program = [sys.executable, "-m", "hokan_agent", "--state", str(self.home / "agent")]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "agent")}
        done = subprocess.run(
            [*program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SmokeError(f"hokan-agent {arguments[0]}: {done.stderr.strip()}")

    def upload_url(self) -> dict[str, Any]:
        """Announce BODY; return the service's answer with the URL.  Raises SmokeError: stored."""
        from hokan_agent.machine.home import Home
        from hokan_agent.wire.service import Service
        from hokan_agent.wire.web import Web

        web = Web()
        service = Service.of(Home(self.home / "agent"), web)
        batches = f"/targets/{self.target_id}/batches"
        batch_id = service.post(batches)["batch_id"]
        entry = {"path": "body", "size": len(BODY), "sha256": SHA256, "examination": None}
        chunk = {"examinations": [], "entries": [entry]}
        (answer,) = service.put(f"{batches}/{batch_id}/chunks/0", chunk)["answers"]
        web.close()
        if answer["state"] != "upload":
            raise SmokeError(f"the object should not be there yet, but is {answer['state']}")
        return dict(answer)

    @property
    def stored(self) -> dict[str, str]:
        bucket = self.stage.outputs["ObjectsBucketName"]
        return {"Bucket": bucket, "Key": f"t/{self.target_id}/{SHA256}"}


# --- what is tried -----------------------------------------------------------------------------


def comes_back_bit_for_bit(facility: Facility) -> None:
    source, back = facility.home / "source", facility.home / "back"
    source.mkdir()
    for number in range(3):
        (source / f"IMG{number}.JPG").write_bytes(secrets.token_bytes(50_000))
    facility.agent("backup", str(source))
    grant = {"target_id": facility.target_id, "scope": "target", "agent_id": facility.agent_id}
    facility.admin.post("/restores", grant)
    facility.agent("restore", "--into", str(back))
    names = [path.name for path in source.iterdir()]
    _, different, missing = filecmp.cmpfiles(source, back, names, shallow=False)
    _must(not different and not missing, f"{different} differ, {missing} are missing")


def changed_requests_are_refused(facility: Facility) -> None:
    answer = facility.upload_url()
    for what, (body, changes) in TAMPERED.items():
        _must(_put(answer, body, changes) in {400, 403}, f"S3 took a PUT with {what}")


TAMPERED: dict[str, tuple[bytes, dict[str, str | None]]] = {
    "other bytes": (OTHER, {}),
    "a byte more": (BODY + b"!", {"content-length": str(len(BODY) + 1)}),
    "a byte less": (BODY[:-1], {"content-length": str(len(BODY) - 1)}),
    "another type": (BODY, {"content-type": "text/html"}),
    "no encryption": (BODY, {"x-amz-server-side-encryption": None}),
    "weaker encryption": (BODY, {"x-amz-server-side-encryption": "AES256"}),
    "no condition": (BODY, {"if-none-match": None}),
    "a header more": (BODY, {"x-amz-tagging": "a=b"}),
}


def the_announced_bytes_are_taken_once(facility: Facility) -> None:
    answer = facility.upload_url()
    _must(_put(answer, BODY) == 200, "S3 refused the very bytes that were announced")
    _must(_put(answer, BODY) == 412, "S3 took the same object twice")


def what_is_stored_is_encrypted_and_locked(facility: Facility) -> None:
    s3 = facility.stage.session.client("s3")
    head = s3.head_object(**facility.stored)
    _must(head["ServerSideEncryption"] == "aws:kms", "the object is not encrypted by our key")
    _must(head.get("ObjectLockMode") == "GOVERNANCE", "the object is not locked")
    try:
        s3.delete_object(**facility.stored, VersionId=head["VersionId"])
    except ClientError as refused:
        _must(refused.response["Error"]["Code"] == "AccessDenied", str(refused))
    else:
        raise SmokeError("a locked version was deleted")


def nobody_reads_without_a_url(facility: Facility) -> None:
    s3 = facility.stage.session.client("s3", config=Config(signature_version="s3v4"))
    signed = str(s3.generate_presigned_url("get_object", Params=facility.stored))
    _must(urllib3.request("GET", signed).status == 200, "an operator cannot read the object")
    address = signed.partition("?")[0]
    _must(urllib3.request("GET", address).status == 403, "the object is public")


def weaker_encryption_is_refused_to_operators_too(facility: Facility) -> None:
    try:
        facility.stage.session.client("s3").put_object(
            Bucket=facility.stored["Bucket"],
            Key=f"t/{facility.target_id}/{'0' * 64}",
            Body=b"",
            ServerSideEncryption="AES256",
        )
    except ClientError as refused:
        _must(refused.response["Error"]["Code"] == "AccessDenied", str(refused))
    else:
        raise SmokeError("the bucket took an object under another encryption")


def an_unannounced_object_is_quarantined(facility: Facility) -> None:
    body = secrets.token_bytes(100)
    key = f"t/{facility.target_id}/{hashlib.sha256(body).hexdigest()}"
    facility.stage.session.client("s3").put_object(
        Bucket=facility.stored["Bucket"],
        Key=key,
        Body=body,
        ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
    )
    for _ in range(EVENT_TRIES):
        if key in {each["key"] for each in facility.operator.all_of("/quarantine")}:
            return
        time.sleep(5)
    raise SmokeError("its event has not come through")


def capacity_adds_up(facility: Facility) -> None:
    stage = facility.stage
    ids = {"facility_id": facility.facility_id, "target_id": facility.target_id}
    invoke = invoker(stage.session, stage.outputs["OperateFunction"])
    told = run(invoke, "check-usage", ids)
    _must(told["difference_bytes"] == 0, f"{told['difference_bytes']} bytes are unaccounted for")


CHECKS: list[Callable[[Facility], None]] = [
    comes_back_bit_for_bit,
    changed_requests_are_refused,
    the_announced_bytes_are_taken_once,
    what_is_stored_is_encrypted_and_locked,
    nobody_reads_without_a_url,
    weaker_encryption_is_refused_to_operators_too,
    an_unannounced_object_is_quarantined,
    capacity_adds_up,
]


def _put(answer: dict[str, Any], body: bytes, changes: dict[str, str | None] | None = None) -> int:
    """PUT as *answer* says but for *changes* (None: leave a header out); return the status."""
    headers = {**answer["headers"], **(changes or {})}
    sent = {name: value for name, value in headers.items() if value is not None}
    return int(urllib3.request("PUT", answer["url"], headers=sent, body=body).status)


def _must(holds: object, otherwise: str) -> None:
    if not holds:
        raise SmokeError(otherwise)


def smoke(stage: Stage) -> int:
    """Try everything; print a line each; return how many failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as home:
        facility = Facility(stage, Path(home))
        for check in CHECKS:
            name = check.__name__.replace("_", " ")
            try:
                check(facility)
                print(f"ok      {name}")
            except (SmokeError, Refused, OperateError, ClientError) as error:
                failed += 1
                print(f"FAILED  {name}: {error}")
    return failed


def main() -> int:
    """Try a stage; exit 0 when all is as it must be."""
    parser = argparse.ArgumentParser(description="Try a deployed stage from outside.")
    parser.add_argument("--stage", required=True, help="a deployed stage, or `local`")
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--port", type=int, default=PORT, help="of the local stack")
    options = parser.parse_args()
    try:
        return 1 if smoke(_stage(options)) else 0
    except (SmokeError, Refused, EngineError, BotoCoreError, ClientError) as error:
        print(f"not tried: {error}", file=sys.stderr)
        return 1


def _stage(options: argparse.Namespace) -> Stage:
    if options.stage == "local":
        return LocalStack.running(options.port)
    session = boto3.Session(region_name=options.region)
    return Deployed(session, stack_outputs(session, options.stage))


if __name__ == "__main__":
    sys.exit(main())
