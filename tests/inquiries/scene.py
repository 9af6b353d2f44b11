"""Who asks, what they ask, and the files that go with it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import boto3

from chalicelib.access.model import Caller, Role, home_of
from chalicelib.inquiries import files, filing
from chalicelib.inquiries.filing import Wanted
from chalicelib.inquiries.model import Inquiry
from chalicelib.settings import settings
from tests.support.canary import CANARY_NAME
from tests.support.world import World

ACCOUNT = "asker@clinic.example"
PDF = b"%PDF-1.7 a report"


def doctor(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-doctor", world.facility_id)


def colleague(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-colleague", world.facility_id)


def wanted(**changes: Any) -> Wanted:
    usual = {"kind": "question", "subject": "A picture is dark", "text": f"Of {CANARY_NAME}: why?"}
    return Wanted(**(usual | changes))


def filed(caller: Caller, inquiry_id: str = "", **changes: Any) -> Inquiry:
    """File an inquiry."""
    return filing.file(caller, inquiry_id or filing.new_id(), wanted(**changes), ACCOUNT, "ja")


def put(caller: Caller, file_id: str, body: bytes) -> None:
    """Store bytes as the presigned PUT would."""
    boto3.client("s3").put_object(
        Bucket=settings().media_bucket,
        Key=f"inquiries/{home_of(caller)}/{file_id}",
        Body=body,
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
    )


def announced(caller: Caller, name: str = "report.pdf", body: bytes = PDF) -> str:
    """Announce a file that has not come yet; return its id."""
    digest = hashlib.sha256(body).hexdigest()
    return files.announce(caller, name, len(body), digest).file_id


def sent(caller: Caller, name: str = "report.pdf", body: bytes = PDF) -> str:
    """Send a file whole; return its id."""
    file_id = announced(caller, name, body)
    put(caller, file_id, body)
    return file_id


def kept(key: str) -> bytes:
    """Return what is in the objects bucket under *key*."""
    found = boto3.client("s3").get_object(Bucket=settings().objects_bucket, Key=key)
    return bytes(found["Body"].read())
