"""What an order's discs are to hold: found by its first run, and held to by all others."""

from __future__ import annotations

import msgspec

from chalicelib.access.store import facility_name
from chalicelib.buckets import discs
from chalicelib.contracts import store as contracts
from chalicelib.contracts.local import zone_of
from chalicelib.discs import choosing
from chalicelib.discs.model import Order
from chalicelib.kernel import clock
from chalicelib.media.model import Examination
from chalicelib.offline import gathering

MOST_WAITS = 60  # half an hour; what is not made by then, the album names


class Waits(Exception):
    """What its album needs is still being made."""


class Chosen(msgspec.Struct, frozen=True):
    """What was found as the build began: later runs hold to it, whatever the catalogue says."""

    name: str
    at: str
    examinations: list[Examination]


def chosen(order: Order, waits: int) -> Chosen:
    """
    Return what is to be on the discs of an order that is built.

    Args:
        waits: How often it has waited for pictures.

    Raises:
        Waits: Its album needs pictures that are still being made.
        Conflict: See :func:`choosing.files`.
    """
    key = f"{order.folder}/chosen.json"
    body = discs.read(key)
    if body is None:
        discs.put_once(key, msgspec.json.encode(_found(order, waits)))
        body = discs.read(key)
    return msgspec.json.decode(body or b"", type=Chosen)


def _found(order: Order, waits: int) -> Chosen:
    if order.has_album and waits < MOST_WAITS:
        digests = [each.sha256 for each in choosing.files(order.selection)]
        if not gathering.are_pictures_known(order.target_id, digests, ask=waits == 0):
            raise Waits
    made_at = clock.parse(order.made_at).astimezone(zone_of(order.facility_id))
    target = contracts.target(order.facility_id, order.target_id)
    return Chosen(
        name=f"{facility_name(order.facility_id)}  {target.name}",
        at=made_at.replace(microsecond=0).isoformat(),
        examinations=choosing.chosen(order.selection, has_album=order.has_album),
    )
