"""Inquiries in the portal, for whoever filed them."""

from __future__ import annotations

import hashlib

from chalicelib.access.model import Role
from chalicelib.inquiries import store
from chalicelib.inquiries.asking import filing
from tests.faults.stories.inquiries import TEXT, own
from tests.faults.stories.telling import Act, clicks, story
from tests.inquiries.scene import PDF, answered, doctor, sent
from tests.support.visitor import signed_in
from tests.support.world import World

INQUIRIES = "/portal/inquiries"
INQUIRY = INQUIRIES + "/{inquiry_id}"


def asks(world: World, method: str, path: str, **typed: str) -> Act:
    """Return what the doctor does, who asks."""
    fields = {name: lambda text=text: text for name, text in typed.items()}
    return clicks(signed_in(Role.DOCTOR, world.facility_id), method, path, **fields)


def with_answer(world: World) -> str:
    """Return the address of an inquiry of theirs that was answered."""
    return f"{INQUIRIES}/{answered(own(world)).inquiry_id}"


@story(f"GET {INQUIRIES}")
def _(world: World) -> Act:
    own(world)
    return asks(world, "GET", INQUIRIES)


@story(f"GET {INQUIRIES}/new")
def _(world: World) -> Act:
    return asks(world, "GET", f"{INQUIRIES}/new")


@story(f"POST {INQUIRIES}/new")
def _(world: World) -> Act:
    """One form, whose answer may be lost."""
    file_id = sent(doctor(world))
    typed = {**TEXT, "inquiry_id": filing.new_id(), f"file-{file_id}": file_id}
    return asks(world, "POST", f"{INQUIRIES}/new", **typed)


@story("POST /portal/inquiry-files")
def _(world: World) -> Act:
    told = {"name": "report.pdf", "size_bytes": str(len(PDF))}
    told["sha256"] = hashlib.sha256(PDF).hexdigest()
    return asks(world, "POST", "/portal/inquiry-files", **told)


@story(f"GET {INQUIRY}")
def _(world: World) -> Act:
    """It has an answer, which is picked up by this."""
    return asks(world, "GET", with_answer(world))


@story(f"POST {INQUIRY}/reply")
def _(world: World) -> Act:
    """After an answer that did not settle it."""
    path, file_id = with_answer(world), sent(doctor(world))
    typed = {"text": "It is still dark", f"file-{file_id}": file_id}
    return asks(world, "POST", f"{path}/reply", **typed)


@story(f"POST {INQUIRY}/close")
def _(world: World) -> Act:
    return asks(world, "POST", f"{with_answer(world)}/close")


@story(f"POST {INQUIRY}/withdraw")
def _(world: World) -> Act:
    return asks(world, "POST", f"{INQUIRIES}/{own(world).inquiry_id}/withdraw")


@story(f"POST {INQUIRY}/files/{{file_id}}")
def _(world: World) -> Act:
    inquiry_id = own(world).inquiry_id
    [file] = store.messages(inquiry_id)[0].files
    return asks(world, "POST", f"{INQUIRIES}/{inquiry_id}/files/{file.file_id}")
