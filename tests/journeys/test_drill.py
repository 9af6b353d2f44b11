"""
The restore drill.  A program that knows none of our code proves a facility's archive whole, from a
plain copy of the bucket; and a catalogue that was lost comes back, row by row.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.build import ROOT
from infra.local.stack import LocalStack
from infra.operate import invoker, run
from tests.journeys.conftest import Agent, Facility, founded
from tests.support.canary import CANARY

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

VERIFIER = ROOT / "docs" / "examples" / "verify_archive.py"
FILES_AN_EXAMINATION = 20
NIGHTS = 2
HOLDS, FAULTS = 0, 1  # the verifier's exit codes

Row = dict[str, Any]


@dataclass(frozen=True)
class Archive:
    """What a drill needs: the facility's folder, a copy of its bucket, and the folder restored."""

    facility: Facility
    folder: Path
    copy: Path
    restored: Path


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((120, 0), id="120 images"),
        pytest.param((2_000, 3), id="2,000 images and 3 videos", marks=pytest.mark.deep),
    ],
)
def archive(
    request: pytest.FixtureRequest, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory
) -> Archive:
    """Back a folder up on two nights, some of it changed between; copy the bucket, and restore."""
    place = tmp_path_factory.mktemp("drill")
    facility = founded(stack, place / "agents", 10**9)
    made = Archive(facility, place / "folder", place / "copy", place / "restored")
    fill(made.folder, *request.param)
    back_up(facility.agent, made.folder)
    change_some(made.folder)
    back_up(facility.agent, made.folder)
    copy_bucket(facility, made.copy)
    facility.grant()
    report = ran(facility.agent, "restore", "--into", str(made.restored))
    assert report["outcome"] == "complete", report
    return made


def fill(folder: Path, images: int, videos: int) -> None:
    """Make *images* small files in examinations with a sidecar each, odd ones and large ones."""
    for number in range(images):
        examination = folder / f"E-{number // FILES_AN_EXAMINATION + 1}"
        if number % FILES_AN_EXAMINATION == 0:
            examination.mkdir(parents=True)
            sidecar = {"id": examination.name, "patient": CANARY, "kind": "EGD"}
            (examination / "exam.json").write_text(json.dumps(sidecar))
        (examination / f"IMG{number:04}.JPG").write_bytes(b"\xff\xd8" + secrets.token_bytes(2_000))
    shutil.copy(folder / "E-1" / "IMG0000.JPG", folder / "100 % + スペース twin.JPG")
    (folder / "empty").touch()
    shift_jis = os.fsencode(folder) + b"/" + "内視鏡.txt".encode("shift_jis")
    Path(os.fsdecode(shift_jis)).write_text("not UTF-8")
    for number in range(videos):
        video = secrets.token_bytes(10**6) * 70  # large enough to go up in parts
        (folder / f"video {number}.mp4").write_bytes(video)


def change_some(folder: Path) -> None:
    for image in sorted(folder.rglob("IMG*.JPG"))[::10]:
        image.write_bytes(image.read_bytes() + b"corrected")


def back_up(agent: Agent, folder: Path) -> None:
    """Back *folder* up: again, while S3's events take longer than the agent waits for them."""
    report = ran(agent, "backup", str(folder))
    while report["files_unconfirmed"]:
        report = ran(agent, "backup", str(folder))
    assert report["outcome"] == "complete", report


def ran(agent: Agent, *arguments: str) -> Row:
    """Run a command of the agent, however long it takes; return its report."""
    with agent.start(*arguments, "--json", "--quiet") as process:
        out, said = process.communicate()
    assert said == ""
    return dict(json.loads(out))


def copy_bucket(facility: Facility, into: Path) -> None:
    """Copy the target's part of the bucket down, each object to a file named by its key."""
    s3, bucket = facility.stack.session.client("s3"), facility.stack.outputs["ObjectsBucketName"]
    for prefix in (f"m/{facility.target_id}/", f"t/{facility.target_id}/"):
        (into / prefix).mkdir(parents=True)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page["Contents"]:
                body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"]
                (into / each["Key"]).write_bytes(body.read())


# --- the copy ----------------------------------------------------------------------------------


def verified(*arguments: Path | str) -> tuple[int, Any]:
    """Run the verifier as whoever has the bucket would; return exit code and report."""
    command = [sys.executable, "-I", str(VERIFIER), "--json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_what_was_backed_up_and_restored_is_proven_whole(archive: Archive) -> None:
    code, report = verified(archive.copy, "--restored", archive.restored)
    assert (code, report["faults"]) == (HOLDS, [])
    files = sum(each.is_file() for each in archive.folder.rglob("*"))
    assert (report["restored_files"], report["manifests"]) == (files, NIGHTS)


def flip_a_bit(stored: Path) -> Path:
    body = bytearray(stored.read_bytes())
    body[len(body) // 2] ^= 1
    stored.write_bytes(body)
    return stored


def lose(stored: Path) -> Path:
    stored.unlink()
    return stored


def add_another(stored: Path) -> Path:
    body = b"nobody backed this up"
    another = stored.with_name(hashlib.sha256(body).hexdigest())
    another.write_bytes(body)
    return another


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        pytest.param(flip_a_bit, "altered-bytes", id="a flipped bit"),
        pytest.param(lose, "missing-object", id="a missing object"),
        pytest.param(add_another, "extra-object", id="an object too many"),
    ],
)
def test_damage_to_a_copy_is_found_and_named(
    archive: Archive, tmp_path: Path, damage: Callable[[Path], Path], kind: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive.copy, copy)
    objects = [each for each in copy.glob("t/*/*") if each.stat().st_size > 0]
    damaged = damage(max(objects))
    code, report = verified(copy, "--restored", archive.restored)
    found = [(each["kind"], each["where"]) for each in report["faults"]]
    assert (code, found) == (FAULTS, [(kind, str(damaged.relative_to(copy)))])


# --- the catalogue -----------------------------------------------------------------------------


def rows_of(facility: Facility) -> dict[str, Row]:
    """Return the target's rows in the catalogue by sort key, as DynamoDB has them."""
    pages = facility.stack.session.client("dynamodb").get_paginator("query")
    found = pages.paginate(
        TableName=facility.stack.outputs["CatalogueTableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"TARGET#{facility.target_id}"}},
        ConsistentRead=True,
    )
    return {row["sk"]["S"]: row for page in found for row in page["Items"]}


def lose_the_catalogue(facility: Facility) -> None:
    dynamodb = facility.stack.session.client("dynamodb")
    table = facility.stack.outputs["CatalogueTableName"]
    for row in rows_of(facility).values():
        dynamodb.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})


def operate(facility: Facility, command: str, **arguments: str) -> Row:
    invoke = invoker(facility.stack.session, facility.stack.outputs["OperateFunction"])
    return dict(run(invoke, command, {"target_id": facility.target_id, **arguments}))


def test_a_lost_catalogue_comes_back_byte_for_byte(archive: Archive) -> None:
    """
    Nothing may differ.

    Claims would: they are in no manifest, so an upload under way is not brought back.  Here every
    batch is finished, and there are none.
    """
    facility, before = archive.facility, rows_of(archive.facility)
    lose_the_catalogue(facility)
    assert rows_of(facility) == {}
    operate(facility, "rebuild-catalogue")
    assert rows_of(facility) == before
    usage = operate(facility, "check-usage", facility_id=facility.facility_id)
    assert usage["difference_bytes"] == 0
