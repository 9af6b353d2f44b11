"""Who asks, what they ask, and the files that go with it."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import boto3

from chalicelib.access.model import Caller, Role, home_of
from chalicelib.inquiries import files, moving, store
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.asking.drafting import Wanted
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import Inquiry, InquiryState, Message
from chalicelib.inquiries.moving import Said
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.inquiries.desk_scene import a_department
from tests.support.canary import CANARY_NAME
from tests.support.world import World

ACCOUNT = "asker@clinic.example"
PDF = b"%PDF-1.7 a report"
DESK = "Images"
HOUR = timedelta(hours=1)


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


def collected(inquiry: Inquiry) -> Inquiry:
    """Take an inquiry into the box, as the schedule does."""
    now = clock.now()
    return changed(inquiry, moving.collected(inquiry, now + HOUR, now))


def desk() -> str:
    """Return the department that the inquiries of tests go to."""
    there = {each.name: each for each in departments.every()}
    return (there.get(DESK) or a_department(DESK)).department_id


def routed(inquiry: Inquiry) -> Inquiry:
    """Give an inquiry to a department, once it is collected."""
    now = clock.now()
    found = inquiry if inquiry.state is not InquiryState.FILED else collected(inquiry)
    return changed(found, moving.routed(found, desk(), now + HOUR, now))


def asked_back(inquiry: Inquiry) -> Inquiry:
    """Let a department ask its asker something."""
    after = moving.asked_back(inquiry, said("Which one?"), clock.now())
    return changed(inquiry, after.inquiry, after.message)


def answered(inquiry: Inquiry, text: str = "The lamp was low") -> Inquiry:
    """Let a department answer it, which has it by then."""
    found = inquiry if inquiry.state is InquiryState.ROUTED else routed(inquiry)
    after = moving.answered(found, said(text), clock.now())
    return changed(found, after.inquiry, after.message)


def said(text: str) -> Said:
    return Said(by="person-clerk", text=text, department_id=desk())


def changed(before: Inquiry, after: Inquiry, message: Message | None = None) -> Inquiry:
    store.change(before, after, clock.now(), message)
    return after


def announcement(name: str = "report.pdf", body: bytes = PDF) -> dict[str, Any]:
    digest = hashlib.sha256(body).hexdigest()
    return {"name": name, "size_bytes": len(body), "sha256": digest}


def announced(caller: Caller, name: str = "report.pdf", body: bytes = PDF) -> str:
    """Announce a file that has not come yet; return its id."""
    return files.announce(caller, **announcement(name, body)).file_id


def sent(caller: Caller, name: str = "report.pdf", body: bytes = PDF) -> str:
    """Send a file whole; return its id."""
    file_id = announced(caller, name, body)
    put(caller, file_id, body)
    return file_id


def kept(key: str) -> bytes:
    """Return what is in the objects bucket under *key*."""
    found = boto3.client("s3").get_object(Bucket=settings().objects_bucket, Key=key)
    return bytes(found["Body"].read())
