"""Inquiries: what a facility's people do with their own."""

from __future__ import annotations

from chalicelib.inquiries import store
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.model import Inquiry
from tests.faults.stories.telling import Act, calls, story
from tests.inquiries.scene import announcement, answered, doctor, filed, sent
from tests.support.snapshot import once
from tests.support.world import World

TEXT = {"kind": "question", "subject": "A picture is dark", "text": "Why?"}


def own(world: World) -> Inquiry:
    """File an inquiry with a file; stories begin so, and a process does it once."""
    name = f"inquiry of {world.facility_id}"
    return once(name, lambda: filed(doctor(world), file_ids=[sent(doctor(world))]))


@story("POST /inquiry-files")
def _(world: World) -> Act:
    return calls(world.doctor, "POST", "/inquiry-files", announcement())


@story("POST /inquiries")
def _(world: World) -> Act:
    """One form, whose answer may be lost."""
    body = TEXT | {"inquiry_id": filing.new_id(), "file_ids": [sent(doctor(world))]}
    return calls(world.doctor, "POST", "/inquiries", body)


@story("GET /inquiries")
def _(world: World) -> Act:
    own(world)
    return calls(world.doctor, "GET", "/inquiries")


@story("GET /inquiries/{inquiry_id}")
def _(world: World) -> Act:
    """It has an answer, which is picked up by this."""
    return calls(world.doctor, "GET", f"/inquiries/{answered(own(world)).inquiry_id}")


@story("POST /inquiries/{inquiry_id}/replies")
def _(world: World) -> Act:
    """After an answer that did not settle it."""
    path = f"/inquiries/{answered(own(world)).inquiry_id}/replies"
    body = {"text": "It is still dark", "file_ids": [sent(doctor(world))]}
    return calls(world.doctor, "POST", path, body)


@story("POST /inquiries/{inquiry_id}/withdraw")
def _(world: World) -> Act:
    return calls(world.doctor, "POST", f"/inquiries/{own(world).inquiry_id}/withdraw")


@story("POST /inquiries/{inquiry_id}/close")
def _(world: World) -> Act:
    return calls(world.doctor, "POST", f"/inquiries/{answered(own(world)).inquiry_id}/close")


@story("GET /inquiries/{inquiry_id}/files/{file_id}")
def _(world: World) -> Act:
    inquiry_id = own(world).inquiry_id
    [file] = store.messages(inquiry_id)[0].files
    return calls(world.doctor, "GET", f"/inquiries/{inquiry_id}/files/{file.file_id}")
