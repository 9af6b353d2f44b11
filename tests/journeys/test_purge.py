"""What an ended contract left goes for good, on the packaged stack: by its function and role."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local import nights
from infra.local.browsing import Browser
from infra.local.people import Refused
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility, founded, sign
from tests.journeys.test_agent_run import until

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

FILES = {"E-1/IMG0001.JPG": b"one", "E-1/IMG0002.JPG": b"two"}
NINETY_ONE_DAYS = timedelta(days=91)


@pytest.fixture(autouse=True)
def real_time_afterwards(stack: LocalStack) -> Iterator[None]:
    yield
    stack.move_clock(0)


def backed_up(facility: Facility, folder: Path) -> None:
    for name, body in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    assert facility.agent.backup(folder, "--target", facility.target_id).code == 0


def another_target(facility: Facility) -> str:
    """Let the facility back the same up into a target that stays."""
    target = facility.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"})
    return str(target["target_id"])


def asked_for(facility: Facility) -> None:
    """End the contract, and say at the portal that the records are kept elsewhere."""
    facility.admin.post(f"/contracts/{facility.contract_id}/end")
    browser = Browser(facility.stack, facility.admin)
    path = f"/portal/contracts/{facility.contract_id}/purge"
    browser.get(path)
    browser.send(path, name="Endoscopy")


def later(facility: Facility, moment: datetime) -> None:
    nights.move_to(facility.stack, moment)
    nights.tick(facility.stack)
    facility.admin.sign_in()


def certificate(facility: Facility) -> Any:
    """Return the certificate, or None while there is none."""
    try:
        return facility.admin.get(f"/contracts/{facility.contract_id}/certificate")
    except Refused:
        return None


def certified(facility: Facility) -> Any:
    """Return the certificate once there is one: a purge has ten phases, with a message each."""
    return until(lambda: certificate(facility), seconds=240)


def end_locks(facility: Facility) -> None:
    """Let the locks of the target's versions end, as weeks do; only the account's owner can."""
    s3 = facility.stack.engine.session().client("s3")
    bucket = facility.stack.outputs["ObjectsBucketName"]
    for kind in ("t", "m"):
        found = s3.list_object_versions(Bucket=bucket, Prefix=f"{kind}/{facility.target_id}/")
        for each in found.get("Versions", ()):
            s3.put_object_retention(
                Bucket=bucket,
                Key=each["Key"],
                VersionId=each["VersionId"],
                Retention={"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC)},
                BypassGovernanceRetention=True,
            )


def test_locked_objects_wait_and_then_all_of_one_target_goes(
    stack: LocalStack, tmp_path: Path
) -> None:
    facility = founded(stack, tmp_path / "agents", 10**6)
    backed_up(facility, tmp_path / "folder")
    own = facility.target_id, facility.contract_id
    facility.target_id = another_target(facility)
    sign(facility, 10**6)
    backed_up(facility, tmp_path / "folder")
    kept = facility.stored_versions()
    facility.target_id, facility.contract_id = own

    asked_for(facility)
    moment = nights.service_time(facility.admin) + NINETY_ONE_DAYS
    later(facility, moment)
    until(lambda: waits_for_locks(facility))
    assert len(facility.stored_versions()) == len(FILES)
    assert certificate(facility) is None

    end_locks(facility)
    later(facility, moment + timedelta(days=1, minutes=1))
    told = certified(facility)
    assert facility.stored_versions() == []
    assert (told["objects"], told["size_bytes"]) == (2, 6)
    assert told["digest"] == chained(FILES.values())
    facility.target_id = kept[0].split("/")[1]
    assert facility.stored_versions() == kept


def waits_for_locks(facility: Facility) -> bool:
    """Whether the purge's function has said that S3 refused it: what it was to delete is locked."""
    logs = facility.stack.session.client("logs")
    group = f"/aws/lambda/{facility.stack.outputs['PurgeFunction']}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:  # it never ran yet
        return False
    said = [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]]
    return any("purge waits for locks" in each and facility.target_id in each for each in said)


def chained(bodies: Any) -> str:
    """Compute the certificate's digest as ADR 18 says, from a copy of the files."""
    digest = ""
    for name, size in sorted((hashlib.sha256(body).hexdigest(), len(body)) for body in bodies):
        digest = hashlib.sha256(f"{digest}{name} {size}\n".encode()).hexdigest()
    return digest
