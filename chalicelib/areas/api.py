"""Rented areas over HTTP: folders, files, the bin, rights, shares.  Sending: sending_api.py."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.areas import service
from chalicelib.areas.model import (
    ROOT,
    Area,
    Crumb,
    FileVersion,
    Given,
    Listing,
    Node,
    Preview,
    Right,
    Share,
    Shared,
)
from chalicelib.kernel.errors import NotFound
from chalicelib.web.bodies import Body, Id
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)

AREA = "/areas/{target_id}"
NODE = AREA + "/nodes/{node_id}"

VersionNumber = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,6}$")]


class GivenRight(Body):
    right: Right | None


class NewFolder(Body):
    name: str
    parent_id: Id = ROOT


class NewName(Body):
    name: str


class NewPlace(Body):
    parent_id: Id


class WantedContent(Body):
    version: Annotated[int, msgspec.Meta(ge=1, le=999_999)] | None = None


class NewShare(Body):
    """
    Attributes:
        person_id: Null for everybody of the facility.
        until: RFC 3339, within a year.
    """

    until: str
    person_id: Id | None = None


class Shown(msgspec.Struct, frozen=True):
    """
    Attributes:
        path: The folders down to it, itself last.
    """

    node: Node
    path: list[Crumb]


class Address(msgspec.Struct, frozen=True):
    """GET it within five minutes."""

    url: str


# --- areas ---------------------------------------------------------------------------------------


@routes.on("GET", "/areas", Operation.SEE_AREAS)
def areas(caller: Caller) -> Page[Area]:
    """List the areas the caller may read."""
    return Page(service.areas(caller), None)


@routes.on("GET", AREA, Operation.SEE_AREAS)
def area(caller: Caller, target_id: str) -> Area:
    """Show an area: its class, its size, how much of it is used."""
    return service.area(caller, target_id)


@routes.on("GET", AREA + "/people", Operation.MANAGE_AREAS)
def people(caller: Caller, target_id: str) -> Page[Given]:
    """List who was given a right."""
    return Page(service.people(caller, target_id), None)


@routes.on("PUT", AREA + "/people/{person_id}", Operation.MANAGE_AREAS, body=GivenRight)
def give(caller: Caller, given: GivenRight, target_id: str, person_id: str) -> Page[Given]:
    """Give somebody a right, or take it (null)."""
    return Page(service.give(caller, target_id, person_id, given.right), None)


# --- looking -------------------------------------------------------------------------------------


@routes.on("GET", AREA + "/folders/{folder_id}", Operation.SEE_AREAS, problems=(422,), paged=True)
def listing(caller: Caller, target_id: str, folder_id: str, cursor: str | None) -> Listing:
    """List a folder (``root``: the first), folders first, by name, in pages of 100."""
    return service.listing(caller, target_id, folder_id, cursor)


@routes.on("GET", AREA + "/bin", Operation.SEE_AREAS, problems=(422,), paged=True)
def binned(caller: Caller, target_id: str, cursor: str | None) -> Listing:
    """List the bin, newest first."""
    return service.binned(caller, target_id, cursor)


@routes.on("GET", NODE, Operation.SEE_AREAS)
def node(caller: Caller, target_id: str, node_id: str) -> Shown:
    """Show a folder or file, and where it is."""
    found = service.node(caller, target_id, node_id)
    return Shown(found, service.path(caller, target_id, node_id))


@routes.on("GET", NODE + "/versions", Operation.SEE_AREAS)
def versions(caller: Caller, target_id: str, node_id: str) -> Page[FileVersion]:
    """List the earlier contents of a file, newest first."""
    return Page(service.versions(caller, target_id, node_id), None)


@routes.on("POST", NODE + "/download", Operation.SEE_AREAS, body=WantedContent)
def download(caller: Caller, wanted: WantedContent, target_id: str, node_id: str) -> Address:
    """Give the address of a file's content, or of an earlier one."""
    return Address(service.download(caller, target_id, node_id, wanted.version))


@routes.on("POST", NODE + "/preview", Operation.SEE_AREAS)
def preview(caller: Caller, target_id: str, node_id: str) -> Preview:
    """Tell how a file can be shown."""
    return service.preview(caller, target_id, node_id)


# --- changing ------------------------------------------------------------------------------------


@routes.on(
    "POST",
    AREA + "/folders",
    Operation.CHANGE_AREAS,
    body=NewFolder,
    status=201,
    problems=(409,),
)
def make_folder(caller: Caller, new: NewFolder, target_id: str) -> Node:
    """Make a folder."""
    return service.make_folder(caller, target_id, new.parent_id, new.name)


@routes.on("POST", NODE + "/rename", Operation.CHANGE_AREAS, body=NewName, problems=(409,))
def rename(caller: Caller, new: NewName, target_id: str, node_id: str) -> Node:
    """Rename a folder or file."""
    return service.rename(caller, target_id, node_id, new.name)


@routes.on("POST", NODE + "/move", Operation.CHANGE_AREAS, body=NewPlace, problems=(409,))
def move(caller: Caller, new: NewPlace, target_id: str, node_id: str) -> Node:
    """Move a folder or file into another folder."""
    return service.move(caller, target_id, node_id, new.parent_id)


@routes.on("POST", NODE + "/bin", Operation.CHANGE_AREAS, problems=(409,))
def bin_node(caller: Caller, target_id: str, node_id: str) -> Node:
    """Put a folder or file into the bin, for 30 days."""
    return service.bin_node(caller, target_id, node_id)


@routes.on("POST", NODE + "/take-back", Operation.CHANGE_AREAS, problems=(409,))
def take_back(caller: Caller, target_id: str, node_id: str) -> Node:
    """Take a folder or file out of the bin."""
    return service.take_back(caller, target_id, node_id)


@routes.on("POST", NODE + "/erase", Operation.MANAGE_AREAS, status=204, problems=(409,))
def erase_now(caller: Caller, target_id: str, node_id: str) -> None:
    """Erase what lies in the bin before its thirty days are over."""
    service.erase_now(caller, target_id, node_id)


@routes.on("POST", NODE + "/versions/{number}/current", Operation.CHANGE_AREAS, problems=(409,))
def make_current(caller: Caller, target_id: str, node_id: str, number: VersionNumber) -> Node:
    """Let an earlier version be the content again."""
    if not (number.isascii() and number.isdecimal() and len(number) <= 6):
        raise NotFound("there is no such version of this file")
    return service.make_current(caller, target_id, node_id, int(number))


# --- sharing -------------------------------------------------------------------------------------


@routes.on("GET", "/shared-files", Operation.SEE_AREAS)
def shared_with_me(caller: Caller) -> Page[Shared]:
    """List what others share with the caller."""
    return Page(service.shared_with_me(caller), None)


@routes.on("GET", NODE + "/shares", Operation.SEE_AREAS)
def shares(caller: Caller, target_id: str, node_id: str) -> Page[Share]:
    """List the shares of a folder or file."""
    return Page(service.shares(caller, target_id, node_id), None)


@routes.on(
    "POST",
    NODE + "/shares",
    Operation.CHANGE_AREAS,
    body=NewShare,
    status=201,
    problems=(409,),
)
def share(caller: Caller, new: NewShare, target_id: str, node_id: str) -> Share:
    """Share a folder or file inside the facility."""
    return service.share(caller, target_id, node_id, new.person_id, new.until)


@routes.on(
    "DELETE",
    AREA + "/shares/{share_id}",
    Operation.CHANGE_AREAS,
    status=204,
    problems=(409,),
)
def unshare(caller: Caller, target_id: str, share_id: str) -> None:
    """End a share."""
    service.unshare(caller, target_id, share_id)
